import { z } from 'zod'
import { usualCodecs } from '../model/codecs.ts'
import { transportNames } from '../model/transport.ts'
import { wrongNames } from '../model/wrong.ts'
import { dtmfModeSchema } from './actions.ts'
import { apiSchema, behaviourSchema, limitsSchema, listenerSchema, originsSchema } from './agent-parts.ts'
import { callFileCommands } from './call-files.ts'
import { callJoinCommands } from './call-joins.ts'
import { historyList } from './lists.ts'
import { musicSchema } from './music.ts'
import { callReportSchema, messageSchema, ruleSchema } from './report.ts'
import {
  codecsSchema,
  contactRewriteSchema,
  customHeaderSchema,
  encryptionFormSchema,
  encryptionSchema,
  followReferSchema,
  impairmentsSchema,
  latchSchema,
  mediaTimeoutSchema,
  placeCallSchema,
  portRangeSchema,
  ptimeSchema,
  rtcpXrSchema,
  sourceSchema,
  srtpSuitesSchema,
  tlsIdentitySchema,
  webSocketResourceSchema,
} from './place-call.ts'
import { personaCommands, playSchema, keptPlaySchema } from './persona.ts'
import { proofPlanSchema, proofSchema, proveSchema } from './proof.ts'
import { remedySchema } from './remedy.ts'
import { setWebhookSchema, startWebhookSchema } from './webhook.ts'
import { captureCommands } from './captures.ts'
import { providerCommands } from './providers.ts'

export const startAgentSchema = z.object({
  listeners: z.array(listenerSchema).min(1),
  behaviour: behaviourSchema.default({ kind: 'answer', source: { kind: 'echo' } }),
  identifiers: z.array(z.string()).optional().describe('the user parts that are answered; all when absent'),
  user: z.string().optional(),
  password: z.string().optional(),
  allow: z.array(z.string()).default([]).describe('CIDR blocks'),
  encryption: encryptionSchema.default('allowed'),
  srtpSuites: srtpSuitesSchema.optional(),
  codecs: codecsSchema.default(usualCodecs),
  answerDelayMs: z.number().min(0).default(0),
  earlyMedia: z.boolean().default(false).describe('media flows before the answer: 183 with a session description'),
  requires100rel: z.boolean().default(false).describe('callers without reliable provisional responses get 421'),
  recordDirectory: z.string().optional(),
  pcapTo: z.string().optional().describe('a capture of all that it sends and receives, calls or not'),
  rtpPorts: portRangeSchema.optional(),
  ptimeMs: ptimeSchema.optional().describe('the packet time to ask for; as the caller likes it when absent'),
  mediaTimeoutMs: mediaTimeoutSchema.default(60_000),
  latch: latchSchema.default(true),
  rtcpXr: rtcpXrSchema.default(false),
  followRefer: followReferSchema.default(false),
  impairments: impairmentsSchema.optional(),
  wrong: z.array(z.enum(wrongNames)).default([]).describe('what it does wrong on purpose'),
  origins: originsSchema.optional(),
  tlsIdentity: tlsIdentitySchema
    .optional()
    .describe('the certificate of its TLS listeners; one of its own when absent'),
  register: z
    .lazy(() => registerSchema)
    .optional()
    .describe('the agent is reachable at that address while it runs'),
  persona: playSchema.optional().describe('the platform that it plays: whom it lets in is decided by that'),
  limits: limitsSchema.optional().describe('what strangers may use of this agent, where it differs from the settings'),
})
export type StartAgent = z.input<typeof startAgentSchema>

/** What is kept sealed; left out, what is stored stays. */
const secret = z.string().optional()
export const trunkSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'a trunk name has letters, digits and . _ -'),
  address: z.string(),
  provider: z.string().max(60).optional().describe('by name; the one whose domain the address is in when absent'),
  transport: z.enum(transportNames).default('udp'),
  authentication: z.enum(['digest', 'ip']).default('ip'),
  user: z.string().optional(),
  from: z.string().optional(),
  displayName: z.string().optional(),
  proxy: z.string().optional(),
  encryption: encryptionSchema.default('disabled'),
  encryptionForm: encryptionFormSchema.optional(),
  srtpSuites: srtpSuitesSchema.optional(),
  codecs: codecsSchema.default(usualCodecs),
  headers: z.array(customHeaderSchema).default([]),
  expiresS: z.int().min(1).default(600),
  tlsCa: z.string().optional(),
  tlsInsecure: z.boolean().default(false),
  tlsCert: z.string().optional().describe('our certificate, with its chain (PEM); its key is among the secrets'),
  nameServers: z.array(z.string()).min(1).optional().describe('instead of those of the system'),
  contactRewrite: contactRewriteSchema.optional(),
  webSocketResource: webSocketResourceSchema.optional(),
  register: z.boolean().default(false).describe('kept registered while a window host runs'),
})
export type Trunk = z.infer<typeof trunkSchema>

/** Values of secret headers are hidden. */
export const storedTrunkSchema = trunkSchema.extend({
  hasPassword: z.boolean(),
  lost: z.array(z.string()).optional().describe('what is stored and can no longer be opened: `password`, `headers`'),
})
export type StoredTrunk = z.infer<typeof storedTrunkSchema>

/** What is not given comes from the stored trunk. */
export const registerSchema = z.object({
  trunk: z.string().optional(),
  address: z.string().optional(),
  transport: z.enum(transportNames).optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  from: z.string().optional(),
  proxy: z.string().optional(),
  expiresS: z.int().min(1).optional(),
  localAddress: z.string().optional(),
  tlsCa: z.string().optional(),
  tlsInsecure: z.boolean().default(false),
  tlsIdentity: tlsIdentitySchema.optional(),
  contactRewrite: contactRewriteSchema.optional(),
  webSocketResource: webSocketResourceSchema.optional(),
})
export type RegisterArgs = z.input<typeof registerSchema>

export const checkStepSchema = z.object({
  at: z.string(),
  kind: z.enum(['resolution', 'connection', 'tls', 'options', 'register', 'note']),
  ok: z.boolean(),
  text: z.string(),
})
export type CheckStep = z.infer<typeof checkStepSchema>

export const trunkCheckSchema = z.object({
  trunk: z.string(),
  ok: z.boolean(),
  reachable: z.boolean(),
  status: z.object({ code: z.int(), reason: z.string() }).nullable().describe('the answer to OPTIONS'),
  registration: z
    .object({ accepted: z.boolean(), status: z.int().nullable() })
    .nullable()
    .describe('null where REGISTER was not tried'),
  steps: z.array(checkStepSchema),
  messages: z.array(messageSchema).default([]).describe('what was sent and received, as far as it is done'),
  sentence: z.string(),
  remedy: remedySchema.optional().describe('the setting that would mend it'),
})
export type TrunkCheck = z.infer<typeof trunkCheckSchema>

/** The agent that starts with the window; its password, if any, is kept among the secrets. */
export const agentSettingsSchema = startAgentSchema
  .omit({
    password: true,
    recordDirectory: true,
    pcapTo: true,
    rtpPorts: true,
    ptimeMs: true,
    earlyMedia: true,
    requires100rel: true,
    srtpSuites: true,
    mediaTimeoutMs: true,
    latch: true,
    rtcpXr: true,
    followRefer: true,
    impairments: true,
    wrong: true,
    tlsIdentity: true,
    register: true,
    persona: true,
    limits: true,
  })
  .extend({
    start: z.boolean().describe('with the window'),
    persona: keptPlaySchema.optional(),
  })

export const settingsSchema = z.object({
  localAddress: z
    .string()
    .nullable()
    .default(null)
    .describe('the network address that calls leave from; null: whichever reaches the peer'),
  rtpPorts: portRangeSchema.default({ first: 20_000, last: 29_999 }),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  ringTone: z.boolean().default(true).describe('a window sounds while a call waits for its answer'),
  keepCalls: z.int().min(10).max(100_000).default(10_000).describe('past calls that are kept'),
  keepDays: z.int().min(1).max(3650).nullable().default(null).describe('null: whatever their age'),
  maskNumbers: z.boolean().default(false).describe('phone numbers in exports; secrets always are'),
  limits: limitsSchema.default({}).describe('what strangers may use, where it differs from the usual'),
  favourites: z
    .array(z.object({ uri: z.string(), trunk: z.string().nullable() }))
    .max(100)
    .default([])
    .describe('what is dialled often: as typed, and the trunk it goes through'),
  agent: agentSettingsSchema.default({
    listeners: [{ transport: 'udp', address: '127.0.0.1', port: 5070 }],
    behaviour: { kind: 'answer', source: { kind: 'echo' } },
    allow: [],
    encryption: 'allowed',
    codecs: usualCodecs(),
    answerDelayMs: 400,
    start: true,
  }),
})
export type Settings = z.infer<typeof settingsSchema>
export type Favourite = Settings['favourites'][number]

export { exportFormatSchema, type ExportFormat } from './call-files.ts'

const nothing = z.object({})
const byId = z.object({ id: z.string() })

/** Every command that a person, a window or a script can give: one map for all faces. */
export const commands = {
  'call.place': { args: placeCallSchema, result: byId },
  'call.hangUp': { args: byId, result: nothing },
  'call.hold': { args: byId.extend({ on: z.boolean(), music: musicSchema.optional() }), result: nothing },
  'call.mute': { args: byId.extend({ on: z.boolean() }), result: nothing },
  'call.dtmf': {
    args: byId.extend({ digits: z.string().regex(/^[0-9*#A-Da-d]+$/), mode: dtmfModeSchema.default('rfc4733') }),
    result: nothing,
  },
  ...callJoinCommands,
  'call.answer': { args: byId.extend({ source: sourceSchema.default({ kind: 'marker' }) }), result: nothing },
  'call.voice': {
    args: byId,
    result: z.object({
      uri: z.string().describe('where the phone of the window calls, once and at once, to talk in that call'),
    }),
  },
  'call.reject': { args: byId.extend({ code: z.int().min(300).max(699).default(486) }), result: nothing },
  'call.record': { args: byId.extend({ on: z.boolean() }), result: z.object({ file: z.string().nullable() }) },
  ...callFileCommands,
  'call.note': {
    args: byId.extend({ text: z.string().max(10_000).describe('empty: none') }),
    result: nothing,
  },
  'call.report': { args: byId, result: callReportSchema },
  'call.proofPlan': { args: proveSchema, result: proofPlanSchema },
  'call.prove': { args: proveSchema, result: proofSchema },
  'registration.start': { args: registerSchema, result: byId },
  'registration.stop': { args: byId, result: nothing },
  'agent.start': {
    args: startAgentSchema,
    result: byId.extend({
      addresses: z.array(listenerSchema),
      registration: z.string().optional().describe('its id, where the agent registers'),
      api: apiSchema.optional(),
    }),
  },
  'agent.stop': { args: byId, result: nothing },
  'webhook.start': { args: startWebhookSchema, result: byId.extend({ url: z.string() }) },
  'webhook.set': { args: setWebhookSchema, result: nothing },
  'webhook.stop': { args: byId, result: nothing },
  ...captureCommands,
  'trunk.list': { args: nothing, result: z.array(storedTrunkSchema) },
  'trunk.save': {
    args: z.object({ trunk: trunkSchema, password: secret, tlsKey: secret, replace: z.boolean() }),
    result: nothing,
  },
  'trunk.remove': { args: z.object({ name: z.string() }), result: nothing },
  'trunk.check': {
    args: z.object({ name: z.string(), tlsIdentity: tlsIdentitySchema.optional() }),
    result: trunkCheckSchema,
  },
  'history.list': historyList,
  'history.show': { args: byId, result: callReportSchema },
  ...providerCommands,
  ...personaCommands,
  'rule.list': { args: nothing, result: z.array(ruleSchema) },
  'settings.save': {
    args: z.object({
      settings: settingsSchema,
      agentPassword: z.string().optional(),
      agentPersona: playSchema.optional().describe('what the agent of the settings plays'),
    }),
    result: nothing,
  },
  'file.put': {
    args: z.object({
      file: z.string().nullable().describe('the id of the first answer; null begins a file'),
      name: z.string(),
      base64: z.string(),
    }),
    result: z.object({ file: z.string().describe('an id: it stands where others give the path of a file') }),
  },
} as const

export type CommandName = keyof typeof commands
export type CommandArgs<Name extends CommandName> = z.input<(typeof commands)[Name]['args']>
export type CommandResult<Name extends CommandName> = z.output<(typeof commands)[Name]['result']>
/** The arguments of a command as its schema leaves them: defaults filled in. */
export type Parsed<Name extends CommandName> = z.output<(typeof commands)[Name]['args']>
