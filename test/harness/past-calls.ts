import { callReportSchema, type CallReport } from '../../shared/contract/report.ts'

/** The report of a call that is over; `raw`: its one message. */
export function pastCall(
  id: string,
  { to = 'sip:x@192.0.2.1', raw = '', startedAt = '2026-01-01T00:00:00.000000Z' } = {},
): CallReport {
  return callReportSchema.parse({
    id,
    callId: `${id}@here`,
    direction: 'outbound',
    from: 'sip:me@here',
    to,
    requestUri: to,
    transport: 'udp',
    outcome: 'answered',
    status: { code: 200, reason: 'OK' },
    refusedBy: null,
    headers: { sent: [], received: [] },
    timeline: {
      startedAt,
      ringingAt: null,
      answeredAt: startedAt,
      endedAt: startedAt,
      endedBy: 'us',
      postDialDelayMs: null,
      setupMs: 0,
      answerToFirstRtpMs: null,
      durationMs: 0,
    },
    messages:
      raw === ''
        ? []
        : [
            {
              at: startedAt,
              source: 'a:1',
              destination: 'b:2',
              transport: 'udp',
              startLine: 'INVITE',
              cseq: '1 INVITE',
              retransmissionOf: null,
              problems: [],
              raw,
            },
          ],
    media: [],
    streams: [],
    findings: [],
    verdict: { kind: 'two-way-audio', missing: null, sentence: 'Two-way audio.' },
    observations: [],
  })
}
