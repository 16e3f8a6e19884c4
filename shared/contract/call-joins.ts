import { z } from 'zod'

const byId = z.object({ id: z.string() })
const nothing = z.object({})

/** Commands that bring the parties of calls together. */
export const callJoinCommands = {
  'call.transfer': {
    args: byId.extend({
      to: z.string().min(1).optional().describe('a URI, or a number at the trunk of the call'),
      with: z.string().optional().describe('another call, whose peer is to talk to this one'),
    }),
    result: z.object({ status: z.int().nullable().describe('as the peer reports; null: it does not tell') }),
  },
  'call.join': {
    args: byId
      .extend({ with: z.string().describe('another call') })
      .describe('their parties and we hear one another; what this side says in the first is heard in all'),
    result: nothing,
  },
  'call.leave': { args: byId, result: nothing },
} as const
