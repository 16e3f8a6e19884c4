import { afterAll, describe, expect, it } from 'vitest'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { crlf, request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
const [caller, callee] = ['192.0.2.99', '192.0.2.1']

interface Talk {
  readonly from: readonly [host: string, port: number]
  readonly to: readonly [host: string, port: number]
  readonly packets: number
  readonly fromMs?: number
}

/** A capture of a call of 20 s between 192.0.2.99:30000 and 192.0.2.1:40000, and of RTP. */
const call = (...talks: readonly Talk[]) => callWith({}, ...talks)

interface Reports {
  /** Lines of the session description of the callee. */
  readonly lines?: string
  /** Whence its only sender report comes, of no packet. */
  readonly from?: readonly [host: string, port: number]
}

async function callWith({ lines = '', from: reporter }: Reports, ...talks: readonly Talk[]) {
  const encoder = new PcapEncoder()
  const records: { at: number; bytes: Uint8Array }[] = []
  const sip = (atMs: number, text: string, fromCaller: boolean) => {
    const [source, destination] = [caller, callee].map((host) => ({ host, port: 5060 }))
    const [at, bytes] = [captureStartUs + atMs * 1000, crlf(text)]
    const [from, to] = fromCaller ? [source!, destination!] : [destination!, source!]
    const event = { at, transport: 'udp', source: from, destination: to, direction: 'observed', bytes } as const
    records.push({ at, bytes: encoder.sip({ ...event, message: parseSip(bytes) }) })
  }
  const offer = request({ body: sdp(caller, 30_000) })
  const answer = sdp(callee, 40_000, lines)
  sip(0, offer, true)
  sip(
    100,
    `SIP/2.0 200 OK\n${offer.split('\r\n').slice(1, 7).join('\n').replace('<sip:agent@192.0.2.1>', '$&;tag=b')}\n` +
      `Contact: <sip:agent@${callee}>\nContent-Type: application/sdp\nContent-Length: ${answer.length}\n\n${answer}`,
    false,
  )
  sip(110, request({ method: 'ACK', branch: 'z9hG4bKack', toTag: 'b' }), true)
  sip(20_000, request({ method: 'BYE', branch: 'z9hG4bKbye', toTag: 'b', cseq: 2 }), true)
  for (const [ssrc, { from, to, packets, fromMs = 120 }] of talks.entries())
    for (let i = 0; i < packets; i++) {
      const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
      writeRtpHeader(packet, 0, i === 0, i, i * 160, ssrc + 1)
      const at = captureStartUs + (fromMs + i * 20) * 1000
      const [source, destination] = [from, to].map(([host, port]) => ({ host, port }))
      records.push({ at, bytes: encoder.udp(at, source!, destination!, packet) })
    }
  if (reporter) {
    const [at, [host, port]] = [captureStartUs + 10_000_000, reporter]
    const times = { ntpSeconds: 1, ntpFraction: 0, rtpTimestamp: 0 }
    const report = writeRtcp([{ type: 'sr', ssrc: 9, ...times, packets: 0, octets: 0, reports: [] }])
    records.push({ at, bytes: encoder.udp(at, { host, port }, { host: caller, port: 30_001 }, report) })
  }
  const ordered = records.toSorted((a, b) => a.at - b.at).map(({ bytes }) => bytes)
  const { calls, unmatched, lastAt } = await openCaptures(files.write('ports.pcap', pcapHeader(), ...ordered))
  return { report: reportOf(calls[0]!, lastAt, null), unmatched }
}

const toCallee = { from: [caller, 30_000], to: [callee, 40_000], packets: 990 } as const
const rules = ({ findings }: { findings: readonly { rule: string; severity: string }[] }) =>
  findings.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule)

describe('RTP between the hosts of a call over ports that nobody announced', () => {
  it('makes it unknown whether audio that is missing was there, and accuses nobody', async () => {
    const { report, unmatched } = await call(toCallee, { from: [callee, 45_000], to: [caller, 31_000], packets: 990 })
    expect(unmatched).toHaveLength(1)
    expect(rules(report)).toEqual([])
    expect(report.verdict.kind).toBe('unknown')
    expect(report.verdict.sentence).toMatch(
      /from the peer is unknown: 990 packets \(192\.0\.2\.1:45000 to 192\.0\.2\.99:31000\) passed between its hosts/,
    )
  })

  it('makes it unknown whether audio that stopped went on there', async () => {
    const { report } = await call(
      toCallee,
      { from: [callee, 40_000], to: [caller, 30_000], packets: 250 },
      { from: [callee, 45_000], to: [caller, 31_000], packets: 700, fromMs: 5200 },
    )
    expect(rules(report)).toEqual([])
    expect(report.verdict.sentence).toMatch(/^Whether audio went on 5\.\d s after the answer from the peer is unknown/)
  })

  it('is said where there is no other', async () => {
    const { report } = await call({ from: [callee, 45_000], to: [caller, 31_000], packets: 990 })
    expect(report.verdict).toMatchObject({ kind: 'unknown' })
    expect(report.verdict.sentence).toMatch(/no RTP came where the session descriptions say, but 990 packets/)
  })

  it('changes nothing where both directions have audio, or it passes between others', async () => {
    const toCaller = { from: [callee, 40_000], to: [caller, 30_000], packets: 990 } as const
    const elsewhere = { from: ['198.51.100.1', 45_000], to: ['198.51.100.2', 31_000], packets: 990 } as const
    const stray = { from: [callee, 45_000], to: [caller, 31_000], packets: 990 } as const
    expect((await call(toCallee, toCaller, stray)).report.verdict.kind).toBe('two-way-audio')
    const { report } = await call(toCallee, elsewhere)
    expect(report.verdict.kind).toBe('one-way-audio')
    expect(rules(report)).toEqual(['nothing-arrives'])
  })
})

describe('RTCP of a capture', () => {
  it.each<[string, string, readonly [string, number], boolean]>([
    ['the port above that of its RTP', '', [callee, 40_001], true],
    ['the port of a=rtcp', 'a=rtcp:40055\n', [callee, 40_055], true],
    ['the address of a=rtcp', 'a=rtcp:40055 IN IP4 192.0.2.77\n', ['192.0.2.77', 40_055], true],
    ['a port that nobody named', '', [callee, 40_055], false],
  ])('is that of the party at %s', async (_what, lines, from, counts) => {
    const { report } = await callWith({ lines, from }, toCallee)
    const [finding] = report.findings
    expect(finding!.rule).toBe('nothing-arrives')
    expect(finding!.sentence.includes('; its RTCP says that it has sent none')).toBe(counts)
  })
})
