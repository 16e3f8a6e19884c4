import { z } from 'zod'
import { transportNames } from '../model/transport.ts'
import { callReportSchema, headerSchema, inspectReportSchema, outcomeSchema } from './report.ts'

export const encryptionSchema = z.enum(['disabled', 'allowed', 'required'])
export const codecSchema = z.enum(['PCMU', 'PCMA'])
export const dtmfModeSchema = z.enum(['rfc4733', 'info', 'inband'])
export const portRangeSchema = z.object({ first: z.int().min(1024).max(65535), last: z.int().min(1024).max(65535) })

/** What a side sends: `tone`, `tone:440`, `silence`, `echo`, `marker`, or a WAV file. */
export const sourceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tone'), hz: z.int().min(20).max(3900) }),
  z.object({ kind: z.literal('silence') }),
  z.object({ kind: z.literal('echo') }),
  z.object({ kind: z.literal('marker') }),
  z.object({ kind: z.literal('file'), path: z.string() }),
])
export type SourceArgs = z.infer<typeof sourceSchema>

export const placeCallSchema = z.object({
  uri: z.string(), trunk: z.string().optional(), transport: z.enum(transportNames).optional(),
  proxy: z.string().optional(), user: z.string().optional(), password: z.string().optional(),
  from: z.string().optional(), displayName: z.string().optional(), headers: z.array(headerSchema).default([]),
  codecs: z.array(codecSchema).min(1).optional(), encryption: encryptionSchema.optional(),
  source: sourceSchema.default({ kind: 'marker' }), dtmf: z.string().default(''), dtmfMode: dtmfModeSchema.default('rfc4733'),
  durationMs: z.number().min(0).nullable().default(null).describe('after the answer; null until someone hangs up'),
  ringTimeoutMs: z.number().min(1).default(60_000),
  localAddress: z.string().optional(), rtpPorts: portRangeSchema.optional(), tlsCa: z.string().optional(), tlsInsecure: z.boolean().default(false),
  recordTo: z.string().optional(), pcapTo: z.string().optional(),
})
export type PlaceCall = z.input<typeof placeCallSchema>

export const listenerSchema = z.object({ transport: z.enum(transportNames), address: z.string(), port: z.int().min(0).max(65535) })
export type ListenerArgs = z.infer<typeof listenerSchema>

export const behaviourSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), source: sourceSchema }),
  z.object({ kind: z.literal('reject'), code: z.int().min(300).max(699) }),
  z.object({ kind: z.literal('ring') }),
  z.object({ kind: z.literal('ignore') }),
])
export type Behaviour = z.infer<typeof behaviourSchema>

export const startAgentSchema = z.object({
  listeners: z.array(listenerSchema).min(1), behaviour: behaviourSchema.default({ kind: 'answer', source: { kind: 'echo' } }),
  identifiers: z.array(z.string()).optional().describe('the user parts that are answered; all when absent'),
  user: z.string().optional(), password: z.string().optional(), allow: z.array(z.string()).default([]).describe('CIDR blocks'),
  encryption: encryptionSchema.default('allowed'), codecs: z.array(codecSchema).min(1).default(['PCMU', 'PCMA']),
  answerDelayMs: z.number().min(0).default(0), recordDirectory: z.string().optional(), rtpPorts: portRangeSchema.optional(),
})
export type StartAgent = z.input<typeof startAgentSchema>

export const trunkSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'a trunk name has letters, digits and . _ -'),
  address: z.string(), transport: z.enum(transportNames).default('udp'), authentication: z.enum(['digest', 'ip']).default('ip'),
  user: z.string().optional(), from: z.string().optional(), displayName: z.string().optional(), proxy: z.string().optional(),
  encryption: encryptionSchema.default('disabled'), codecs: z.array(codecSchema).min(1).default(['PCMU', 'PCMA']),
  headers: z.array(headerSchema).default([]), expiresS: z.int().min(1).default(600), tlsCa: z.string().optional(), tlsInsecure: z.boolean().default(false),
})
export type Trunk = z.infer<typeof trunkSchema>

/** What is not given comes from the stored trunk. */
export const registerSchema = z.object({
  trunk: z.string().optional(), address: z.string().optional(), transport: z.enum(transportNames).optional(), user: z.string().optional(), password: z.string().optional(),
  from: z.string().optional(), proxy: z.string().optional(), expiresS: z.int().min(1).optional(), localAddress: z.string().optional(),
  tlsCa: z.string().optional(), tlsInsecure: z.boolean().default(false),
})
export type RegisterArgs = z.input<typeof registerSchema>

export const historyEntrySchema = z.object({
  id: z.string(), startedAt: z.string(), direction: z.enum(['outbound', 'inbound', 'observed']), from: z.string(), to: z.string(),
  outcome: outcomeSchema, status: z.int().nullable(), verdict: z.string(), durationMs: z.number().nullable(),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

export const trunkCheckSchema = z.object({
  trunk: z.string(), reachable: z.boolean(), status: z.object({ code: z.int(), reason: z.string() }).nullable(), steps: z.array(z.string()), sentence: z.string(),
})

const nothing = z.object({})
const byId = z.object({ id: z.string() })

/** Every command that a person, a window or a script can give: one map for all faces. */
export const commands = {
  'call.place': { args: placeCallSchema, result: byId },
  'call.hangUp': { args: byId, result: nothing },
  'call.hold': { args: byId.extend({ on: z.boolean() }), result: nothing },
  'call.mute': { args: byId.extend({ on: z.boolean() }), result: nothing },
  'call.dtmf': { args: byId.extend({ digits: z.string().regex(/^[0-9*#A-Da-d]+$/), mode: dtmfModeSchema.default('rfc4733') }), result: nothing },
  'call.report': { args: byId, result: callReportSchema },
  'call.savePcap': { args: byId.extend({ path: z.string() }), result: z.object({ droppedPackets: z.int() }) },
  'call.saveReport': { args: byId.extend({ path: z.string() }), result: nothing },
  'registration.start': { args: registerSchema, result: byId },
  'registration.stop': { args: byId, result: nothing },
  'agent.start': { args: startAgentSchema, result: byId.extend({ addresses: z.array(listenerSchema) }) },
  'agent.stop': { args: byId, result: nothing },
  'capture.open': { args: z.object({ files: z.array(z.string()).min(1), reportTo: z.string().optional().describe('an HTML page of the calls') }), result: inspectReportSchema },
  'trunk.list': { args: nothing, result: z.array(trunkSchema.extend({ hasPassword: z.boolean() })) },
  'trunk.save': { args: z.object({ trunk: trunkSchema, password: z.string().optional(), replace: z.boolean() }), result: nothing },
  'trunk.remove': { args: z.object({ name: z.string() }), result: nothing },
  'trunk.check': { args: z.object({ name: z.string() }), result: trunkCheckSchema },
  'history.list': { args: z.object({ limit: z.int().min(1).default(100) }), result: z.array(historyEntrySchema) },
  'history.show': { args: byId, result: callReportSchema },
} as const

export type CommandName = keyof typeof commands
export type CommandArgs<Name extends CommandName> = z.input<(typeof commands)[Name]['args']>
export type CommandResult<Name extends CommandName> = z.output<(typeof commands)[Name]['result']>
