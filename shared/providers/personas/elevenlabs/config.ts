import { z } from 'zod'
import { isToken } from '../../../wire/sip/grammar.ts'
import { block, environment, url, words } from '../fields.ts'

const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'a variable name has letters, digits and _, and begins with no digit')

/** Of a webhook: its page asks for "a reasonable timeout" and names none. */
export const usual = { timeoutMs: 5000, slowMs: 1000 }

export const configSchema = z.strictObject({
  agentId: words.default('agent_local').describe('what the webhook gets as agent_id'),
  phoneNumbers: z
    .array(words)
    .min(1)
    .optional()
    .describe('the identifiers that calls may have, as they were imported: with or without +; any when absent'),
  authentication: z
    .strictObject({ user: words, passwordEnv: environment })
    .optional()
    .describe('digest is asked for; when absent, only the addresses count (ACL)'),
  allowedAddresses: z.array(block).default([]).describe('blocks (CIDR) that calls may come from; any when empty'),
  transports: z
    .array(z.enum(['tcp', 'tls']))
    .min(1)
    .default(['tcp', 'tls']),
  mediaEncryption: z.enum(['disabled', 'allowed', 'required']).default('allowed'),
  dynamicVariables: z
    .array(variable)
    .optional()
    .describe('what the agent defines: the webhook must answer with each of them; not checked when absent'),
  allowedOverrides: z
    .array(
      z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,8}$/, 'an override is written as agent.first_message'),
    )
    .default([])
    .describe('agent.prompt.prompt, agent.first_message, agent.language, tts.voice_id: what the webhook may override'),
  webhook: z
    .strictObject({
      url: url.optional(),
      headers: z
        .array(
          z.strictObject({
            name: z.string().refine((name) => isToken(name), 'is no name of a header'),
            valueEnv: environment,
          }),
        )
        .default([])
        .describe('secrets, each in an environment variable'),
      timeoutMs: z.int().min(100).max(60_000).default(usual.timeoutMs),
      slowMs: z
        .int()
        .min(0)
        .max(60_000)
        .default(usual.slowMs)
        .describe('when the caller waits longer for it, that is said'),
    })
    .optional(),
})
export type Config = z.output<typeof configSchema>

export const example: z.input<typeof configSchema> = {
  agentId: 'agent_1',
  phoneNumbers: ['+19991234567'],
  mediaEncryption: 'allowed',
  dynamicVariables: ['customer_name'],
  allowedOverrides: ['agent.first_message'],
  webhook: { url: 'http://127.0.0.1:8080/', timeoutMs: 5000 },
}
