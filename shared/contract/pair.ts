import { z } from 'zod'
import { sourceSchema } from '../providers/provider.ts'

/** Whether two halves of a configuration, which stand at two providers, agree. */
export const pairSchema = z.object({
  halves: z.array(z.string()).length(2).describe('what was compared'),
  agree: z.boolean().describe('nothing that is known to matter differs'),
  steps: z.array(
    z.object({
      subject: z.string().describe('what was looked at'),
      arrived: z.string().describe('in the first half; no secret is shown'),
      wanted: z.string().describe('in the second, and how it differs'),
      holds: z.boolean().nullable().describe('null: the two do not say'),
      next: z.string().nullable().describe('what to do'),
      source: sourceSchema.nullable().describe('the document that says that this matters'),
    }),
  ),
})
export type PairReport = z.infer<typeof pairSchema>
