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
        lengthMs: z.number().optional().describe('milliseconds that it speaks without a pause; absent in old reports'),
        yieldMs: z.number().nullable().describe('until the other side stops; null: it goes on for longer'),
      }),
    ),
    overlaps: z
      .array(z.object({ by: by.describe('who began while the other spoke'), atMs, lengthMs }))
      .optional()
      .describe('when both speak at once; absent in old reports'),
    falseYields: z
      .array(
        z.object({
          by: by.describe('who stops'),
          atMs,
          wordsMs: z.number().describe('milliseconds that the other side spoke: 1 s at most'),
          resumesMs: z.number().nullable().describe('until it goes on; null: the other side speaks first, or nobody'),
        }),
      )
      .optional()
      .describe('one side stops for a few words of the other, and then nobody speaks for 0.7 s and more'),
    holds: z
      .array(z.object({ atMs, lengthMs }))
      .optional()
      .describe('when a side was on hold: no silence, and no gap of a turn; absent in old reports'),
    joined: z
      .array(z.object({ atMs, lengthMs }))
      .optional()
      .describe(
        'when it was joined with other calls: what their parties say is in that of to-peer, and no gap is told',
      ),
    voicemail: z
      .object({
        greetingMs: z.number().describe('what the called party said before the beep'),
        beepAtMs: z.number(),
        beepMs: z.number(),
        beepHz: z.int(),
      })
      .optional()
      .describe('a long greeting, then one beep, then silence: what voicemail does'),
    silences: z.array(z.object({ atMs, lengthMs })).describe('longer than 2 s, without holds'),
    moreTurns: z.int().optional().describe('turns beyond those that are listed'),
  })
  .describe('who spoke when; absent where nobody did')
