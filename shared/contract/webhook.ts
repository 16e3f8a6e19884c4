import { z } from 'zod'
import { webhookFaultCodes } from '../model/webhook-faults.ts'
import { webhookPlayNames } from '../model/webhook-plays.ts'
import { playSchema } from './persona.ts'

const field = z.object({ name: z.string(), value: z.string() })

const changeable = {
  answer: z
    .unknown()
    .optional()
    .describe('the JSON that it answers with; when absent, what the configuration of the persona asks for'),
  delayMs: z.int().min(0).max(600_000).describe('before it answers'),
  fault: z.enum(webhookPlayNames).nullable().describe('what it does wrong on purpose; null: nothing'),
  act: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('accept') }),
      z.object({ kind: z.literal('reject'), status: z.int().min(300).max(699) }),
      z.object({ kind: z.literal('nothing') }),
    ])
    .describe('what it calls for a call of an event, where the persona leaves that to its owner'),
}

/** A webhook of ours, so that a persona has somebody to ask. */
export const startWebhookSchema = z.object({
  port: z.int().min(0).max(65535).optional().describe('on 127.0.0.1; that of the configuration, or any, when absent'),
  persona: playSchema
    .omit({ webhook: true })
    .optional()
    .describe('whose webhook it is, by the configuration of the agent that asks it'),
  ...changeable,
  delayMs: changeable.delayMs.default(0),
  fault: changeable.fault.default(null),
  act: changeable.act.default({ kind: 'accept' }),
})
export type StartWebhook = z.input<typeof startWebhookSchema>
/** What stays away stays as it is. */
export const setWebhookSchema = z.object({ id: z.string(), ...z.object(changeable).partial().shape })

/** Of those that came, the last are kept. */
export const mostRequests = 50

export const webhookRequestSchema = z.object({
  number: z.int().describe('1 for the first'),
  at: z.string().describe('ISO 8601, microseconds, UTC'),
  method: z.string(),
  target: z.string().describe('path and query'),
  headers: z.array(field).describe('secret values are masked'),
  body: z.string().describe('its beginning'),
  bytes: z.int(),
  proof: z
    .object({ ok: z.boolean(), text: z.string().describe('a clause') })
    .nullable()
    .describe('whether signature and secret headers are those of the configuration; null: it has none'),
  answered: z
    .object({ status: z.int().nullable().describe('null: no answer'), bytes: z.int(), afterMs: z.number() })
    .nullable()
    .describe('null: not yet'),
  acted: z
    .object({ action: z.string(), status: z.int().nullable(), error: z.string().nullable() })
    .nullable()
    .describe('what it called for the call'),
})
export type WebhookRequestView = z.infer<typeof webhookRequestSchema>

export const webhookViewSchema = z.object({
  id: z.string(),
  url: z.string(),
  persona: z.string().nullable(),
  answer: z.unknown(),
  faults: z
    .array(z.object({ code: z.enum(webhookFaultCodes), text: z.string() }))
    .describe('what the persona would find wrong with the answer'),
  delayMs: z.int(),
  fault: z.enum(webhookPlayNames).nullable(),
  requests: z.array(webhookRequestSchema).describe('the last ones; in a change of the state those that it is about'),
})
export type WebhookView = z.infer<typeof webhookViewSchema>
