import { z } from 'zod'
import { unknowns } from '../model/wire.ts'
import { findingSchema, inspectReportSchema, outcomeSchema, verdictSchema } from './report.ts'
import { callViewSchema, captureViewSchema } from './views.ts'

/** One thing that a capture shows, as a line of a list. */
export const captureLineSchema = z.object({
  type: z.enum(['call', 'registration', 'dialog', 'stream']).describe('stream: RTP that belongs to no call'),
  id: z.string().describe('its number in the capture'),
  callId: z.string().nullable(),
  method: z.string().nullable().describe('of its first request; null for a stream'),
  startedAt: z.string().describe('ISO 8601, microseconds, UTC'),
  unknown: z
    .array(z.enum(unknowns))
    .optional()
    .describe('what the text that its first message was read from does not say: what stands there is a place holder'),
  from: z.string(),
  to: z.string(),
  outcome: outcomeSchema.nullable().describe('of a call'),
  status: z.object({ code: z.int(), reason: z.string() }).nullable().describe('the final response'),
  durationMs: z.number().nullable().describe('of a call from its answer, of a stream'),
  verdict: verdictSchema.nullable().describe('of a call'),
  finding: findingSchema.pick({ rule: true, severity: true, sentence: true }).nullable().describe('the gravest'),
  codec: z.string().nullable().describe('of a stream'),
  packets: z.int().nullable().describe('of a stream'),
  legs: z.array(z.string()).optional().describe('numbers of calls that are, or are likely, legs of the same call'),
})
export type CaptureLine = z.infer<typeof captureLineSchema>

/** The lists of an opened capture by their names in its report. */
export const captureListSchema = z.enum(['calls', 'registrations', 'dialogs', 'unmatchedStreams'])
export type CaptureList = z.infer<typeof captureListSchema>

/** A part of one of those lists. */
export const capturePageSchema = z.object({
  text: z.string().describe('the reports as JSON, one a line with a comma between them'),
  next: z.int().nullable().describe('where the next part begins; null after the last'),
  fault: z.boolean().describe('the diagnosis of one of them found a fault'),
})
export type CapturePage = z.infer<typeof capturePageSchema>

/** The calls that a number or a Call-ID names, and the first of all. */
export const foundCallsSchema = z.object({
  found: z.array(z.object({ id: z.string().describe('its number'), callId: z.string() })),
  total: z.int(),
  first: z.array(z.object({ id: z.string(), callId: z.string() })),
})
export type FoundCalls = z.infer<typeof foundCallsSchema>

const byId = z.object({ id: z.string() })
const offset = z.int().min(0).default(0)

/** What can be asked of captures: a part of `commands`. */
export const captureCommands = {
  'capture.open': {
    args: z.object({
      files: z.array(z.string()).min(1),
      wait: z
        .boolean()
        .default(true)
        .describe('false: answered when the first of it is read; the state tells the rest'),
      keylog: z.string().optional().describe('a file with the secrets of TLS connections (SSLKEYLOGFILE)'),
      growing: z
        .boolean()
        .default(false)
        .describe('the last file is still being handed over: capture.grown tells when there is more of it'),
    }),
    result: captureViewSchema,
  },
  'capture.grown': { args: byId.extend({ whole: z.boolean() }), result: z.object({}) },
  'capture.stop': { args: byId, result: z.object({}) },
  'capture.list': {
    args: byId.extend({
      limit: z.int().min(1).max(10_000).default(1000),
      offset,
      legs: z.boolean().default(false).describe('calls are joined with the other legs of their call'),
    }),
    result: z.array(captureLineSchema).describe('calls, then registrations, other dialogs, streams of no call'),
  },
  'capture.page': {
    args: byId.extend({ of: captureListSchema, offset }),
    result: capturePageSchema,
  },
  'capture.find': { args: byId.extend({ call: z.string() }), result: foundCallsSchema },
  'capture.report': { args: byId, result: inspectReportSchema },
  'capture.calls': {
    args: byId.extend({ limit: z.int().min(1).max(100_000).default(100), offset }),
    result: z.array(callViewSchema).describe('in the order of the report; each is a call by its id'),
  },
  'capture.close': { args: byId, result: z.object({}) },
} as const
