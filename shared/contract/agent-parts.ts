import { z } from 'zod'
import { budgetNames, budgets } from '../model/budgets.ts'
import { transportNames } from '../model/transport.ts'
import { agentSourceSchema } from './place-call.ts'

export const listenerSchema = z.object({
  transport: z.enum(transportNames),
  address: z.string(),
  port: z.int().min(0).max(65535),
})
export type ListenerArgs = z.infer<typeof listenerSchema>

export const apiSchema = z
  .string()
  .describe('where the server of those who own its calls accepts them: a URL on this computer, for its base URL')

/** Who registered with an agent. */
export const bindingSchema = z.object({
  user: z.string().describe('of the address of record'),
  contact: z.string().describe('where it is reached: a URI'),
  source: z.string().describe('the address that REGISTER came from'),
  userAgent: z.string().nullable(),
  until: z.string().describe('ISO 8601, microseconds, UTC'),
})
export type BindingView = z.infer<typeof bindingSchema>

export const behaviourSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), source: agentSourceSchema }),
  z.object({
    kind: z.literal('reject'),
    code: z.int().min(300).max(699),
    contact: z.string().optional().describe('the URI that a redirection (3xx) points to'),
  }),
  z.object({ kind: z.literal('hand') }).describe('rings until a person answers or refuses'),
  z.object({ kind: z.literal('ring') }),
  z.object({ kind: z.literal('ignore') }),
])
export type Behaviour = z.infer<typeof behaviourSchema>

/** Limits by name, where they differ from the usual ones. */
export const limitsSchema = z
  .partialRecord(z.enum(budgetNames), z.int().min(1))
  .refine(
    (limits) => budgetNames.every((name) => (limits[name] ?? 1) <= budgets[name].most),
    'a limit is larger than can be set',
  )

export const originsSchema = z
  .array(z.string())
  .describe(
    'pages that may connect over a WebSocket beside those of this computer, like https://example.com; * for all',
  )
