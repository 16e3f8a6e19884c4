import { z } from 'zod'
import { otherSchema, outcomeSchema, unreadSchema, verdictSchema } from './report.ts'

/** A call of this engine or of an opened capture as a list shows it; past ones are HistoryEntry. */
export const callViewSchema = z.object({
  id: z.string(),
  agent: z.string().nullable().describe('the agent that took it'),
  capture: z.string().nullable().describe('the opened capture that it was seen in'),
  trunk: z.string().nullable(),
  direction: z.enum(['outbound', 'inbound', 'observed']),
  from: z.string(),
  to: z.string(),
  displayName: z.string(),
  state: z.enum(['calling', 'ringing', 'answered', 'ending', 'ended']),
  waiting: z.boolean().describe('rings until a person answers or refuses'),
  held: z.boolean(),
  muted: z.boolean(),
  voice: z.string().nullable().describe('the call of a window whose microphone and speaker it has'),
  voiceOf: z.string().nullable().describe('it brings the microphone of a window to that call'),
  joined: z
    .array(z.string())
    .readonly()
    .describe('the calls whose parties are heard in it, and hear what is said in it'),
  recording: z.string().nullable().describe('the file that the audio goes to'),
  recorded: z.boolean().describe('there is a recording'),
  startedAt: z.string(),
  answeredAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  outcome: outcomeSchema,
  status: z.object({ code: z.int(), reason: z.string() }).nullable(),
  verdict: verdictSchema.describe('while audio flows, its sentence is that of the moment when its kind last changed'),
})
export type CallView = z.infer<typeof callViewSchema>

/** An opened capture: how much is in it. Its calls come by `capture.calls`, a page at a time. */
export const captureViewSchema = z.object({
  id: z.string(),
  files: z.array(z.string()),
  calls: z.int(),
  registrations: z.int(),
  dialogs: z.int().describe('SIP that is neither a call nor a registration'),
  unmatchedStreams: z.int(),
  problems: z.array(z.string()),
  packets: z.int(),
  unread: unreadSchema,
  other: otherSchema,
  damaged: z.boolean(),
  reading: z
    .number()
    .nullable()
    .describe('the part of the files that has been read, 0 to 1; null when the reading has ended'),
})
export type CaptureView = z.infer<typeof captureViewSchema>
