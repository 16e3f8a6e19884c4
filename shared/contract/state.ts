import { z } from 'zod'
import { listenerSchema } from './commands.ts'
import { callReportSchema, messageSchema } from './report.ts'

export const registrationViewSchema = z.object({
  id: z.string(), trunk: z.string(), registrar: z.string(), address: z.string(),
  state: z.enum(['idle', 'registering', 'registered', 'failed', 'removing']),
  contact: z.string().nullable(), expiresS: z.int().nullable(), bindings: z.int().nullable(),
  status: z.int().nullable(), text: z.string().nullable().describe('the failure as a sentence'), final: z.boolean(),
  messages: z.array(messageSchema), observations: z.array(z.object({ at: z.string(), kind: z.string(), text: z.string() })),
})
export type RegistrationView = z.infer<typeof registrationViewSchema>

export const agentViewSchema = z.object({ id: z.string(), addresses: z.array(listenerSchema), answering: z.string(), calls: z.int(), activeCalls: z.int() })
export type AgentView = z.infer<typeof agentViewSchema>

/** One change of the state; an entity comes whole, so that changes of one entity merge by keeping the last. */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), agent: z.string().nullable(), ended: z.boolean(), report: callReportSchema }),
  z.object({ kind: z.literal('registration'), registration: registrationViewSchema }),
  z.object({ kind: z.literal('agent'), agent: agentViewSchema }),
  z.object({ kind: z.literal('gone'), id: z.string() }),
])
export type Change = z.infer<typeof changeSchema>

/** Numbered without gaps; who misses a number asks for a snapshot. */
export const deltaSchema = z.object({ seq: z.int(), changes: z.array(changeSchema) })
export type Delta = z.infer<typeof deltaSchema>

/** The whole state as changes; `seq` is that of the last delta it includes. */
export type Snapshot = Delta

