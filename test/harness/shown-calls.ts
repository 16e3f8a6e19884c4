import { isoMicros } from '../../shared/base/time.ts'
import { findingSchema, streamSchema, type CallReport } from '../../shared/contract/report.ts'
import { pastCall } from './past-calls.ts'

// Reports as the window shows them: a call of ten seconds, answered after two.

export const at = (s: number) => isoMicros(Date.UTC(2026, 0, 1) * 1000 + s * 1e6)
export const stream = (part: object) =>
  streamSchema.parse({
    source: '10.0.0.1:4000',
    destination: '10.0.0.2:5000',
    toPeer: true,
    ssrc: '0x00000001',
    payloadType: 0,
    codec: 'PCMU',
    clockRate: 8000,
    startedAt: at(2),
    endedAt: at(9),
    packets: 350,
    expected: 350,
    lost: 0,
    lostPercent: 0,
    outOfOrder: 0,
    duplicates: 0,
    minDeltaMs: 20,
    meanDeltaMs: 20,
    maxDeltaMs: 20,
    minJitterMs: 0,
    meanJitterMs: 0.2,
    maxJitterMs: 1,
    bitrateKbps: 80,
    level: { meanDbfs: -16, peakDbfs: -3 },
    mos: { value: 4.41, r: 93, model: 'E', assumptions: ['nobody confirmed that it arrived'], confirmed: false },
    rtcp: null,
    ...part,
  })
export const call = (part: Partial<CallReport> = {}): CallReport => ({
  ...pastCall('one'),
  timeline: {
    ...pastCall('one').timeline,
    startedAt: at(0),
    ringingAt: at(0.5),
    answeredAt: at(2),
    endedAt: at(10),
    durationMs: 8000,
  },
  ...part,
})
export const inside = (method: string, cseq: number, second: number, way: string | null) => ({
  at: at(second),
  source: '10.0.0.1:5060',
  destination: '10.0.0.2:5060',
  transport: 'udp' as const,
  startLine: `${method} sip:b SIP/2.0`,
  cseq: `${cseq} ${method}`,
  retransmissionOf: null,
  problems: [],
  raw:
    `${method} sip:b SIP/2.0\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>;tag=2\r\nCSeq: ${cseq} ${method}\r\n` +
    (way === null
      ? '\r\n'
      : `Content-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n` +
        `m=audio 4000 RTP/AVP 0\r\na=${way}\r\n`),
})
export const finding = (part: object) =>
  findingSchema.parse({
    rule: 'r',
    severity: 'fault',
    at: at(0),
    sentence: 'It is so.',
    evidence: [],
    next: 'Do.',
    ...part,
  })
