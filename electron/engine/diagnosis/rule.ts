import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { Change } from '../../../shared/contract/change.ts'
import type { Evidence, Finding } from '../../../shared/contract/report.ts'
import type { CallFacts, MessageFact, StreamFact } from '../../../shared/model/facts.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'
import type { Observation, ObservationKind } from '../../../shared/model/wire.ts'
import type { CallerWrong } from '../../../shared/model/wrong.ts'
import { header, type SipResponse } from '../../../shared/wire/sip/message.ts'

/** What a call may lack: without it the rules that need it have no evidence. */
export type Need =
  /** Anything that only an endpoint knows. */
  | 'observations'
  /** A final response of 300 and above to the INVITE. */
  | 'refusal'
  /** Time and packets enough after the answer to judge the audio. */
  | 'judgement'
  | 'streams'
  /** A message that was sent again. */
  | 'repetitions'

/** A rule: from facts to findings, nothing else. It says nothing where it has no evidence. */
export interface Rule<Facts = CallFacts> {
  readonly id: string
  readonly severities: readonly Finding['severity'][]
  /**
   * What it looks at, when it speaks, and when it is silent though one might expect it to: each a clause for people.
   */
  readonly looksAt: string
  readonly speaks: string
  readonly silent: string
  /** Rules whose findings are consequences of this one's and are left out beside it. */
  readonly silences?: readonly string[]
  /** It is asked of calls that have this. */
  readonly needs?: Need
  evaluate(facts: Facts): readonly Found[]
}

export interface Found {
  readonly severity: Finding['severity']
  readonly at: Micros
  readonly sentence: string
  /** Facts of the call themselves, never words about them; what is not there, or named before, is left out. */
  readonly evidence: readonly (MessageFact | StreamFact | Observation | null | undefined)[]
  readonly next: string
  /** The setting that `next` is about, where it is about one. */
  readonly remedy?: Remedy | undefined
  /** What `next` says to change, where the remedy does not say it. */
  readonly change?: Change | undefined
  /** The provider's document that the cause is from. */
  readonly source?: Finding['source']
}

export function toFinding(
  rule: string,
  { severity, at, sentence, evidence, next, remedy, change, source }: Found,
): Finding {
  const named = changeNamedBy({ change, remedy })
  return {
    rule,
    severity,
    at: isoMicros(at),
    sentence: capital(sentence),
    evidence: [...new Set(evidence)].filter((fact) => fact != null).map(evidenceOf),
    next: capital(next),
    ...(remedy && { remedy }),
    ...(named && { change: named }),
    ...(source && { source }),
  }
}

/** What `next` says to change. */
export const changeNamedBy = ({ change, remedy }: Pick<Found, 'change' | 'remedy'>): Change | undefined =>
  change ?? (remedy && changeOf(remedy))

function changeOf(remedy: Remedy): Change | undefined {
  switch (remedy.code) {
    case 'choose-transport':
      return remedy.transport && { what: 'transport', to: remedy.transport }
    case 'choose-encryption':
      return { what: 'encryption', to: remedy.encryption }
    case 'set-credentials':
      return { what: 'digest', to: 'on' }
    default:
      return undefined
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function evidenceOf(fact: MessageFact | StreamFact | Observation): Evidence {
  if ('event' in fact) return { message: fact.n }
  return 'ssrc' in fact ? { stream: fact.n } : { observation: fact.text }
}

export function observed(facts: CallFacts, ...kinds: readonly ObservationKind[]): readonly Observation[] {
  return facts.observations.filter(({ kind }) => kinds.includes(kind))
}

/** In a conference others may be those who speak: who is silent there is not muted. */
export const isJoined = (facts: CallFacts): boolean => observed(facts, 'joined').length > 0

/** Whether this endpoint does that wrong on purpose, so that nothing is found out by it. */
export const isOnPurpose = (facts: CallFacts, name: CallerWrong): boolean =>
  observed(facts, 'on-purpose').some(({ value }) => value === name)

/** The final response of the INVITE. */
export type FinalResponse = MessageFact & { readonly message: SipResponse }

/** The final response when it refuses: 300 and above. */
export function refusal({ final }: CallFacts): FinalResponse | null {
  return final?.message?.kind === 'response' && final.message.status >= 300 ? (final as FinalResponse) : null
}

/** `403 Forbidden`, with the peer's own words in Warning or Reason where it gave them. */
export function statusText({ message }: { readonly message: SipResponse }): string {
  const why = header(message, 'warning') ?? header(message, 'reason')
  return `${message.status} ${message.reason}${why ? ` (${why})` : ''}`
}

/** `The 200 OK`, `The INVITE`: a message as a sentence begins with it. */
export function startWords({ message }: MessageFact): string {
  return message?.kind === 'response' ? `The ${message.status} ${message.reason}`.trimEnd() : `The ${message?.method}`
}

/** `5.2 s after the answer`. */
export function afterAnswer({ answeredAt }: CallFacts, at: Micros): string {
  return `${((at - (answeredAt ?? at)) / 1e6).toFixed(1)} s after the answer`
}

/** `since 5.2 s after the answer`; null for what began with it. */
export function sinceAnswer(facts: CallFacts, from: Micros): string | null {
  return from - (facts.answeredAt ?? from) > 1_000_000 ? `since ${afterAnswer(facts, from)}` : null
}

/** Who should hear the audio of a direction. */
export function whoReceives({ vantage }: CallFacts, toPeer: boolean): string {
  return toPeer ? 'the peer' : vantage === 'observed' ? 'the caller' : 'this computer'
}

/** Who speaks at the far end: of a call that came in its caller, be it a person, a load generator or an agent. */
export function speakerOf({ vantage }: CallFacts): string {
  return vantage === 'inbound' ? 'the caller' : 'the called party or its agent'
}

/** Who should send the audio of a direction. */
export function whoSends({ vantage }: CallFacts, toPeer: boolean): string {
  return toPeer ? (vantage === 'observed' ? 'the caller' : 'this computer') : 'the peer'
}

/** Who sent the final response, as it would stand in a ticket. */
export function peerName(facts: CallFacts): string {
  return facts.vantage === 'inbound' ? 'this endpoint' : facts.vantage === 'observed' ? 'the called party' : 'the peer'
}
