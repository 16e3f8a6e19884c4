import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { request, sdp } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'
import { predictableRandom } from '../../harness/random.ts'
import { hex } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

const sides = {
  caller: { signalling: { host: '192.0.2.99', port: 5060 }, media: { host: '192.0.2.99', port: 4000 } },
  callee: { signalling: { host: '192.0.2.1', port: 5060 }, media: { host: '192.0.2.1', port: 5000 } },
}
type Side = keyof typeof sides
const session = (side: Side) =>
  sdp(
    sides[side].media.host,
    sides[side].media.port,
    `a=fingerprint:sha-256 ${'AB:'.repeat(31)}AB\na=setup:actpass\n`,
    '0',
  ).replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF')

/** A call of five seconds whose media is encrypted by DTLS-SRTP, as one side or both send it. */
async function call(...senders: readonly Side[]) {
  const [encoder, random] = [new PcapEncoder(), predictableRandom(7)]
  const at = (ms: number) => captureStartUs + ms * 1000
  const { caller, callee } = sides
  const ok = request({ toTag: 'b', body: session('callee') }).replace(/^INVITE [^\r]*/, 'SIP/2.0 200 OK')
  const records = [
    pcapHeader(),
    encoder.udp(at(0), caller.signalling, callee.signalling, Buffer.from(request({ body: session('caller') }))),
    encoder.udp(at(100), callee.signalling, caller.signalling, Buffer.from(ok)),
    encoder.udp(at(110), caller.media, callee.media, hex('0001 0000 2112a442 000102030405060708090a0b')),
    encoder.udp(
      at(120),
      callee.media,
      caller.media,
      Buffer.concat([hex('16 fefd 0000 000000000000 0010'), Buffer.alloc(16)]),
    ),
  ]
  for (let i = 0; i < 250; i++)
    for (const side of senders) {
      const packet = new Uint8Array(12 + 170)
      packet.set(random.bytes(170), 12)
      writeRtpHeader(packet, 0, i === 0, i, i * 160, side === 'caller' ? 7 : 8)
      const [from, to] = side === 'caller' ? [caller, callee] : [callee, caller]
      records.push(encoder.udp(at(200 + i * 20), from.media, to.media, packet))
    }
  const { calls, foreign, problems } = await openCaptures(files.write(`${senders.join('-')}.pcap`, ...records))
  expect(problems).toEqual([])
  expect(foreign).toEqual([
    { what: 'STUN', packets: 1 },
    { what: 'DTLS handshake', packets: 1 },
  ])
  return reportOf(calls[0]!, at(6000), null)
}

describe('a call whose media is encrypted by DTLS-SRTP', () => {
  it('flows both ways, and is said not to be heard, without a level and without a fault', async () => {
    const { verdict, findings, streams } = await call('caller', 'callee')
    expect(streams.map(({ level }) => level)).toEqual([null, null])
    expect(findings).toEqual([])
    expect(verdict).toMatchObject({ kind: 'two-way-audio', missing: null })
    expect(verdict.sentence).toContain(
      'they are encrypted (DTLS-SRTP) and the capture has no key that opens them: they cannot be heard',
    )
  })

  it('is one-way where one side sends nothing', async () => {
    const { verdict, findings } = await call('caller')
    expect(verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    expect(findings.map(({ rule }) => rule)).toEqual(['nothing-arrives'])
  })
})
