import { elide, visible } from '../../../shared/base/text.ts'
import type { Change } from '../../../shared/contract/change.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import type { RefusedBy } from '../../../shared/model/refused-by.ts'
import type { Provider, RefusalTime, Source } from '../../../shared/providers/provider.ts'
import { codeInHeader, codeInPhrase, phraseSaid, type SaidRefusal } from '../../../shared/providers/refusals.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipResponse } from '../../../shared/wire/sip/message.ts'
import { reasonsOf, warningCodes } from '../../../shared/wire/sip/reasons.ts'
import { causeOfQ850 } from '../../../shared/words/q850.ts'
import { statusOf } from '../../../shared/words/statuses.ts'
import { requestsOf } from './messages.ts'
import { transportAskedFor } from './named-change.ts'
import { peerProviders } from './peer.ts'
import { refusal, type FinalResponse } from './rule.ts'

/** Why a call was refused, beyond its status. */
export interface Reading {
  readonly refusedBy: RefusedBy
  /** A clause. */
  readonly cause: string
  /** Null where the status says more. */
  readonly next: string | null
  readonly change?: Change | undefined
  /** What it was read from. */
  readonly words: string
  /** The document of the provider whose words they are; null for those of a standard. */
  readonly source: (Source & { readonly provider: string }) | null
}

/** All that was read of a refusal. */
export interface RefusalReading {
  readonly reading: Reading | null
  /** Words that resemble those of a provider, where nothing else says that it is this one. */
  readonly hint: Reading | null
  /** A code of a provider that is not known here. */
  readonly unknown: SaidRefusal | null
}

/** When a refusal came: how far the call was, and how long after the INVITE. */
export interface RefusalMoment {
  readonly times: ReadonlySet<RefusalTime>
  readonly afterMs: number
  /** How long it had rung; null where it had not. */
  readonly rangMs: number | null
}

const nothing: RefusalReading = { reading: null, hint: null, unknown: null }
/** For each call that was asked about: every rule of refusals asks. */
const readings = new WeakMap<CallFacts, RefusalReading>()

/**
 * In this order: a provider's own header, its code in the phrase, Reason by Q.850, Reason by SIP, Warning, its exact
 * phrase. What says nothing leaves it to the next.
 */
export function readRefusal(facts: CallFacts): RefusalReading {
  const known = readings.get(facts)
  if (known) return known
  const final = refusal(facts)
  const read = final && facts.vantage !== 'inbound' ? readFinal(facts, final) : nothing
  readings.set(facts, read)
  return read
}

function readFinal(facts: CallFacts, final: FinalResponse): RefusalReading {
  const { message: response } = final
  const refused = { response, peers: peerProviders(facts), times: momentOf(facts, final).times }
  const codes = [codeInHeader(refused), codeInPhrase(refused)].filter((said) => said !== null)
  const phrase = phraseSaid(refused)
  const all = phrase ? [...codes, phrase] : codes
  const certain = (said: SaidRefusal | null) => (said?.certain ? readingOf(said) : null)
  return {
    reading:
      codes.map(certain).find((reading) => reading !== null) ??
      byQ850(response) ??
      bySip(response) ??
      byWarning(response) ??
      certain(phrase) ??
      byTransport(facts, final, refused.peers),
    hint: all.filter((said) => !said.certain).map(readingOf)[0] ?? null,
    unknown: codes.find((said) => said.certain && said.refusal === null) ?? null,
  }
}

function readingOf({ provider, refusal: known, words }: SaidRefusal): Reading | null {
  if (!known) return null
  const { refusedBy, cause, next, change, from } = known
  return { refusedBy, cause, next, change, words: shown(words), source: sourceOf(provider, from) }
}

/** The document that says something of a provider: its own of the fact, else that of the provider. */
export function sourceOf(provider: Provider, from: Source | undefined): Source & { readonly provider: string } {
  const { source, url, asOf } = from ?? provider
  return { provider: provider.name, source, ...(url !== undefined && { url }), asOf }
}

const shown = (words: string) => elide(visible(words), 200)

function byQ850(response: SipResponse): Reading | null {
  for (const { protocol, cause } of reasonsOf(response)) {
    const known = protocol === 'Q.850' ? causeOfQ850(cause) : null
    if (!known) continue
    const { meaning, refusedBy, next } = known
    return { refusedBy, cause: meaning, next, words: `Q.850 cause ${cause}`, source: null }
  }
  return null
}

/** Of another refusal, which this one stands for. */
function bySip(response: SipResponse): Reading | null {
  const inner = reasonsOf(response).find(
    ({ protocol, cause }) => protocol === 'SIP' && cause >= 400 && cause < 700 && cause !== response.status,
  )
  if (!inner) return null
  const { refusedBy = 'provider', because, meaning, next } = statusOf(inner.cause)
  const cause = because?.includes('{') === false ? because : clause(meaning)
  return { refusedBy, cause, next: next ?? null, words: `Reason: SIP, cause ${inner.cause}`, source: null }
}

/** A sentence as a clause; what begins with an abbreviation keeps its capitals. */
const clause = (sentence: string) =>
  (/^[A-Z]{2}/.test(sentence) ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1)).replace(/\.$/, '')

/** RFC 3261 20.43: 300 to 329 are of the session description, 370 is too little bandwidth. */
function byWarning(response: SipResponse): Reading | null {
  const code = warningCodes(response).find((one) => (one >= 300 && one < 330) || one === 370)
  if (code === undefined) return null
  const cause = code === 370 ? 'it has too little bandwidth for the media' : 'the session description does not suit it'
  return { refusedBy: 'media', cause, next: null, words: `Warning ${code}`, source: null }
}

/** Its words ask for another transport; what a provider does not offer, it says itself. */
function byTransport(facts: CallFacts, final: FinalResponse, peers: readonly Provider[]): Reading | null {
  const named = transportAskedFor(facts, final)
  const used = facts.invite?.event.transport
  if (!named || used === undefined) return null
  const said = peers.flatMap((provider) =>
    provider.notOffered.flatMap((one) => (one.transport === used ? [{ provider, ...one }] : [])),
  )[0]
  return {
    refusedBy: 'transport',
    cause: said ? clause(said.because) : `it does not take calls over ${used.toUpperCase()}`,
    next: named.next,
    change: named.change,
    words: 'its own words',
    source: said ? sourceOf(said.provider, said.from) : null,
  }
}

/** When a final response came. */
export function momentOf(facts: CallFacts, final: FinalResponse): RefusalMoment {
  const { challenges, credentialsSent, ringing } = facts
  const number = messageIds(final.message).cseq?.number
  const invite = requestsOf(facts, 'INVITE').find(
    ({ message, n }) => n < final.n && messageIds(message).cseq?.number === number,
  )
  const challenged = credentialsSent || challenges.some((challenge) => challenge !== final)
  const rang = ringing !== null && ringing.n < final.n
  return {
    times: new Set([
      challenged ? 'after-challenge' : 'before-challenge',
      rang ? 'after-ringing' : 'before-ringing',
    ] as const),
    afterMs: (final.event.at - (invite ?? facts.invite ?? final).event.at) / 1000,
    rangMs: rang ? (final.event.at - ringing.event.at) / 1000 : null,
  }
}

/** Sooner than anybody could have refused it by hand. */
const atOnceMs = 300

/** `0.05 s after the INVITE, before anything rang`; empty where a text does not say when. */
export function momentWords(facts: CallFacts, final: FinalResponse): string {
  if (facts.messages.some(({ event }) => event.unknown?.includes('time'))) return ''
  const { afterMs, rangMs } = momentOf(facts, final)
  if (rangMs !== null) return `, after it had rung for ${(rangMs / 1000).toFixed(1)} s`
  const after = afterMs < atOnceMs ? `${Math.round(afterMs)} ms` : `${(afterMs / 1000).toFixed(1)} s`
  // What was captured late may have rung before.
  return facts.beganBefore ? '' : `, ${after} after the INVITE and before anything rang`
}
