import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { header, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { parseNameAddr, uriOf } from '../../../shared/wire/sip/grammar.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import type { Clock } from '../base/clock.ts'
import type { CallRecord } from './call-record.ts'
import { outcomeOf } from '../diagnosis/classify.ts'
import { shownVerdict, startOf } from '../report/outline.ts'

/** Audio that is going is judged again this often; news on the wire at once. */
const judgedForUs = 1_000_000

/** What the trace says at an instant, and how much of it there was then. */
interface Judged extends Pick<
  CallView,
  'from' | 'to' | 'displayName' | 'startedAt' | 'answeredAt' | 'endedAt' | 'outcome' | 'status' | 'verdict'
> {
  readonly at: Micros
  readonly messages: number
  readonly observations: number
  readonly final: boolean
}

/** What of a call a list needs. */
export type ShownCall = Pick<
  CallRecord,
  | 'projection'
  | 'asked'
  | 'agent'
  | 'call'
  | 'waiting'
  | 'switches'
  | 'voiceOf'
  | 'recordingTo'
  | 'recording'
  | 'endedAt'
>

/**
 * Calls as lists show them: the same object for as long as a list would show the same. What was concluded of a trace is
 * kept: it costs too much at every change.
 */
export class CallViews {
  readonly #clock: Clock
  readonly #shown = new WeakMap<ShownCall, { readonly judged: Judged; readonly view: CallView }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of(call: ShownCall): CallView {
    const now = this.#clock.nowUs()
    const before = this.#shown.get(call)
    const judged = stillTrue(before?.judged, call, now) ?? judge(call, now)
    const view = viewOf(call, judged)
    const shown = before && sameRow(before.view, view) ? before.view : view
    this.#shown.set(call, { judged, view: shown })
    return shown
  }
}

function viewOf(shown: ShownCall, judged: Judged): CallView {
  const { projection, asked, agent, call, waiting, switches, voiceOf, recordingTo, recording, endedAt } = shown
  const { held, muted, voice, joined } = switches
  const { from, to, displayName, startedAt, answeredAt, outcome, status, verdict } = judged
  return {
    id: projection.trace.id,
    agent,
    capture: null,
    trunk: asked.placed?.trunk ?? null,
    direction: projection.trace.vantage,
    from,
    to,
    displayName,
    state: endedAt !== null ? 'ended' : (call?.state.kind ?? 'calling'),
    waiting,
    held,
    muted,
    voice,
    voiceOf,
    joined,
    recording: recordingTo,
    recorded: recording !== null,
    startedAt,
    answeredAt,
    endedAt: judged.endedAt,
    outcome,
    status,
    verdict,
  }
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

function stillTrue(
  judged: Judged | undefined,
  { projection: { trace }, endedAt, call }: ShownCall,
  now: Micros,
): Judged | null {
  if (!judged || judged.messages !== trace.messages.length || judged.observations !== trace.observations.length)
    return null
  if (endedAt !== null) return judged.final ? judged : null
  return call?.state.kind === 'answered' && now - judged.at >= judgedForUs ? null : judged
}

function judge({ projection, asked, endedAt }: ShownCall, now: Micros): Judged {
  const { trace } = projection
  const facts = projection.facts(endedAt ?? now, endedAt)
  const { invite, final } = facts
  const request = invite?.message ?? null
  const response = final?.message?.kind === 'response' ? final.message : null
  return {
    from: request ? redact(uriOf(header(request, 'from') ?? '')) : '',
    to: redact(request?.kind === 'request' ? request.uri : (asked.placed?.uri ?? '')),
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
