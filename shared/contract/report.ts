import { z } from 'zod'
import { endReasons } from '../model/end-cause.ts'
import { refusedByNames } from '../model/refused-by.ts'
import { transportNames } from '../model/transport.ts'
import { unknowns } from '../model/wire.ts'
import { changeSchema } from './change.ts'
import { personaReportSchema } from './persona.ts'
import { conversationSchema } from './conversation.ts'
import { headerSchema, placedSchema } from './place-call.ts'
import { remedySchema } from './remedy.ts'
import { timingSchema, voipMetricsSchema } from './timing.ts'

const iso = z.string().describe('ISO 8601, microseconds, UTC')
const ms = z.number().describe('milliseconds')

/**
 * A while of one stream: [time in ms since its first packet, jitter in ms, packets lost so far, level in dBFS or null,
 * longest gap in ms].
 */
export const sampleSchema = z.tuple([z.number(), z.number(), z.int(), z.number().nullable(), z.number()])
export type Sample = z.infer<typeof sampleSchema>

export const streamSchema = z.object({
  source: z.string(),
  destination: z.string(),
  toPeer: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      'towards the peer (observed calls: the called party); null when neither session description names its addresses',
    ),
  ssrc: z.string().regex(/^0x[0-9a-f]{8}$/),
  payloadType: z.int().min(0).max(127),
  codec: z.string(),
  clockRate: z.int(),
  startedAt: iso,
  endedAt: iso,
  packets: z.int(),
  expected: z.int(),
  lost: z.int(),
  lostPercent: z.number(),
  judgedLost: z
    .int()
    .optional()
    .describe(
      'of a call: what was lost without holds, moves, new beginnings of the numbers and packets that came twice',
    ),
  outOfOrder: z.int(),
  duplicates: z.int(),
  minDeltaMs: ms,
  meanDeltaMs: ms,
  maxDeltaMs: ms,
  minJitterMs: ms,
  meanJitterMs: ms,
  maxJitterMs: ms,
  bitrateKbps: z.number().nullable(),
  level: z.object({ meanDbfs: z.number(), peakDbfs: z.number() }).nullable(),
  mos: z
    .object({
      value: z.number(),
      r: z.number(),
      model: z.string(),
      assumptions: z.array(z.string()),
      confirmed: z
        .boolean()
        .default(true)
        .describe('false: of what left here or passed the capture point; nobody said that it arrived'),
    })
    .nullable(),
  mosUnknown: z.string().optional().describe('why there is no estimate of the quality'),
  timing: timingSchema.optional().describe('absent in old reports'),
  voip: voipMetricsSchema.optional(),
  series: z
    .array(sampleSchema)
    .optional()
    .describe('how it went, in at most 120 samples [ms since its first packet, jitter ms, lost so far, dBFS, gap ms]'),
  srtp: z
    .object({ opened: z.int(), refused: z.int() })
    .optional()
    .describe('packets of encrypted audio in a capture that the keys of its session descriptions open or do not'),
  rtcp: z
    .object({
      reportedLost: z.int(),
      reportedJitterMs: ms,
      roundTripMs: ms.nullable(),
      implausible: z.boolean().optional().describe('no stream has such a jitter: its receiver counts wrongly'),
    })
    .nullable(),
})
export type Stream = z.infer<typeof streamSchema>

export const messageSchema = z.object({
  at: iso,
  source: z.string(),
  destination: z.string(),
  transport: z.enum(transportNames),
  startLine: z.string(),
  cseq: z.string().nullable(),
  retransmissionOf: z.int().nullable().describe('index of the first sending'),
  fromUs: z
    .boolean()
    .optional()
    .describe('from our side towards the peer, in captures from the side of the caller; absent in old reports'),
  problems: z.array(z.string()),
  raw: z.string().describe('as on the wire, secrets masked'),
  unknown: z
    .array(z.enum(unknowns))
    .optional()
    .describe('what a text that the message was read from does not say of it: what stands there is a place holder'),
})
export type LadderMessage = z.infer<typeof messageSchema>

export const evidenceSchema = z.object({
  message: z.int().optional(),
  stream: z.int().optional(),
  observation: z.string().optional(),
})
export type Evidence = z.infer<typeof evidenceSchema>

export const severitySchema = z.enum(['fault', 'warning', 'info'])

/** What a rule of the diagnosis says of itself. */
export const ruleSchema = z.object({
  id: z.string(),
  severities: z.array(severitySchema),
  looksAt: z.string(),
  speaks: z.string().describe('when it gives a finding'),
  silent: z.string().describe('when it gives none though one might expect it'),
  silences: z.array(z.string()).describe('rules whose findings are consequences of its own and left out beside them'),
})
export type RuleDescription = z.infer<typeof ruleSchema>

export const findingSchema = z.object({
  rule: z.string(),
  severity: severitySchema,
  at: iso.describe('when the condition was met'),
  sentence: z.string(),
  evidence: z.array(evidenceSchema),
  next: z.string(),
  remedy: remedySchema.optional().describe('the setting that next is about'),
  change: changeSchema
    .optional()
    .describe('what next says to change, as data: calling again so shows whether it helps'),
  source: z
    .object({ provider: z.string(), source: z.string(), url: z.string().optional(), asOf: z.string() })
    .optional()
    .describe('the document of a provider that the cause and the remedy are from, and when it was read'),
})
export type Finding = z.infer<typeof findingSchema>

export const verdictSchema = z.object({
  kind: z.enum(['two-way-audio', 'one-way-audio', 'no-audio', 'not-answered', 'unknown']),
  missing: z.enum(['to-peer', 'from-peer', 'both']).nullable(),
  sentence: z.string(),
})
export type Verdict = z.infer<typeof verdictSchema>

export const refusedBySchema = z.enum(refusedByNames)

export const outcomeSchema = z.enum(['answered', 'refused', 'cancelled', 'no-answer', 'failed', 'in-progress'])
export type Outcome = z.infer<typeof outcomeSchema>

export const mediaSchema = z.object({
  codec: z.string(),
  payloadType: z.int(),
  clockRate: z.int(),
  ptimeMs: ms,
  encryption: z.enum(['none', 'sdes', 'dtls']),
  direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']),
  local: z.string(),
  remote: z.string(),
  negotiation: z.string().optional().describe('what was offered, and what of it the other side chose'),
})

/** Another leg of a call: the two have Call-IDs of their own. */
export const relatedCallSchema = z.object({
  call: z.string().describe('its id in the same report'),
  callId: z.string(),
  how: z.enum(['header', 'call-id', 'media', 'parties']).describe('by what it is known best'),
  certainty: z.enum(['certain', 'likely', 'possible']),
  reason: z.string(),
})
export type RelatedCall = z.infer<typeof relatedCallSchema>

export const callReportSchema = z.object({
  id: z.string(),
  callId: z.string(),
  direction: z.enum(['outbound', 'inbound', 'observed']),
  from: z.string(),
  to: z.string(),
  requestUri: z.string(),
  transport: z.enum(transportNames).nullable(),
  outcome: outcomeSchema,
  status: z.object({ code: z.int(), reason: z.string() }).nullable(),
  refusedBy: refusedBySchema.nullable(),
  headers: z.object({ sent: z.array(headerSchema), received: z.array(headerSchema) }),
  timeline: z.object({
    startedAt: iso,
    ringingAt: iso.nullable(),
    answeredAt: iso.nullable(),
    endedAt: iso.nullable(),
    endedBy: z.enum(['us', 'peer', 'caller', 'callee']).nullable(),
    endReason: z
      .enum(endReasons)
      .nullable()
      .default(null)
      .describe('why it ended, as the endpoint knows it; null for calls that were seen'),
    postDialDelayMs: ms.nullable(),
    setupMs: ms.nullable(),
    answerToFirstRtpMs: ms.nullable(),
    durationMs: ms.nullable(),
  }),
  messages: z.array(messageSchema),
  media: z.array(mediaSchema),
  streams: z.array(streamSchema),
  findings: z.array(findingSchema),
  verdict: verdictSchema,
  observations: z
    .array(
      z.object({
        at: iso,
        kind: z.string(),
        text: z.string(),
        value: z
          .string()
          .optional()
          .describe('what a program needs of the text: the digit of digit-sent and digit-received'),
      }),
    )
    .describe('what only an endpoint knows'),
  placed: placedSchema
    .nullable()
    .default(null)
    .describe('how it was asked for; null for calls that came in or were seen'),
  agent: z.string().optional().describe('the agent that took it'),
  impairments: z
    .array(z.string())
    .optional()
    .describe('what went wrong on purpose with the RTP that this side sent, as call.place takes it'),
  persona: personaReportSchema.optional().describe('what the persona that the agent plays made of it'),
  conversation: conversationSchema.optional(),
  note: z.string().optional().describe('what a person wrote to it'),
  /** More messages came than are kept. */
  droppedMessages: z.int().default(0).describe('messages beyond those that are kept'),
  unfollowedPackets: z.int().default(0).describe('RTP packets of more streams than are followed, in no figure'),
  related: z.array(relatedCallSchema).optional().describe('calls of the same capture that are legs of this one'),
})
export type CallReport = z.infer<typeof callReportSchema>

export const registrationReportSchema = z.object({
  callId: z.string(),
  registrar: z.string(),
  address: z.string(),
  contact: z.string().nullable(),
  status: z
    .object({ code: z.int(), reason: z.string() })
    .nullable()
    .describe('the final response to the last REGISTER; null while there is none'),
  expiresS: z.int().nullable(),
  messages: z.array(messageSchema),
  findings: z.array(findingSchema).default([]).describe('what is wrong with it: a refusal is a fault'),
  droppedMessages: z.int().default(0).describe('earlier messages, beyond those that are kept'),
})
export type RegistrationReport = z.infer<typeof registrationReportSchema>

export const dialogReportSchema = z.object({
  callId: z.string(),
  method: z.string().describe('of its first message: OPTIONS, SUBSCRIBE, MESSAGE …'),
  from: z.string(),
  to: z.string(),
  status: z.object({ code: z.int(), reason: z.string() }).nullable().describe('of the last final response'),
  messages: z.array(messageSchema),
  findings: z.array(findingSchema).default([]),
  droppedMessages: z.int().default(0).describe('messages beyond those that are kept'),
})
export type DialogReport = z.infer<typeof dialogReportSchema>

export const unreadSchema = z
  .array(z.object({ reason: z.string(), packets: z.int() }))
  .describe('packets that were not read, by the reason; all others were read, or are neither SIP nor RTP')

export const otherSchema = z
  .array(z.object({ what: z.string(), packets: z.int() }))
  .describe('packets that are neither SIP nor RTP and known to be something else: STUN, DTLS handshake …')

export const inspectReportSchema = z.object({
  files: z.array(z.string()),
  calls: z.array(callReportSchema),
  registrations: z.array(registrationReportSchema),
  dialogs: z.array(dialogReportSchema).default([]).describe('SIP that is neither a call nor a registration'),
  unmatchedStreams: z.array(streamSchema),
  problems: z.array(z.string()),
  packets: z.int().describe('packets in the files'),
  unread: unreadSchema.default([]),
  other: otherSchema.default([]),
  damaged: z.boolean().default(false).describe('a file ended early or said what cannot be so; problems say where'),
})
export type InspectReport = z.infer<typeof inspectReportSchema>
