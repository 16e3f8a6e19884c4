import { z } from 'zod'
import { sourceSchema } from '../providers/provider.ts'

/** One step of a trial: what it is, how far it is, what came of it, and the document that it is by. */
export const trialStepSchema = z.object({
  name: z.enum(['agent', 'call', 'persona', 'webhook', 'variables', 'to-peer', 'from-peer']),
  title: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'not-part']).describe('not-part: this persona has none of it'),
  text: z.string().nullable().describe('what came of it; where it failed, why and what to do'),
  source: sourceSchema.nullable().describe('null: a matter of this computer alone'),
})
export type TrialStep = z.infer<typeof trialStepSchema>

/** A call from this computer to a persona that it plays, with a webhook of its own: all of it local. */
export const trialViewSchema = z.object({
  id: z.string(),
  persona: z.string(),
  provider: z.string(),
  steps: z.array(trialStepSchema),
  calls: z.object({ caller: z.string().nullable(), agent: z.string().nullable() }).describe('their ids'),
  done: z.boolean(),
  stopped: z.boolean().describe('a person ended it'),
})
export type TrialView = z.infer<typeof trialViewSchema>

export const trialCommands = {
  'trial.start': {
    args: z.object({ persona: z.string().max(60) }),
    result: z.object({ id: z.string() }),
  },
  'trial.stop': { args: z.object({ id: z.string() }), result: z.object({}) },
} as const
