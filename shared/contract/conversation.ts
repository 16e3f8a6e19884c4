import { z } from 'zod'

const by = z.enum(['to-peer', 'from-peer']).describe('who speaks: of observed calls to-peer is the caller')
const atMs = z.number().describe('milliseconds since the answer')
const lengthMs = z.number().describe('milliseconds')

/** How the two sides of a call spoke, of the level of their packets (-45 dBFS and more is speech) on one clock. */
export const conversationSchema = z
  .object({
    answerToFirstEnergyMs: z.number().nullable().describe('milliseconds until the peer first speaks; null: never'),
    speakingMs: z.object({ toPeer: z.number(), fromPeer: z.number(), both: z.number().describe('at once') }),
    turns: z
      .array(
        z.object({
          by,
          atMs,
          lengthMs,
          gapMs: z
            .number()
            .nullable()
            .describe('since the other side stopped; null: the first turn, or the other side still speaks'),
        }),
      )
      .describe('what one side says until the other speaks'),
    bargeIns: z.array(
      z.object({
        by,
        atMs,
        yieldMs: z.number().nullable().describe('until the other side stops; null: it goes on for longer'),
      }),
    ),
    silences: z.array(z.object({ atMs, lengthMs })).describe('longer than 2 s, without holds'),
    moreTurns: z.int().optional().describe('turns beyond those that are listed'),
  })
  .describe('who spoke when; absent where nobody did')
