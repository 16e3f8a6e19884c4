import { z } from 'zod'
import { sortKeys } from '../model/call-query.ts'
import { outcomeSchema, verdictSchema } from './report.ts'

// What a list of past calls shows.

const querySchema = z
  .string()
  .default('')
  .describe('words that the call must contain, headers included, and fields: status:403 trunk:x verdict:one-way dir:in')

export const historyEntrySchema = z.object({
  id: z.string(),
  startedAt: z.string(),
  direction: z.enum(['outbound', 'inbound', 'observed']),
  from: z.string(),
  to: z.string(),
  outcome: outcomeSchema,
  status: z.int().nullable(),
  verdict: z.string(),
  durationMs: z.number().nullable(),
  trunk: z.string().nullable().default(null),
  kind: verdictSchema.shape.kind.default('unknown'),
  callId: z.string().default('').describe('the same for both legs of a call between two parties here'),
  name: z.string().default('').describe('the display name of who called here'),
  agent: z.string().optional().describe('the agent that took it'),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

export const historyList = {
  args: z.object({
    limit: z.int().min(1).max(100_000).default(100),
    offset: z.int().min(0).default(0),
    query: querySchema,
    sort: z.enum(sortKeys).default('start'),
    descending: z.boolean().default(true),
    until: z
      .int()
      .nullable()
      .default(null)
      .describe('calls up to this number, so that pages stay the same while calls end'),
  }),
  result: z.object({
    total: z.int(),
    newest: z.int().describe('the number of the newest call'),
    entries: z.array(historyEntrySchema),
    unreadable: z.int().describe('calls of this page that are damaged and left out'),
    live: z.array(z.string()).describe('calls under way that fit the query; they are not among the entries'),
  }),
} as const
