import { formatAddress } from '../../../shared/base/address.ts'
import { isoMicros, spanMs, type Micros } from '../../../shared/base/time.ts'
import type { CaptureLine } from '../../../shared/contract/captures.ts'
import type { Finding, Verdict } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { parseNameAddr } from '../../../shared/wire/sip/grammar.ts'
import { header } from '../../../shared/wire/sip/message.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import { findingsOf, outlineOf, type Outline } from '../report/outline.ts'
import { dialogReportOf, registrationReportOf } from '../report/report.ts'
import type { Captured } from '../trace/capture/captured.ts'
import type { CallProjection } from '../trace/facts/call-projection.ts'
import type { TracedStream } from '../trace/streams/traced-stream.ts'

// What lists show of things in a capture.

const stillRead: Verdict = {
  kind: 'unknown',
  missing: null,
  sentence: 'Unknown, because the capture is still being read.',
}

/** Nothing is judged by half of its packets: what a call lacks may come. */
export function unjudged<Shown extends Pick<CaptureLine, 'outcome' | 'status' | 'verdict'>>(shown: Shown): Shown {
  return { ...shown, outcome: shown.status ? shown.outcome : 'in-progress', verdict: stillRead }
}

const nothing = { outcome: null, durationMs: null, verdict: null, finding: null, codec: null, packets: null }

export function callLine(call: Captured, now: Micros): CaptureLine {
  const projection = call.open()
  const facts = projection.facts(now, null)
  const { from, to, requestUri, outcome, status, timeline, verdict } = outlineOf(facts)
  return {
    ...nothing,
    type: 'call',
    id: call.id,
    callId: call.callId,
    method: 'INVITE',
    startedAt: timeline.startedAt,
    ...unsaid(projection),
    from,
    to: requestUri || to,
    outcome,
    status,
    durationMs: timeline.durationMs,
    verdict,
    finding: gravest(findingsOf(facts)),
  }
}

export function registrationLine(registration: Captured, now: Micros): CaptureLine {
  const projection = registration.open()
  const { address, registrar, status, findings } = registrationReportOf(projection.trace, now)
  return {
    ...nothing,
    ...named('registration', registration),
    ...unsaid(projection),
    method: 'REGISTER',
    from: address,
    to: registrar,
    status,
    finding: gravest(findings),
  }
}

export function dialogLine(dialog: Captured, now: Micros): CaptureLine {
  const projection = dialog.open()
  const { method, from, to, status, findings } = dialogReportOf(projection.trace, now)
  return {
    ...nothing,
    ...named('dialog', dialog),
    ...unsaid(projection),
    method,
    from,
    to,
    status,
    finding: gravest(findings),
  }
}

/** What the text that the first message was read from does not say of it; nothing of a capture of packets. */
function unsaid({ trace }: CallProjection): Pick<CaptureLine, 'unknown'> {
  const unknown = trace.messages[0]?.event.unknown ?? []
  return unknown.length > 0 ? { unknown: [...unknown] } : {}
}

const named = (type: CaptureLine['type'], { id, callId, firstAt }: Captured) => ({
  type,
  id,
  callId,
  startedAt: isoMicros(firstAt),
})

export function streamLine(id: string, { source, destination, stats }: TracedStream): CaptureLine {
  return {
    ...nothing,
    type: 'stream',
    id,
    callId: null,
    method: null,
    startedAt: isoMicros(stats.firstAt),
    from: formatAddress(source),
    to: formatAddress(destination),
    status: null,
    durationMs: spanMs(stats.firstAt, stats.lastAt),
    codec: stats.codec,
    packets: stats.packets,
  }
}

function gravest([first]: readonly Finding[]): CaptureLine['finding'] {
  return first ? { rule: first.rule, severity: first.severity, sentence: first.sentence } : null
}

/** The name that the caller shows. */
export function displayNameOf({ invite }: CallFacts): string {
  const from = invite?.message && header(invite.message, 'from')
  return redact(parseNameAddr(from ?? '')?.displayName ?? '')
}

/** A call of a capture among those of the engine: over, whatever became of it after the capture. */
export function capturedView(
  id: string,
  displayName: string,
  { direction, from, to, requestUri, outcome, status, verdict, timeline }: Outline,
): CallView {
  return {
    id,
    agent: null,
    capture: null,
    trunk: null,
    direction,
    from,
    to: requestUri || to,
    displayName,
    state: 'ended',
    waiting: false,
    held: false,
    muted: false,
    recording: null,
    recorded: false,
    voice: null,
    voiceOf: null,
    joined: [],
    startedAt: timeline.startedAt,
    answeredAt: timeline.answeredAt,
    endedAt: timeline.endedAt,
    outcome,
    status,
    verdict,
  }
}
