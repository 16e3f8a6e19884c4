import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles, captureStartUs, framesOf, pcapng } from '../../harness/capture-files.ts'
import { crlf, request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'
import { ethernet, ipPacket, pcapFile } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
const [caller, callee] = ['192.0.2.99', '192.0.2.1']

/** The records of a call of 5 s with audio both ways between ports 30000 and 40000. */
function callRecords(offer: string, answer: string): Buffer[] {
  const encoder = new PcapEncoder()
  const records: { at: number; bytes: Buffer }[] = []
  const sip = (atMs: number, text: string, fromCaller: boolean) => {
    const [a, b] = [caller, callee].map((host) => ({ host, port: 5060 }))
    const [at, bytes] = [captureStartUs + atMs * 1000, crlf(text)]
    const [source, destination] = fromCaller ? [a!, b!] : [b!, a!]
    const event = { at, transport: 'udp', source, destination, direction: 'observed', bytes } as const
    records.push({ at, bytes: encoder.sip({ ...event, message: parseSip(bytes) }) })
  }
  const invite = request({ body: offer })
  sip(0, invite, true)
  sip(
    100,
    `SIP/2.0 200 OK\n${invite.split('\r\n').slice(1, 7).join('\n').replace('<sip:agent@192.0.2.1>', '$&;tag=b')}\n` +
      `Contact: <sip:agent@${callee}>\nContent-Type: application/sdp\nContent-Length: ${answer.length}\n\n${answer}`,
    false,
  )
  sip(110, request({ method: 'ACK', branch: 'z9hG4bKack', toTag: 'b' }), true)
  for (const [n, [from, to]] of [
    [
      { host: caller, port: 30_000 },
      { host: callee, port: 40_000 },
    ] as const,
    [
      { host: callee, port: 40_000 },
      { host: caller, port: 30_000 },
    ] as const,
  ].entries())
    for (let i = 0; i < 240; i++) {
      const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
      writeRtpHeader(packet, 0, i === 0, i, i * 160, n + 1)
      const at = captureStartUs + (120 + i * 20) * 1000
      records.push({ at, bytes: encoder.udp(at, from, to, packet) })
    }
  sip(5000, request({ method: 'BYE', branch: 'z9hG4bKbye', toTag: 'b', cseq: 2 }), true)
  return records.toSorted((a, b) => a.at - b.at).map(({ bytes }) => bytes)
}

const usual = () => callRecords(sdp(caller, 30_000), sdp(callee, 40_000))
async function opened(name: string, ...parts: readonly Uint8Array[]) {
  const { calls, problems, unmatched, lastAt } = await openCaptures(files.write(name, ...parts))
  return { report: calls[0] && reportOf(calls[0], lastAt, null), problems, unmatched }
}

describe('a call both of whose descriptions name hosts', () => {
  it('has the RTP between those who signal it, at the ports that they named', async () => {
    const named = (text: string, name: string) => text.replace(/c=IN IP4 \S+/, `c=IN IP4 ${name}`)
    const records = callRecords(
      named(sdp(caller, 30_000), 'phone.example'),
      named(sdp(callee, 40_000), 'media.example'),
    )
    const { report, unmatched } = await opened('names.pcap', pcapHeader(), ...records)
    expect(unmatched).toEqual([])
    expect([report!.verdict.kind, report!.findings]).toEqual(['two-way-audio', []])
  })
})

describe('what a capture did not keep', () => {
  it('of messages is said, and blames nobody for a Call-ID', async () => {
    const frame = ethernet(0x0800, ipPacket())
    const file = pcapFile(1, [frame.subarray(0, 120)])
    file.writeUInt32LE(frame.length, 24 + 12)
    const { problems, report } = await opened('cut.pcap', file)
    expect(report).toBeUndefined()
    expect(problems.join()).toMatch(/1 SIP message not shown: the capture cut them before/)
    expect(problems.join()).not.toMatch(/without Call-ID/)
  })
})

describe('the times of a capture', () => {
  it('that go back are told of, and make no loss', async () => {
    const records = usual()
    const half = records.length / 2
    const { report, problems } = await opened(
      'swapped.pcap',
      pcapHeader(),
      ...records.slice(half),
      ...records.slice(0, half),
    )
    expect(problems.join()).toMatch(/packets behind later ones, by up to 5 s: .*reordercap/)
    expect(report!.findings).toEqual([])
  })

  it('that there are none of are told of, and nothing is judged by them', async () => {
    const frames = framesOf(Buffer.concat([pcapHeader(), ...usual()]))
    const blocks = frames.map((frame) => pcapng.simplePacket(frame))
    const { report, problems } = await opened('simple.pcapng', pcapng.section(), pcapng.interface(), ...blocks)
    expect(problems.join()).toMatch(/does not say when 484 packets passed/)
    expect(report!.verdict.sentence).toMatch(/do not tell how long it lasted/)
  })
})
