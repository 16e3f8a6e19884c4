import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { SrtpContext } from '../../../electron/engine/srtp/srtp.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { CaptureFiles, captureStartUs } from '../../harness/capture-files.ts'
import { request } from '../../harness/messages.ts'
import { openCaptures } from '../../harness/opened.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0

const caller = { host: '192.0.2.99', port: 5060 }
const callee = { host: '192.0.2.1', port: 5060 }
const media = { caller: { host: '192.0.2.99', port: 4000 }, callee: { host: '192.0.2.1', port: 5000 } }
const keys = { caller: Buffer.alloc(30, 1), callee: Buffer.alloc(30, 2), other: Buffer.alloc(30, 3) }
type Side = 'caller' | 'callee'

const usual = (side: Side) => `1 AES_CM_128_HMAC_SHA1_80 inline:${keys[side].toString('base64')}`
const session = (side: Side, crypto: string) =>
  `v=0\no=- 1 1 IN IP4 ${media[side].host}\ns=-\nc=IN IP4 ${media[side].host}\nt=0 0\n` +
  `m=audio ${media[side].port} RTP/SAVP 0\na=crypto:${crypto}\n`

/** A call of three seconds; `sealedWith`: what each side encrypts with. */
async function call(sealedWith: Readonly<Record<Side, Buffer>>, crypto: (side: Side) => string = usual) {
  const encoder = new PcapEncoder()
  const invite = request({ body: session('caller', crypto('caller')) })
  const ok = request({ toTag: 'b', body: session('callee', crypto('callee')) }).replace(/^INVITE .*/, 'SIP/2.0 200 OK')
  // As datagrams: what Ringback itself writes has its keys masked.
  const sip = (text: string, atMs: number, fromCaller: boolean) => {
    const [source, destination] = fromCaller ? [caller, callee] : [callee, caller]
    return encoder.udp(captureStartUs + atMs * 1000, source, destination, Buffer.from(text))
  }
  const records = [pcapHeader(), sip(invite, 0, true), sip(ok, 100, false)]
  const contexts = {
    caller: new SrtpContext('AES_CM_128_HMAC_SHA1_80', sealedWith.caller),
    callee: new SrtpContext('AES_CM_128_HMAC_SHA1_80', sealedWith.callee),
  }
  for (let i = 0; i < 150; i++)
    for (const side of ['caller', 'callee'] as const) {
      // A square wave of -6 dBFS or so.
      const packet = Uint8Array.from({ length: 172 }, (_, k) => (k % 8 < 4 ? 0x90 : 0x10))
      writeRtpHeader(packet, 0, i === 0, i, i * 160, side === 'caller' ? 7 : 8)
      const wire = contexts[side].protectRtp(packet, 12, side === 'caller' ? 7 : 8, i)
      const to = side === 'caller' ? media.callee : media.caller
      records.push(encoder.udp(captureStartUs + 200_000 + i * 20_000, media[side], to, wire))
    }
  const { calls, lastAt } = await openCaptures(files.write(`${n++}.pcap`, ...records))
  const report = reportOf(calls[0]!, lastAt, null)
  // That keys go over UDP is another matter.
  return { ...report, findings: report.findings.filter(({ rule }) => rule !== 'keys-in-clear') }
}

describe('SRTP with keys in the session descriptions', () => {
  it('is opened: its level is that of the audio, as in a live call', async () => {
    const { streams, verdict, findings } = await call(keys)
    expect(streams.map(({ level }) => Math.round(level!.meanDbfs))).toEqual([-6, -6])
    expect(streams.map(({ srtp }) => srtp)).toEqual([0, 1].map(() => ({ opened: 150, refused: 0 })))
    expect({ kind: verdict.kind, findings }).toEqual({ kind: 'two-way-audio', findings: [] })
  })

  it('that the key of its sender does not open is not audio', async () => {
    const { streams, verdict, findings } = await call({ caller: keys.caller, callee: keys.other })
    expect(streams.map(({ level }) => level === null)).toEqual([false, true])
    expect(streams[1]!.srtp).toEqual({ opened: 0, refused: 150 })
    expect(verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['unauthentic', 'fault']])
  })

  it('that no key opens in either direction accuses nobody: the capture has not the keys that were used', async () => {
    const { streams, verdict, findings } = await call({ caller: keys.other, callee: keys.other })
    expect(streams.map(({ level }) => level)).toEqual([null, null])
    expect({ kind: verdict.kind, findings }).toEqual({ kind: 'two-way-audio', findings: [] })
  })

  it('of a suite that is not spoken here has no level and no fault', async () => {
    const { streams, findings } = await call(keys, (side) => usual(side).replace('AES_CM_128', 'AES_256_CM'))
    expect(streams.map(({ level, srtp }) => [level, srtp])).toEqual([
      [null, undefined],
      [null, undefined],
    ])
    expect(findings).toEqual([])
  })
})
