import { z } from 'zod'
import { changeSchema } from './change.ts'
import { customHeaderSchema } from './place-call.ts'
import { outcomeSchema, severitySchema, verdictSchema } from './report.ts'

/** A call is placed once changed and, where that helped, once more as it was. */
export const mostProofCalls = 2

export const proveSchema = z.object({
  id: z.string().describe('a call that was placed here'),
  rule: z.string().optional().describe('the finding to prove, by its rule; the first that names a change when absent'),
  change: changeSchema.optional().describe('what to change; what the finding names when absent'),
  maxCalls: z.int().min(1).max(mostProofCalls).default(mostProofCalls),
  confirmed: z.boolean().default(false).describe('calls to another computer than this are placed only when true'),
  user: z.string().optional().describe('the digest user; that of the call when absent'),
  password: z.string().optional().describe('its password, which is kept with trunks only'),
  headers: z.array(customHeaderSchema).default([]).describe('values of secret headers of the call, which are not kept'),
})
export type Prove = z.input<typeof proveSchema>

export const proofPlanSchema = z.object({
  id: z.string(),
  rule: z.string().nullable(),
  change: changeSchema,
  uri: z.string(),
  destination: z.string().describe('the host that the calls go to'),
  calls: z.int().describe('at the most'),
  asks: z.boolean().describe('they go to another computer: a person is to confirm them'),
  sentence: z.string(),
})
export type ProofPlan = z.infer<typeof proofPlanSchema>

export const proofCallSchema = z.object({
  role: z.enum(['before', 'changed', 'unchanged']).describe('unchanged: the call as it was, placed again'),
  id: z.string(),
  startedAt: z.string(),
  outcome: outcomeSchema,
  status: z.object({ code: z.int(), reason: z.string() }).nullable(),
  verdict: verdictSchema,
  findings: z.array(z.object({ rule: z.string(), severity: severitySchema, sentence: z.string() })),
})
export type ProofCall = z.infer<typeof proofCallSchema>

export const proofSchema = z.object({
  id: z.string().describe('of the call that failed'),
  rule: z.string().nullable().describe('the finding that was tried; null: the failure as such'),
  change: changeSchema,
  result: z.enum(['cause-proven', 'not-the-cause', 'cannot-tell']),
  sentence: z.string(),
  calls: z.array(proofCallSchema),
  differed: z
    .array(z.object({ what: z.string(), before: z.string(), changed: z.string() }))
    .describe('between the changed call and the same call without the change, what was asked and what came of it'),
})
export type Proof = z.infer<typeof proofSchema>
