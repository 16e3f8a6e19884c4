import { isoMicros, spanMs, type Micros } from '../../../shared/base/time.ts'
import type { CallReport, Finding, Verdict } from '../../../shared/contract/report.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { CallFacts, MessageFact } from '../../../shared/model/facts.ts'
import { uriOf } from '../../../shared/wire/sip/grammar.ts'
import { header } from '../../../shared/wire/sip/message.ts'
import { remembering } from '../../../shared/base/text.ts'
import { redact as redactAnew } from '../../../shared/wire/sip/redact.ts'
import { outcomeOf } from '../diagnosis/classify.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { verdictOf } from '../diagnosis/verdict.ts'

/** Calls are refused, and judged, in the same few words. */
const redact = remembering(redactAnew)

/** What a list shows of a call. */
export type Outline = Pick<
  CallReport,
  'direction' | 'from' | 'to' | 'requestUri' | 'transport' | 'outcome' | 'status' | 'timeline' | 'verdict'
>

/** `placed`: how the call was asked for, where it was; `cause`: of its end, where an endpoint knows it. */
export function outlineOf(
  facts: CallFacts,
  placed: { readonly uri: string } | null = null,
  cause: EndCause | null = null,
): Outline {
  const { invite, final, ringing } = facts
  const response = final?.message?.kind === 'response' ? final.message : null
  const request = invite?.message?.kind === 'request' ? invite.message : null
  // Where the INVITE was not captured, what came after it names the same two.
  const first = request ?? facts.messages.find(({ message }) => message !== null)?.message
  const named = (key: 'from' | 'to') => first && redact(uriOf(header(first, key) ?? ''))
  const startedAt = startOf(facts)
  // Where a text does not say when its messages passed, nothing is known of times.
  const timeless = facts.messages.some(({ event }) => event.unknown?.includes('time'))
  const iso = (at: Micros | null | undefined) => (at == null || timeless ? null : isoMicros(at))
  const span = (from: Micros | null, to: Micros | null) => (timeless ? null : spanMs(from, to))
  const sinceInvite = (to: Micros | null) => (invite ? span(startedAt, to) : null)
  const firstRtp = facts.answeredAt === null ? null : firstAfter(facts, facts.answeredAt)
  return {
    direction: facts.vantage,
    from: named('from') ?? '',
    to: named('to') ?? redact(placed?.uri ?? ''),
    requestUri: redact(request?.uri ?? placed?.uri ?? ''),
    transport: facts.messages[0]?.event.transport ?? null,
    outcome: outcomeOf(facts),
    status: response && { code: response.status, reason: redact(response.reason) },
    timeline: {
      startedAt: isoMicros(startedAt),
      ringingAt: iso(ringing?.event.at),
      answeredAt: iso(facts.answeredAt),
      endedAt: iso(facts.endedAt),
      endedBy: endedBy(facts, cause),
      endReason: cause?.reason ?? null,
      postDialDelayMs: sinceInvite(ringing?.event.at ?? facts.answeredAt),
      setupMs: sinceInvite(facts.answeredAt),
      answerToFirstRtpMs:
        facts.answeredAt === null || firstRtp === null ? null : Math.max(0, spanMs(facts.answeredAt, firstRtp)!),
      durationMs: span(facts.answeredAt, facts.endedAt),
    },
    verdict: shownVerdict(facts),
  }
}

/** When a call began, as far as it is known. */
export const startOf = ({ invite, messages, observations, now }: CallFacts): Micros =>
  invite?.event.at ?? messages[0]?.event.at ?? observations[0]?.at ?? now

/** The first packet from the peer after the answer, or one that was already flowing then. */
function firstAfter(facts: CallFacts, answeredAt: Micros): Micros | null {
  const times = facts.streams
    .filter(
      ({ toPeer, firstAt, lastAt }) =>
        toPeer === false && lastAt >= answeredAt && firstAt <= (facts.endedAt ?? Infinity),
    )
    .map(({ firstAt }) => Math.max(firstAt, answeredAt))
  return times.length === 0 ? null : Math.min(...times)
}

/** As the endpoint knows it; of a capture, as the messages show it. */
function endedBy(facts: CallFacts, cause: EndCause | null): CallReport['timeline']['endedBy'] {
  if (cause) return cause.by === 'nobody' ? null : cause.by
  const ending: MessageFact | null = facts.bye ?? facts.cancel ?? (facts.answeredAt === null ? facts.final : null)
  if (!ending || facts.endedAt === null) return null
  if (facts.vantage === 'observed') return ending.fromUs ? 'caller' : 'callee'
  return ending.fromUs ? 'us' : 'peer'
}

/** What there was of audio, in a sentence that names no secret (a reason phrase may). */
export function shownVerdict(facts: CallFacts): Verdict {
  const verdict = verdictOf(facts)
  return { ...verdict, sentence: redact(verdict.sentence) }
}

/** What is wrong with a call, most serious first; no secret is named. */
export const findingsOf = (facts: CallFacts): Finding[] => diagnose(facts).map(shownFinding)

export function shownFinding(finding: Finding): Finding {
  const evidence = finding.evidence.map((item) =>
    item.observation === undefined ? item : { ...item, observation: redact(item.observation) },
  )
  return { ...finding, sentence: redact(finding.sentence), next: redact(finding.next), evidence }
}
