import { z } from 'zod'
import { codecDescriptor, codecNames } from '../model/codecs.ts'
import { encryptionForms, encryptions, offeredSuites, srtpSuites } from '../model/encryption.ts'
import { callerWrongNames } from '../model/wrong.ts'
import { mostImpairments, readImpairments } from '../model/impairments.ts'
import { transportNames, webSocketResourcePattern } from '../model/transport.ts'
import { fileSchema, silenceSchema, toneSchema } from './music.ts'
import { dtmfModeSchema, scriptSchema, speechTextSchema, timedActionSchema } from './actions.ts'

export const headerSchema = z.object({ name: z.string(), value: z.string() })
/** A header field that a person adds; `secret`: its value is hidden wherever it is shown, whatever its name. */
export const customHeaderSchema = headerSchema.extend({
  secret: z.boolean().optional().describe('its value is hidden wherever it is shown'),
})
export const encryptionSchema = z.enum(encryptions)
export const encryptionFormSchema = z
  .enum(encryptionForms)
  .describe(
    'how encryption that is allowed is offered first: RTP/AVP with keys, or RTP/SAVP and RTP/AVP as two lines; ' +
      'where that is refused, the other',
  )
export const srtpSuitesSchema = z
  .array(z.enum(srtpSuites))
  .min(1)
  .describe(
    'of SRTP with keys in the session description, in the order in which they are offered; others are not accepted. ' +
      `When absent, ${offeredSuites.join(', ')} are offered, and all accepted`,
  )
export const codecSchema = z.enum(codecNames())
/** The preferred one first. */
export const codecsSchema = z
  .array(codecSchema)
  .min(1)
  .refine((names) => names.some((name) => !codecDescriptor(name)!.isNoise), 'CN stands for silence only: add a codec')
export const portRangeSchema = z.object({ first: z.int().min(1024).max(65535), last: z.int().min(1024).max(65535) })

/** A certificate, with its chain, and its private key (PEM). */
export const tlsIdentitySchema = z.object({ cert: z.string(), key: z.string() })
export const ptimeSchema = z.int().min(10).max(60)
export const latchSchema = z
  .boolean()
  .describe('false: RTP goes where the session description says, even where the RTP of the peer comes from elsewhere')
export const rtcpXrSchema = z
  .boolean()
  .describe('true: VoIP metrics (RTCP XR, RFC 3611) are asked for and sent; else they are sent to who asks for them')
export const contactRewriteSchema = z
  .boolean()
  .describe('where the peer sees us at another address (NAT), our Contact says that one from then on')
export const webSocketResourceSchema = z
  .string()
  .regex(webSocketResourcePattern, 'a path begins with / and has no spaces')
  .describe('where the peer opens WebSockets; / when absent')
export const followReferSchema = z
  .boolean()
  .describe('true: where the peer transfers us (REFER), we call whom it names; false: REFER is refused')
export const mediaTimeoutSchema = z
  .number()
  .min(1000)
  .nullable()
  .describe('the call ends after so long without RTP and RTCP of the peer; null: it goes on')

export const impairmentsSchema = z
  .array(z.string())
  .max(mostImpairments)
  .superRefine((texts, context) => {
    const read = readImpairments(texts)
    if (typeof read === 'string') context.addIssue({ code: 'custom', message: read })
  })
  .describe('what goes wrong on purpose with the RTP that is sent, each like loss=5% or delay=80ms')

const sources = [
  toneSchema,
  silenceSchema,
  z.object({ kind: z.literal('echo') }),
  z.object({ kind: z.literal('marker') }),
  fileSchema,
  z.object({ kind: z.literal('speech'), text: speechTextSchema }),
] as const
/** What an agent sends: `tone`, `tone:440`, `silence`, `echo`, `marker`, a WAV file, or a text, spoken. */
export const agentSourceSchema = z.discriminatedUnion('kind', sources)
export type AgentSource = z.infer<typeof agentSourceSchema>
/** What a side sends. */
export const sourceSchema = z.discriminatedUnion('kind', [
  ...sources,
  z.object({ kind: z.literal('microphone') }).describe('of a window: silence until call.voice brings it'),
])
export type SourceArgs = z.infer<typeof sourceSchema>

export const placeCallSchema = z.object({
  uri: z.string(),
  trunk: z.string().optional(),
  transport: z.enum(transportNames).optional(),
  proxy: z.string().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z.string().optional(),
  displayName: z.string().optional(),
  headers: z.array(customHeaderSchema).default([]),
  withoutHeaders: z.array(z.string()).optional().describe('default headers of the trunk that are left out, by name'),
  digest: z.boolean().optional().describe('false: challenges are not answered, whatever credentials there are'),
  codecs: codecsSchema.optional(),
  encryption: encryptionSchema.optional(),
  encryptionForm: encryptionFormSchema.optional(),
  srtpSuites: srtpSuitesSchema.optional(),
  source: sourceSchema.default({ kind: 'marker' }),
  dtmf: z.string().default(''),
  dtmfMode: dtmfModeSchema.default('rfc4733'),
  timeline: z.array(timedActionSchema).max(1000).default([]),
  script: scriptSchema.optional(),
  durationMs: z.number().min(0).nullable().default(null).describe('after the answer; null until someone hangs up'),
  ringTimeoutMs: z.number().min(1).default(60_000),
  localAddress: z.string().optional().describe('any: whichever reaches the peer, whatever the settings say'),
  rtpPorts: portRangeSchema.optional(),
  ptimeMs: ptimeSchema.optional().describe('the packet time to ask for'),
  mediaTimeoutMs: mediaTimeoutSchema.default(null),
  latch: latchSchema.default(true),
  rtcpXr: rtcpXrSchema.default(false),
  followRefer: followReferSchema.default(false),
  tlsCa: z.string().optional(),
  tlsInsecure: z.boolean().default(false),
  tlsIdentity: tlsIdentitySchema.optional().describe('the certificate of this side'),
  contactRewrite: contactRewriteSchema.optional(),
  webSocketResource: webSocketResourceSchema.optional(),
  impairments: impairmentsSchema.optional(),
  wrong: z.array(z.enum(callerWrongNames)).optional().describe('what it does wrong on purpose'),
  recordTo: z.string().optional(),
  pcapTo: z.string().optional(),
})
export type PlaceCall = z.input<typeof placeCallSchema>

/** How a call was asked for, as it is kept: without the password. */
export const placedSchema = placeCallSchema.omit({ password: true, tlsIdentity: true })
export type Placed = z.infer<typeof placedSchema>
