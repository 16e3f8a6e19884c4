import { z } from 'zod'
import { budgetNames } from '../model/budgets.ts'
import { apiSchema, bindingSchema, listenerSchema } from './agent-parts.ts'
import { settingsSchema, storedTrunkSchema, trunkCheckSchema } from './commands.ts'
import { callReportSchema, messageSchema, sampleSchema, type Sample } from './report.ts'
import { remedySchema } from './remedy.ts'
import { trialViewSchema } from './trial.ts'
import { callViewSchema, captureViewSchema } from './views.ts'
import { webhookViewSchema } from './webhook.ts'
import { wrongNames } from '../model/wrong.ts'

export const registrationViewSchema = z.object({
  id: z.string(),
  trunk: z.string(),
  registrar: z.string(),
  address: z.string(),
  state: z.enum(['idle', 'registering', 'registered', 'failed', 'removing']),
  contact: z.string().nullable(),
  expiresS: z.int().nullable(),
  bindings: z.int().nullable(),
  since: z.string().describe('of this state, ISO 8601'),
  status: z.int().nullable(),
  text: z.string().nullable().describe('the failure as a sentence'),
  final: z.boolean(),
  remedy: remedySchema.optional().describe('the setting that would mend the failure'),
  messages: z.array(messageSchema),
  observations: z.array(z.object({ at: z.string(), kind: z.string(), text: z.string() })),
})
export type RegistrationView = z.infer<typeof registrationViewSchema>

export const agentViewSchema = z.object({
  id: z.string(),
  addresses: z.array(listenerSchema),
  answering: z.string(),
  calls: z.int(),
  activeCalls: z.int(),
  wrong: z.array(z.enum(wrongNames)).optional().describe('what it does wrong on purpose'),
  persona: z.string().optional().describe('the persona that it plays'),
  api: apiSchema.optional(),
  bindings: z.array(bindingSchema).optional().describe('who is registered here, where its persona has a registrar'),
})
export type AgentView = z.infer<typeof agentViewSchema>

export type { Sample }

/** What came to a report since it was last sent: messages from number `from` on, and the new samples of each stream. */
export const reportChangeSchema = z.object({
  kind: z.literal('report'),
  ended: z.boolean().describe('the report is final'),
  from: z.int(),
  report: callReportSchema.describe('its messages are only the new ones'),
  samples: z.array(z.array(sampleSchema)).describe('by stream'),
})
export type ReportChange = z.infer<typeof reportChangeSchema>

/** How a limit stands: what is used of it now, what was refused since the start, and a sentence once something was. */
export const budgetUsageSchema = z.object({
  name: z.enum(budgetNames),
  used: z.int(),
  refused: z.int(),
  text: z.string().nullable(),
})
export type BudgetUsage = z.infer<typeof budgetUsageSchema>

/**
 * One change of the state; an entity comes whole (a report and a webhook: with what is new), so that changes of one
 * entity merge by keeping the last.
 */
export const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), call: callViewSchema }),
  reportChangeSchema,
  z.object({ kind: z.literal('capture'), capture: captureViewSchema }),
  z.object({ kind: z.literal('registration'), registration: registrationViewSchema }),
  z.object({ kind: z.literal('agent'), agent: agentViewSchema }),
  z.object({ kind: z.literal('webhook'), webhook: webhookViewSchema }),
  z.object({ kind: z.literal('trunk'), trunk: storedTrunkSchema }),
  z.object({ kind: z.literal('check'), check: trunkCheckSchema.extend({ done: z.boolean() }) }),
  z.object({ kind: z.literal('trial'), trial: trialViewSchema }),
  z.object({
    kind: z.literal('storage'),
    fault: z.string().nullable().describe('why the history cannot be written'),
    lost: z.int().default(0).describe('calls of this run that could not be kept'),
  }),
  z.object({
    kind: z.literal('limits'),
    limits: z.array(budgetUsageSchema),
    faults: z
      .array(z.object({ place: z.string(), count: z.int() }))
      .describe('what failed inside and was dropped, by place'),
  }),
  z.object({ kind: z.literal('settings'), settings: settingsSchema }),
  z.object({
    kind: z.literal('gone'),
    of: z.enum(['call', 'capture', 'registration', 'agent', 'webhook', 'trunk', 'check', 'trial']),
    id: z.string(),
  }),
])
export type Change = z.infer<typeof changeSchema>

/**
 * Numbered from 0 without gaps for each subscriber; number 0 is the whole state. Who misses a number subscribes again.
 */
export const deltaSchema = z.object({ seq: z.int(), changes: z.array(changeSchema) })
export type Delta = z.infer<typeof deltaSchema>
