import { z } from 'zod'
import { dtmfModes } from '../model/dtmf.ts'
import { mostSpeech } from '../model/speech.ts'
import { musicSchema } from './music.ts'

export const dtmfModeSchema = z.enum(dtmfModes)

/** What the system's own program for speech is to say. */
export const speechTextSchema = z
  .string()
  .max(mostSpeech)
  .refine((text) => /[\p{L}\p{N}]/u.test(text), 'there is nothing in it that can be said')

/** What can be done to a call while it goes on, each with what `more` adds. */
const actionsWith = <More extends z.ZodRawShape>(more: More) =>
  [
    z.object({ kind: z.literal('hold'), music: musicSchema.optional(), ...more }),
    z.object({ kind: z.literal('resume'), ...more }),
    z.object({ kind: z.literal('mute'), ...more }),
    z.object({ kind: z.literal('unmute'), ...more }),
    z.object({ kind: z.literal('reinvite'), ...more }),
    z.object({ kind: z.literal('update'), ...more }),
    z.object({ kind: z.literal('hangup'), ...more }),
    z.object({
      kind: z.literal('dtmf'),
      digits: z.string().regex(/^[0-9*#A-Da-d]{1,64}$/),
      mode: dtmfModeSchema.default('rfc4733'),
      ...more,
    }),
    z.object({
      kind: z.literal('refer'),
      to: z.string().min(1).describe('a URI, or a number at the trunk'),
      ...more,
    }),
    z.object({ kind: z.literal('record'), file: z.string().nullable().describe('null ends the recording'), ...more }),
  ] as const

/** Something that is done to a call at a time. */
export const timedActionSchema = z.discriminatedUnion(
  'kind',
  actionsWith({ atMs: z.number().min(0).max(86_400_000).describe('after the answer') }),
)
export type TimedAction = z.infer<typeof timedActionSchema>

const line = { line: z.int().min(1).optional().describe('where it stands in the script, for what is said of it') }
const patience = { timeoutMs: z.number().min(1).max(3_600_000).default(30_000).describe('the longest wait') }

/** A step of a script: the next one begins when it is done. */
export const scriptStepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('wait'), ms: z.number().min(0).max(86_400_000), ...line }),
  z.object({ kind: z.literal('wait-for-speech'), ...patience, ...line }).describe('until the peer speaks'),
  z
    .object({
      kind: z.literal('wait-for-silence'),
      ms: z.number().min(20).max(60_000).default(1000),
      ...patience,
      ...line,
    })
    .describe('until the peer has been silent for so long, counted from the beginning of this step at the earliest'),
  z.object({ kind: z.literal('say'), text: speechTextSchema, ...line }),
  z.object({ kind: z.literal('play'), path: z.string().describe('a WAV file'), ...line }),
  ...actionsWith(line),
])
export type ScriptStep = z.infer<typeof scriptStepSchema>
export const scriptSchema = z
  .array(scriptStepSchema)
  .max(1000)
  .describe('what is done after the answer, one step after the other; the call ends with the last one')

/** What is done to a call, without a time. */
export type Action = Exclude<ScriptStep, { kind: 'wait' | 'wait-for-speech' | 'wait-for-silence' | 'say' | 'play' }>
