import { makeHeader } from '../../../wire/sip/message.ts'
import { messageIds } from '../../../wire/sip/grammar.ts'
import { liveKit, liveKitAnswers, liveKitRefusals } from '../../livekit.ts'
import {
  addressOf,
  type Arrived,
  type Challenge,
  type Decision,
  type Outcome,
  type Persona,
  type PinChecked,
  type Refused,
  type Step,
} from '../decision.ts'
import { attributesOf } from './attributes.ts'
import { kindOf, ruleName, trunkName, type Play, type Project, type Rule, type Trunk } from './config.ts'
import { matchMedia } from './media.ts'
import { matchRule, roomOf } from './rule.ts'
import { matchTrunk, type Caller } from './trunk.ts'

type Known = keyof typeof liveKitRefusals

const refusedAs = (which: Known, because?: string): Refused => {
  const { status, phrase, cause, next } = liveKitRefusals[which]
  return { status, reason: phrase, headers: [], because: because ?? cause, next }
}
const refuse = (which: Known, rings: boolean, because?: string): Outcome => ({
  kind: 'refuse',
  refused: refusedAs(which, because),
  rings,
})

/** How long a refusal is repeated for the same Call-ID and From tag. */
const repeatedMs = 60_000
const mostRemembered = 5000

/** A project of the platform that takes calls by its inbound trunks and dispatch rules. */
export class LiveKitPersona implements Persona {
  readonly #project: Project
  /** By Call-ID and From tag, the oldest first. */
  readonly #refused = new Map<string, { readonly untilMs: number; readonly decision: Decision }>()

  constructor(project: Project) {
    this.#project = project
  }

  decide(arrived: Arrived): Decision {
    const { callId, fromTag } = messageIds(arrived.request)
    const key = JSON.stringify([callId, fromTag])
    const before = this.#refused.get(key)
    if (before && arrived.atMs < before.untilMs) return repeated(before.decision)
    const decision = this.#decide(arrived)
    if (decision.outcome.kind === 'refuse' && decision.challenge === null) this.#remember(key, arrived.atMs, decision)
    return decision
  }

  #remember(key: string, atMs: number, decision: Decision): void {
    const [oldest] = this.#refused.keys()
    if (this.#refused.size >= mostRemembered && oldest !== undefined) this.#refused.delete(oldest)
    this.#refused.delete(key)
    this.#refused.set(key, { untilMs: atMs + repeatedMs, decision })
  }

  #decide(arrived: Arrived): Decision {
    const project = this.#project
    const { refuse: forced } = project.play
    if (forced === 'flood') return dropped()
    if (forced === 'quota' || forced === 'lookup') return refusedAt([], refuse(forced, false))
    const caller = callerOf(arrived)
    const { steps, trunk, conflict, near } = matchTrunk(project, caller)
    if (conflict !== null) return refusedAt(steps, refuse('lookup', false, conflict))
    if (trunk === null) return refusedAt(steps, refuse(near ? 'noTrunkMatches' : 'noTrunkFound', false))
    const challenge = challengeOf(trunk, steps.length)
    const got = [{ name: 'trunk', value: trunkName(trunk) }]
    const after = this.#dispatch(arrived, caller, trunk, null)
    return { ...after, steps: [...steps, ...after.steps], challenge, got: [...got, ...after.got] }
  }

  /** What rule and room a call of a trunk gets; it rings already, or was answered to ask for a pin. */
  #dispatch(arrived: Arrived, caller: Caller, trunk: Trunk, pin: string | null): Decision {
    const { play } = this.#project
    const { steps, rule, conflict } = matchRule(this.#project, trunk, caller, pin)
    if (conflict !== null) return refusedAt(steps, refuse('lookup', true, conflict))
    if (rule === null) return refusedAt(steps, refuse('noRuleMatches', true))
    const got = [{ name: 'dispatch rule', value: ruleName(rule) }]
    const media = matchMedia(arrived.request, trunk, rule)
    const path = { steps: [...steps, ...media.steps], challenge: null, got, variables: [] }
    if (media.fault !== null) return { ...path, outcome: refuse('nothingInCommon', true, media.fault) }
    if (play.refuse === 'media') return { ...path, outcome: refuse('media', true) }
    if (play.refuse === 'rejected') return { ...path, outcome: refuse('rejected', true) }
    const callId = messageIds(arrived.request).callId ?? ''
    const asksPin = pin === null && kindOf(rule).pin !== ''
    return {
      ...path,
      got: asksPin ? got : [...got, { name: 'room', value: roomOf(rule, caller, uniqueOf(callId)) }],
      variables: asksPin ? [] : [...attributesOf(arrived.request, trunk), ...ownAttributes(rule)],
      outcome: {
        kind: 'answer',
        ringing: asksPin ? null : ringingOf(trunk, play),
        nobody: asksPin ? null : refusedAs('rejected', 'nobody joined the room while it rang'),
        headers: Object.entries(trunk.headers).map(([name, value]) => makeHeader(name, value)),
        encryption: media.encryption,
        codecs: media.codecs,
        webhook: null,
        ...(asksPin && { pin: (digits: string) => this.#checkPin(digits, arrived, caller, trunk) }),
      },
    }
  }

  #checkPin(digits: string, arrived: Arrived, caller: Caller, trunk: Trunk): PinChecked {
    const { steps, got, variables, outcome } = this.#dispatch(arrived, caller, trunk, digits)
    return { steps, got, variables, refused: outcome.kind === 'answer' ? null : wrongPin }
  }
}

function callerOf(arrived: Arrived): Caller {
  const [from, to] = [addressOf(arrived, 'from'), addressOf(arrived, 'to')]
  return {
    from: from?.user ?? '',
    fromHost: from?.host ?? '',
    to: to?.user ?? '',
    sourceHost: arrived.source.host,
  }
}

const refusedAt = (steps: readonly Step[], outcome: Outcome): Decision => ({
  steps,
  challenge: null,
  outcome,
  got: [],
  variables: [],
})

const dropped = (): Decision =>
  refusedAt([], {
    kind: 'silence',
    because: 'there are too many calls, or a policy of the project drops them: nothing is answered',
    next: 'Wait, then call again; if it stays so, ask the provider about the Call-ID.',
  })

const wrongPin = {
  because: 'no dispatch rule has the pin that was dialled',
  next: 'Dial the pin of the dispatch rule, then #.',
}

/** The same again, at once. */
function repeated(decision: Decision): Decision {
  const again: Step = {
    subject: 'refused before',
    arrived: 'the same Call-ID and From tag',
    wanted: 'others within a minute',
    holds: false,
    source: liveKitAnswers,
  }
  const { outcome } = decision
  return {
    ...decision,
    steps: [...decision.steps, again],
    outcome: outcome.kind === 'refuse' ? { ...outcome, rings: false } : outcome,
  }
}

/** Both a user and a password, or nothing is asked. */
function challengeOf(trunk: Trunk, after: number): Challenge | null {
  const { authUsername: username, authPassword: password, authRealm } = trunk
  if (username === '' || password === '') return null
  return {
    status: 407,
    after,
    algorithms: ['MD5'],
    realm: authRealm || 'LiveKit',
    credentials: [{ username, password }],
    reason: liveKitRefusals.challenge.phrase,
    wrong: refusedAs('unauthorized'),
    unreadable: refusedAs('badCredentials'),
  }
}

function ringingOf({ ringingTimeout }: Trunk, { agentJoinsAfterMs }: Play) {
  const { everyS, mostS } = liveKit.ringing!
  return {
    everyMs: everyS * 1000,
    mostMs: ringingTimeout || mostS * 1000,
    joinsAfterMs: agentJoinsAfterMs === 'never' ? null : agentJoinsAfterMs,
  }
}

/** The platform makes a room unique by chance: here by the Call-ID, so that it is found again. */
const uniqueOf = (callId: string) => callId.replace(/[^A-Za-z0-9]/g, '').slice(0, 12)

/** Those that the rule gives to each of its callers. */
const ownAttributes = ({ attributes }: Rule) =>
  Object.entries(attributes).map(([variable, value]) => ({
    name: 'dispatch rule',
    value,
    variable,
    note: 'an attribute of the dispatch rule',
  }))
