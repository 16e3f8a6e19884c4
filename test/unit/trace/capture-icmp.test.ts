import { afterAll, describe, expect, it } from 'vitest'
import { dialogReportOf, registrationReportOf, reportOf } from '../../../electron/engine/report/report.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import type { Address } from '../../../shared/base/address.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0

const encoder = new PcapEncoder()
const recordBytes = 16

/** What the host says that a datagram was sent to: ICMP with the beginning of the datagram (RFC 792, RFC 4443). */
function sentBack(atMs: number, datagram: Buffer, source: Address, destination: Address, code: number): Buffer {
  const v6 = source.host.includes(':')
  const beginning = datagram.subarray(recordBytes, recordBytes + (v6 ? 48 : 28))
  const made = encoder.udp(captureStartUs + atMs * 1000, destination, source, beginning)
  const ip = v6 ? 40 : 20
  made[recordBytes + (v6 ? 6 : 9)] = v6 ? 58 : 1
  made.fill(0, recordBytes + ip, recordBytes + ip + 8)
  made.set([v6 ? 1 : 3, code], recordBytes + ip)
  return made
}

interface Said {
  /** In which packets of a direction, numbered from 0, of 250 in 5 s. */
  readonly toCallee?: (i: number) => boolean
  readonly toCaller?: (i: number) => boolean
  readonly code?: number
  readonly v6?: boolean
  /** The called party sends. */
  readonly back?: boolean
}

const never = () => false

/** A call of five seconds, BYE then; what the network says comes a millisecond after the packet. */
async function call({ toCallee = never, toCaller = never, code, v6 = false, back = true }: Said) {
  const [one, two] = v6 ? ['2001:db8::99', '2001:db8::1'] : ['192.0.2.99', '192.0.2.1']
  const sides = { caller: { host: one!, port: 4000 }, callee: { host: two!, port: 5000 } }
  const at5060 = ({ host }: Address) => ({ host, port: 5060 })
  const described = ({ host, port }: Address) => sdp(host, port).replaceAll('IN IP4', v6 ? 'IN IP6' : 'IN IP4')
  const sip = (text: string, atMs: number, from: Address, to: Address) =>
    encoder.udp(captureStartUs + atMs * 1000, at5060(from), at5060(to), Buffer.from(text))
  const ok = request({ toTag: 'b', body: described(sides.callee) }).replace(/^INVITE .*/, 'SIP/2.0 200 OK')
  const bye = request({ method: 'BYE', cseq: 2, toTag: 'b', branch: 'z9hG4bKbye' })
  const records = [
    pcapHeader(),
    sip(request({ body: described(sides.caller) }), 0, sides.caller, sides.callee),
    sip(ok, 100, sides.callee, sides.caller),
  ]
  for (let i = 0; i < 250; i++)
    for (const [from, to, says, ssrc] of [
      [sides.caller, sides.callee, toCallee, 7],
      ...(back ? [[sides.callee, sides.caller, toCaller, 8] as const] : []),
    ] as const) {
      const packet = Uint8Array.from({ length: 172 }, (_, k) => (k % 8 < 4 ? 0x90 : 0x10))
      writeRtpHeader(packet, 0, i === 0, i, i * 160, ssrc)
      const datagram = encoder.udp(captureStartUs + (200 + i * 20) * 1000, from, to, packet)
      records.push(datagram)
      if (says(i)) records.push(sentBack(201 + i * 20, datagram, from, to, code ?? (v6 ? 4 : 3)))
    }
  records.push(sip(bye, 5100, sides.caller, sides.callee))
  records.push(sip(bye.replace(/^BYE .*/, 'SIP/2.0 200 OK'), 5110, sides.callee, sides.caller))
  const { calls, lastAt } = await openCaptures(files.write(`${n++}.pcap`, ...records))
  const { verdict, findings } = reportOf(calls[0]!, lastAt, null)
  return { verdict: [verdict.kind, verdict.missing], rules: findings.map(({ rule }) => rule), findings }
}

describe('ICMP in a capture', () => {
  it.each([false, true])('that sends the audio back all along proves a closed port (IPv6: %s)', async (v6) => {
    // The system says so once a second.
    const { verdict, rules, findings } = await call({ v6, toCallee: (i) => i % 50 === 0 })
    expect([verdict, rules]).toEqual([['one-way-audio', 'to-peer'], ['rtp-port-closed']])
    expect(findings[0]!.sentence).toMatch(
      /^The peer gets no audio: RTP to \S+:5000 comes back \(ICMP\): port unreachable: nothing listens there/,
    )
  })

  it('about the other direction speaks of the caller', async () => {
    const { verdict, findings } = await call({ toCaller: (i) => i % 50 === 0, code: 13 })
    expect(verdict).toEqual(['one-way-audio', 'from-peer'])
    expect(findings[0]!.sentence).toMatch(/^The caller gets no audio: .*: administratively prohibited\.$/)
  })

  it.each([
    ['while a port opens', (i: number) => i < 20],
    ['once', (i: number) => i === 100],
    ['as the call ends', (i: number) => i > 240],
  ])('%s accuses nobody', async (_name, toCallee) =>
    expect(await call({ toCallee })).toMatchObject({ verdict: ['two-way-audio', null], rules: [] }),
  )

  it('that is no error about a datagram is nothing of SIP or RTP', async () => {
    const fragmented = await call({ toCallee: () => true, code: 4 })
    expect(fragmented).toMatchObject({ verdict: ['two-way-audio', null], rules: [] })
  })

  it.each([
    ['REGISTER', 'registrations', 'registration-unanswered'],
    ['OPTIONS', 'dialogs', 'dialog-unanswered'],
  ] as const)('about %s says why no response came', async (method, of, rule) => {
    const [caller, callee] = [
      { host: '192.0.2.99', port: 5060 },
      { host: '192.0.2.1', port: 5060 },
    ]
    const sent = encoder.udp(captureStartUs, caller, callee, Buffer.from(request({ method })))
    const file = files.write(`${n++}.pcap`, pcapHeader(), sent, sentBack(1, sent, caller, callee, 3))
    const capture = await openCaptures(file)
    const [found] = capture[of].map((trace) =>
      of === 'dialogs' ? dialogReportOf(trace, capture.lastAt) : registrationReportOf(trace, capture.lastAt),
    )
    expect(found!.findings).toMatchObject([{ rule }])
    expect(found!.findings[0]!.sentence).toMatch(
      /, and udp 192\.0\.2\.1:5060 sends it back \(ICMP\): port unreachable: /,
    )
  })

  it('about an INVITE says why no response came', async () => {
    const [caller, callee] = [
      { host: '192.0.2.99', port: 5060 },
      { host: '192.0.2.1', port: 5060 },
    ]
    const invite = (atMs: number) =>
      encoder.udp(captureStartUs + atMs * 1000, caller, callee, Buffer.from(request({ body: sdp() })))
    const sent = [0, 500, 1500, 3500].map(invite)
    const file = files.write(
      `${n++}.pcap`,
      pcapHeader(),
      ...sent.flatMap((datagram, i) => [datagram, sentBack(1 + i * 400, datagram, caller, callee, 3)]),
      invite(7500),
    )
    const { calls, lastAt } = await openCaptures(file)
    const { findings, outcome, refusedBy } = reportOf(calls[0]!, lastAt, null)
    expect([outcome, refusedBy, findings.map(({ rule }) => rule)]).toEqual([
      'in-progress',
      'transport',
      ['connection-failed'],
    ])
    expect(findings[0]!.sentence).toMatch(/udp 192\.0\.2\.1:5060 sends it back \(ICMP\): port unreachable/)
  })
})
