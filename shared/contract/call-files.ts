import { z } from 'zod'

export const exportFormatSchema = z.enum(['pcap', 'pcapng', 'json', 'html', 'wav'])
export type ExportFormat = z.infer<typeof exportFormatSchema>

const stretch = z.object({ atMs: z.number(), lengthMs: z.number() })

/** What one direction of a call sounded like. */
export const callAudioSchema = z.object({
  wav: z.string().describe('base64 of a WAV file: 16 bits, mono'),
  rateHz: z.int(),
  codec: z.string().nullable().describe('that it was decoded from; null: it is from a recording'),
  startedAt: z.string().nullable().describe('of its first sample, ISO 8601; null: unknown'),
  lost: z.array(stretch).describe('where packets are missing, since its first sample'),
  silences: z.array(stretch).describe('of more than a second, since its first sample'),
  note: z.string().nullable().describe('what of it is not there, a sentence'),
})
export type CallAudio = z.infer<typeof callAudioSchema>

export const ways = ['to-peer', 'from-peer'] as const
export type Way = (typeof ways)[number]

/** A call as something to keep or to hear: a part of `commands`. */
export const callFileCommands = {
  'call.export': {
    args: z.object({ id: z.string(), format: exportFormatSchema }),
    result: z.object({ name: z.string(), mediaType: z.string(), base64: z.string(), note: z.string().nullable() }),
  },
  'call.audio': {
    args: z.object({ id: z.string(), way: z.enum(ways).describe('of observed calls to-peer is what the caller says') }),
    result: callAudioSchema,
  },
} as const
