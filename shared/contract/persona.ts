import { z } from 'zod'
import { transportNames } from '../model/transport.ts'
import { webhookFaultCodes } from '../model/webhook-faults.ts'
import { sourceSchema } from '../providers/provider.ts'
import { trialCommands } from './trial.ts'

/** Which persona an agent plays, and by which configuration. */
export const playSchema = z.object({
  name: z.string().max(60).describe('that of a file of shared/providers/personas'),
  config: z.array(z.unknown()).max(20).default([]).describe('the documents of its configuration; none: what is usual'),
  webhook: z.string().max(2000).optional().describe('the URL of the webhook, instead of that of the configuration'),
  secrets: z
    .record(z.string(), z.string())
    .default({})
    .describe('the values of the environment variables that the configuration names'),
  kept: z.boolean().default(false).describe('all else of it is as it is kept with the settings'),
})
export type PlayArgs = z.input<typeof playSchema>

/** What the agent of the settings plays. */
export const keptPlaySchema = playSchema
  .pick({ name: true })
  .extend({ kept: z.literal(true) })
  .describe('all else of it is kept among the secrets')

const field = z.object({ name: z.string(), value: z.string() })

export const webhookReportSchema = z.object({
  url: z.string(),
  startedAt: z.string().describe('ISO 8601, microseconds, UTC'),
  tookMs: z.number().nullable().describe('null: it had not answered when the call ended'),
  waitedMs: z
    .number()
    .nullable()
    .describe('how much longer the caller heard ringing because of it; null while it is not over'),
  request: z.object({ headers: z.array(field), body: z.string() }).describe('a POST; secret values are masked'),
  response: z
    .object({
      status: z.int(),
      headers: z.array(field),
      body: z.string().describe('its beginning'),
      bytes: z.int().describe('that were read of it'),
    })
    .nullable(),
  faults: z.array(z.object({ code: z.enum(webhookFaultCodes), text: z.string() })),
})
export type WebhookReport = z.infer<typeof webhookReportSchema>

export const controlReportSchema = z.object({
  callId: z.string().describe('by which the owner’s server names the call'),
  acceptedAfterMs: z.number().nullable().describe('null: it was not accepted'),
  requests: z
    .array(
      z.object({
        at: z.string().describe('ISO 8601, microseconds, UTC'),
        action: z.string().describe('accept, reject, refer, hangup'),
        afterMs: z.number().describe('after the call came in'),
        status: z.int(),
        error: z.string().nullable().describe('why it was not done'),
      }),
    )
    .describe('what the owner’s server called'),
})
export type ControlReport = z.infer<typeof controlReportSchema>

/** What a persona made of a call. */
export const personaReportSchema = z.object({
  name: z.string(),
  provider: z.string().describe('whom it plays'),
  decision: z.enum(['accepted', 'refused', 'challenged', 'ignored']),
  because: z.string().nullable().describe('why it was not accepted; a clause'),
  next: z.string().nullable().describe('what to do about that'),
  path: z
    .array(
      z.object({
        subject: z.string().describe('what was looked at'),
        arrived: z.string(),
        wanted: z.string(),
        holds: z.boolean().nullable().describe('null: it decides nothing, or nobody knows what'),
        source: sourceSchema.nullable().describe('the document that says so; null: a choice of ours'),
      }),
    )
    .describe('what was compared, in order'),
  wouldRefuse: z
    .array(
      z.object({
        status: z.int(),
        because: z.string().describe('a clause'),
        next: z.string().describe('what to do about that'),
      }),
    )
    .optional()
    .describe('what it was let in in spite of, where the persona only watches'),
  got: z.array(field).describe('what the call got, by the names of the platform'),
  variables: z
    .array(
      z.object({
        name: z.string().describe('of the header'),
        value: z.string(),
        variable: z.string().nullable().describe('null: it becomes none'),
        note: z.string().nullable(),
      }),
    )
    .describe('headers and the variables that they become'),
  webhook: webhookReportSchema.optional(),
  control: controlReportSchema.optional().describe('where the server of its owner says what becomes of the call'),
})
export type PersonaReport = z.infer<typeof personaReportSchema>

/** What the texts of a configuration are as documents, and what is wrong with them. */
const checkedPersonaSchema = z.object({
  documents: z.array(z.unknown()).describe('as they were written; those that are empty are left out'),
  secrets: z.array(z.string()).describe('the environment variables that they name: values of secrets'),
  faults: z.array(
    z.object({
      text: z.int().nullable().describe('which of the texts, from 0; null: what does not go together'),
      line: z.int().nullable(),
      sentence: z.string().describe('names the field'),
    }),
  ),
})

/** What is known of personas, whether a configuration can be played, and calls to them on this computer. */
export const personaCommands = {
  ...trialCommands,
  'persona.list': {
    args: z.object({}),
    result: z.array(
      z.object({
        name: z.string(),
        provider: z.string(),
        title: z.string().describe('what it plays; a clause'),
        transports: z.array(z.enum(transportNames)).describe('that it takes, the usual one first'),
        asksWebhook: z.boolean(),
        mostDocuments: z.int(),
        example: z.string().describe('a document that is right, as JSON'),
        source: sourceSchema.nullable().describe('the document that its provider is known by'),
      }),
    ),
  },
  'persona.check': {
    args: z.object({
      name: z.string().max(60),
      texts: z.array(z.string().max(1024 * 1024)).max(50),
      webhook: z.string().max(2000).optional(),
    }),
    result: checkedPersonaSchema,
  },
} as const
export type ListedPersona = z.infer<(typeof personaCommands)['persona.list']['result']>[number]
export type CheckedPersona = z.infer<typeof checkedPersonaSchema>
