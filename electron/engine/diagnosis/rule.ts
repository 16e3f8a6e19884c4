import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { Evidence, Finding } from '../../../shared/contract/report.ts'
import type { CallFacts, MessageFact } from '../../../shared/model/facts.ts'
import type { ObservationKind } from '../../../shared/model/wire.ts'
import { header, type SipResponse } from '../../../shared/wire/sip/message.ts'

/** A rule: from facts to findings, nothing else. It says nothing where it has no evidence. */
export interface Rule {
  readonly id: string
  /** Rules whose findings are consequences of this one's and are left out beside it. */
  readonly silences?: readonly string[]
  evaluate(facts: CallFacts): readonly Found[]
}

export interface Found {
  readonly severity: Finding['severity']
  readonly at: Micros
  readonly sentence: string
  readonly evidence: readonly Evidence[]
  readonly next: string
}

export function toFinding(rule: string, { severity, at, sentence, evidence, next }: Found): Finding {
  return {
    rule,
    severity,
    at: isoMicros(at),
    sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1),
    evidence: [...evidence],
    next,
  }
}

export const evidenceOf = (...facts: readonly (MessageFact | null | undefined)[]): Evidence[] =>
  facts.filter((fact) => fact != null).map((fact) => ({ message: fact.n }))

export function observed(facts: CallFacts, ...kinds: readonly ObservationKind[]): { at: Micros; text: string }[] {
  return facts.observations.filter(({ kind }) => kinds.includes(kind))
}

/** The final response when it refuses with one of these codes. */
export function refusal(
  facts: CallFacts,
  ...codes: readonly number[]
): (MessageFact & { readonly message: SipResponse }) | null {
  const { final } = facts
  return final?.message?.kind === 'response' && codes.includes(final.message.status)
    ? (final as MessageFact & { readonly message: SipResponse })
    : null
}

/** `403 Forbidden`, with the peer's own words in Warning or Reason where it gave them. */
export function statusText({ message }: { readonly message: SipResponse }): string {
  const why = header(message, 'warning') ?? header(message, 'reason')
  return `${message.status} ${message.reason}${why ? ` (${why})` : ''}`
}

/** Who sent the final response, as it would stand in a ticket. */
export function peerName(facts: CallFacts): string {
  return facts.vantage === 'inbound' ? 'this endpoint' : facts.vantage === 'observed' ? 'the called party' : 'the peer'
}
