import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { CallView } from '../../../shared/contract/state.ts'
import { header, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { parseNameAddr, uriOf } from '../../../shared/wire/sip/grammar.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import type { BookedCall, Judged } from './booked-call.ts'
import { outcomeOf } from '../diagnosis/classify.ts'
import { shownVerdict, startOf } from '../report/report.ts'
import { factsOf } from '../trace/ladder/facts.ts'

/** Audio that is going is judged anew this often; news on the wire at once. */
const judgedForUs = 1_000_000

/** A call as a list shows it; the same object for as long as a list would show the same. */
export function viewOf(booked: BookedCall, now: Micros): CallView {
  const { trace, agent, call, waiting, held, muted, recordingTo, endedAt } = booked
  const judged = (booked.judged = stillTrue(booked, now) ?? judge(booked, now))
  const { from, to, displayName, startedAt, answeredAt, outcome, status, verdict } = judged
  const view: CallView = {
    id: trace.id,
    agent,
    trunk: trace.placed?.trunk ?? null,
    direction: trace.vantage,
    from,
    to,
    displayName,
    state: endedAt !== null ? 'ended' : (call?.state.kind ?? 'calling'),
    waiting: waiting !== null && call?.state.kind === 'ringing',
    held,
    muted,
    recording: recordingTo,
    recorded: booked.recording !== null,
    startedAt,
    answeredAt,
    endedAt: judged.endedAt,
    outcome,
    status,
    verdict,
  }
  return (booked.view = booked.view && sameRow(booked.view, view) ? booked.view : view)
}

/** Whether a list shows the same for both: while audio flows the figures in the verdict's sentence do not count. */
function sameRow(before: CallView, after: CallView): boolean {
  const { verdict, status, ...rest } = after
  return (
    (Object.keys(rest) as (keyof typeof rest)[]).every((key) => before[key] === after[key]) &&
    before.status?.code === status?.code &&
    before.verdict.kind === verdict.kind &&
    before.verdict.missing === verdict.missing &&
    (after.state !== 'ended' || before.verdict.sentence === verdict.sentence)
  )
}

function stillTrue({ judged, trace, endedAt, call }: BookedCall, now: Micros): Judged | null {
  if (!judged || judged.messages !== trace.messages.length || judged.observations !== trace.observations.length)
    return null
  if (endedAt !== null) return judged.final ? judged : null
  return call?.state.kind === 'answered' && now - judged.at >= judgedForUs ? null : judged
}

function judge({ trace, endedAt }: BookedCall, now: Micros): Judged {
  const facts = factsOf(trace, endedAt ?? now, endedAt)
  const { invite, final } = facts
  const request = invite?.message ?? null
  const response = final?.message?.kind === 'response' ? final.message : null
  return {
    from: request ? redact(uriOf(header(request, 'from') ?? '')) : '',
    to: redact(request?.kind === 'request' ? request.uri : (trace.placed?.uri ?? '')),
    displayName: redact(nameOf(request)),
    startedAt: isoMicros(startOf(facts)),
    answeredAt: facts.answeredAt === null ? null : isoMicros(facts.answeredAt),
    endedAt: facts.endedAt === null ? null : isoMicros(facts.endedAt),
    outcome: outcomeOf(facts),
    status: response && { code: response.status, reason: redact(response.reason) },
    verdict: shownVerdict(facts),
    at: now,
    messages: trace.messages.length,
    observations: trace.observations.length,
    final: endedAt !== null,
  }
}

function nameOf(request: SipMessage | null): string {
  return (request && parseNameAddr(header(request, 'from') ?? '')?.displayName) || ''
}
