import { z } from 'zod'
import { isToken } from '../../../wire/sip/grammar.ts'
import { duration, enumeration, flag, maybe, message, needed, text, textMap, texts, usually } from './protobuf.ts'

const encryption = enumeration(['SIP_MEDIA_ENCRYPT_DISABLE', 'SIP_MEDIA_ENCRYPT_ALLOW', 'SIP_MEDIA_ENCRYPT_REQUIRE'])
const media = message({
  onlyListedCodecs: flag,
  codecs: usually(z.array(message({ name: needed(z.string().min(1)), rate: usually(z.int().min(0), 0) })), []),
  encryption: maybe(encryption),
  mediaTimeout: maybe(duration),
})
const either = {
  mediaEncryption: maybe(encryption),
  media: maybe(media),
  krispEnabled: flag,
  createdAt: text,
  updatedAt: text,
}
// eslint-disable-next-line no-control-regex
const headerValue = z.string().regex(/^[^\u0000-\u001f\u007f]*$/, 'has control characters')

const trunkSchema = message({
  sipTrunkId: text,
  name: text,
  metadata: text,
  numbers: texts,
  allowedAddresses: texts,
  allowedNumbers: texts,
  authUsername: text,
  authPassword: text,
  authRealm: text,
  headers: usually(z.record(z.string().refine(isToken, 'is no name of a header'), headerValue), {}),
  headersToAttributes: textMap,
  attributesToHeaders: textMap,
  includeHeaders: usually(enumeration(['SIP_NO_HEADERS', 'SIP_X_HEADERS', 'SIP_ALL_HEADERS']), 'SIP_NO_HEADERS'),
  ringingTimeout: maybe(duration),
  maxCallDuration: maybe(duration),
  ...either,
})
export type Trunk = z.output<typeof trunkSchema>

const kindSchema = message({
  dispatchRuleDirect: maybe(message({ roomName: text, pin: text })),
  dispatchRuleIndividual: maybe(message({ roomPrefix: text, pin: text, noRandomness: flag })),
  dispatchRuleCallee: maybe(message({ roomPrefix: text, pin: text, randomize: flag })),
}).refine(
  (kinds) => Object.values(kinds).filter((kind) => kind !== undefined).length === 1,
  'a rule is one of dispatchRuleDirect, dispatchRuleIndividual and dispatchRuleCallee',
)

const ruleFields = {
  trunkIds: texts,
  hidePhoneNumber: flag,
  inboundNumbers: texts,
  name: text,
  metadata: text,
  attributes: textMap,
  roomPreset: text,
  roomConfig: maybe(z.looseObject({})),
}
const ruleSchema = message({
  sipDispatchRuleId: text,
  rule: needed(kindSchema),
  numbers: texts,
  ...ruleFields,
  ...either,
})
export type Rule = z.output<typeof ruleSchema>

/** What becomes of calls beyond what the files of the platform say: ours, not theirs. */
const playSchema = message({
  agentJoinsAfterMs: usually(
    z
      .union([z.int().min(0).max(600_000), z.literal('never')])
      .describe('how long it rings until an agent joins the room'),
    1000,
  ),
  refuse: maybe(
    z
      .enum(['quota', 'lookup', 'flood', 'rejected', 'media'])
      .describe('every call is refused so, whatever trunk and rule say'),
  ),
})
export type Play = z.output<typeof playSchema>

/** A document of the configuration: what `lk sip inbound create` or `lk sip dispatch create` takes, or several. */
export const documentSchema = message({
  trunk: maybe(trunkSchema),
  trunks: usually(z.array(trunkSchema), []),
  dispatchRule: maybe(ruleSchema),
  dispatchRules: usually(z.array(ruleSchema), []),
  // As it was before: the fields of the rule beside each other.
  rule: maybe(kindSchema),
  ...ruleFields,
  play: maybe(playSchema),
}).refine(
  ({ trunk, trunks, dispatchRule, dispatchRules, rule, play }) =>
    trunk ?? dispatchRule ?? rule ?? play ?? (trunks.length > 0 || dispatchRules.length > 0),
  'nothing stands here: an inbound trunk is {"trunk": {...}}, a dispatch rule {"dispatch_rule": {...}}',
)

/** Trunks and rules of a project. */
export interface Project {
  readonly trunks: readonly Trunk[]
  readonly rules: readonly Rule[]
  readonly play: Play
}

/** All that the documents say together. */
export function projectOf(documents: readonly z.output<typeof documentSchema>[]): Project {
  const unset = {
    numbers: [],
    sipDispatchRuleId: '',
    mediaEncryption: undefined,
    media: undefined,
    krispEnabled: false,
  }
  const rest = { ...unset, createdAt: '', updatedAt: '' }
  return {
    trunks: documents.flatMap(({ trunk, trunks }) => [...(trunk ? [trunk] : []), ...trunks]),
    rules: documents.flatMap((document): Rule[] => {
      const { trunk: _t, trunks: _ts, dispatchRule, dispatchRules, rule, play: _p, ...flat } = document
      return [...(dispatchRule ? [dispatchRule] : []), ...dispatchRules, ...(rule ? [{ ...rest, ...flat, rule }] : [])]
    }),
    play: documents.findLast(({ play }) => play)?.play ?? playSchema.parse({}),
  }
}

/** `trunk "Mine"`, by the name that it has. */
export const trunkName = ({ name, sipTrunkId }: Trunk): string => `trunk "${name || sipTrunkId || 'without a name'}"`

/** The one kind of the rule, with its pin. */
export function kindOf({ rule }: Rule) {
  const { dispatchRuleDirect: direct, dispatchRuleIndividual: individual, dispatchRuleCallee: callee } = rule
  if (direct) return { kind: 'direct' as const, ...direct, room: direct.roomName }
  if (individual) return { kind: 'individual' as const, ...individual, room: individual.roomPrefix }
  return { kind: 'callee' as const, ...callee!, room: callee!.roomPrefix }
}

/** `individual rule "call-"`, by its name or by its room. */
export function ruleName(rule: Rule): string {
  const { kind, room } = kindOf(rule)
  return `${kind} rule "${rule.name || rule.sipDispatchRuleId || room}"`
}

/** Encryption as a rule says it, else the trunk. */
export function encryptionOf(...parts: readonly (Pick<Trunk, 'media' | 'mediaEncryption'> | null)[]) {
  for (const part of parts) {
    const said = part?.media?.encryption ?? part?.mediaEncryption
    if (said) return said
  }
  return 'SIP_MEDIA_ENCRYPT_DISABLE'
}
