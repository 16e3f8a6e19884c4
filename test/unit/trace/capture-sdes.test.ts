import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { SrtpContext } from '../../../electron/engine/srtp/srtp.ts'
import { masterBytes } from '../../../electron/engine/srtp/suites.ts'
import { PcapEncoder, pcapHeader } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import { writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
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

interface Sealing {
  readonly suite?: SrtpSuite
  readonly mki?: Uint8Array
  /** Packets under the key before these were captured. */
  readonly missed?: number
  /** The caller changes its key in a re-INVITE after half of the call. */
  /** The called party goes on with another key, and says so nowhere; the call lasts five seconds. */
  readonly astrayFrom?: number
  readonly changes?: { readonly to: Buffer; readonly crypto: string }
}

/** A call of three seconds; `sealedWith`: what each side encrypts with. */
async function call(
  sealedWith: Readonly<Record<Side, Buffer>>,
  crypto: (side: Side) => string = usual,
  { suite = 'AES_CM_128_HMAC_SHA1_80', mki, missed = 0, astrayFrom, changes }: Sealing = {},
) {
  const encoder = new PcapEncoder()
  const invite = request({ body: session('caller', crypto('caller')) })
  const ok = request({ toTag: 'b', body: session('callee', crypto('callee')) }).replace(/^INVITE .*/, 'SIP/2.0 200 OK')
  // As datagrams: what Ringback itself writes has its keys masked.
  const sip = (text: string, atMs: number, fromCaller: boolean) => {
    const [source, destination] = fromCaller ? [caller, callee] : [callee, caller]
    return encoder.udp(captureStartUs + atMs * 1000, source, destination, Buffer.from(text))
  }
  const records = [pcapHeader(), sip(invite, 0, true), sip(ok, 100, false)]
  const context = (key: Buffer) => new SrtpContext(suite, key, mki ? { mki } : {})
  const contexts = { caller: context(sealedWith.caller), callee: context(sealedWith.callee) }
  // A square wave of -6 dBFS or so.
  const audio = Uint8Array.from({ length: 172 }, (_, k) => (k % 8 < 4 ? 0x90 : 0x10))
  const sealed = (side: Side, i: number) => {
    const ssrc = side === 'caller' ? 7 : 8
    const sequence = (missed + i) & 0xffff
    const packet = Uint8Array.from(audio)
    writeRtpHeader(packet, 0, i === 0, sequence, i * 160, ssrc)
    return contexts[side].protectRtp(packet, 12, ssrc, sequence)
  }
  // One of each rollover is enough for the sender to count them.
  for (let i = -missed; i < 0; i += 30_000) for (const side of ['caller', 'callee'] as const) sealed(side, i)
  for (let i = 0; i < (astrayFrom === undefined ? 150 : 250); i++) {
    const atMs = 200 + i * 20
    if (i === astrayFrom) contexts.callee = context(keys.other)
    if (changes && i === 75) {
      const again = { toTag: 'b', cseq: 2, branch: 'z9hG4bKagain' }
      const answer = request({ ...again, body: session('callee', crypto('callee')) })
      records.push(sip(request({ ...again, body: session('caller', changes.crypto) }), atMs - 9, true))
      records.push(sip(answer.replace(/^INVITE .*/, 'SIP/2.0 200 OK'), atMs - 5, false))
      contexts.caller = context(changes.to)
      // The rollover counter goes on.
      for (let n = -missed; n < 0; n += 30_000) sealed('caller', n)
    }
    for (const side of ['caller', 'callee'] as const) {
      const to = side === 'caller' ? media.callee : media.caller
      records.push(encoder.udp(captureStartUs + atMs * 1000, media[side], to, sealed(side, i)))
    }
  }
  const report = { ssrc: 7, fractionLost: 0, cumulativeLost: 3, highestSequence: 149, jitter: 80, lastSr: 0 }
  const rtcp = writeRtcp([{ type: 'rr', ssrc: 8, reports: [{ ...report, delaySinceLastSr: 0 }] }])
  const above = (side: Side) => ({ ...media[side], port: media[side].port + 1 })
  const wire = contexts.callee.protectRtcp(rtcp)
  records.push(encoder.udp(captureStartUs + 3_300_000, above('callee'), above('caller'), wire))
  const { calls, lastAt } = await openCaptures(files.write(`${n++}.pcap`, ...records))
  const reported = reportOf(calls[0]!, lastAt, null)
  // That keys go over UDP is another matter.
  return { ...reported, findings: reported.findings.filter(({ rule }) => rule !== 'keys-in-clear') }
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

  it('that is opened no more is audio no more from then on', async () => {
    const { streams, verdict, findings } = await call(keys, usual, { astrayFrom: 50 })
    expect(streams[1]!.srtp).toEqual({ opened: 50, refused: 200 })
    expect(verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
    expect(verdict.sentence).toContain('do not authenticate any more from 1.1 s after the answer on')
    expect(findings).toMatchObject([{ rule: 'unauthentic', severity: 'fault' }])
    expect(findings[0]!.sentence).toMatch(/^From 1\.1 s after the answer on none of 200 packets of SRTP from the peer/)
  })

  it('that is opened no more for less than three seconds is no fault', async () => {
    const { findings } = await call(keys, usual, { astrayFrom: 120 })
    expect(findings).toEqual([])
  })

  it('that no key opens in either direction accuses nobody: the capture has not the keys that were used', async () => {
    const { streams, verdict, findings } = await call({ caller: keys.other, callee: keys.other })
    expect(streams.map(({ level }) => level)).toEqual([null, null])
    expect({ kind: verdict.kind, findings }).toEqual({ kind: 'two-way-audio', findings: [] })
  })

  it('of a suite that is not spoken here has no level and no fault', async () => {
    const { streams, findings } = await call(keys, (side) => usual(side).replace('AES_CM_128', 'F8_128'))
    expect(streams.map(({ level, srtp }) => [level, srtp])).toEqual([
      [null, undefined],
      [null, undefined],
    ])
    expect(findings).toEqual([])
  })

  it.each(srtpSuites)('of %s is opened, reports too', async (suite) => {
    const bytes = masterBytes(suite)
    const long = { caller: Buffer.alloc(bytes, 1), callee: Buffer.alloc(bytes, 2) }
    // The first line is of a suite that was not chosen.
    const lines = (side: Side) => `${usual(side)}\na=crypto:2 ${suite} inline:${long[side].toString('base64')}`
    const { streams, verdict, findings } = await call(long, lines, { suite })
    expect(streams.map(({ level, srtp }) => [Math.round(level!.meanDbfs), srtp])).toEqual(
      [0, 1].map(() => [-6, { opened: 150, refused: 0 }]),
    )
    expect(streams[0]!.rtcp).toMatchObject({ reportedLost: 3, reportedJitterMs: 10 })
    expect({ kind: verdict.kind, findings }).toEqual({ kind: 'two-way-audio', findings: [] })
  })

  it('has no figures of reports that no key opens: their numbers are noise', async () => {
    const { streams } = await call({ caller: keys.caller, callee: keys.other })
    expect(streams.map(({ rtcp }) => rtcp)).toEqual([null, null])
  })

  it('whose packets name their master key is opened', async () => {
    const named = (side: Side) => `${usual(side)}|2^20|1:4`
    const { streams } = await call(keys, named, { mki: Uint8Array.of(0, 0, 0, 1) })
    expect(streams.map(({ srtp }) => srtp)).toEqual([0, 1].map(() => ({ opened: 150, refused: 0 })))
    expect(streams[0]!.rtcp).toMatchObject({ reportedLost: 3 })
  })

  it('that lasted for an hour when the capture began is opened', async () => {
    const { streams } = await call(keys, usual, { missed: 180_000 })
    expect(streams.map(({ srtp }) => srtp)).toEqual([0, 1].map(() => ({ opened: 150, refused: 0 })))
  })

  it('is opened with the new key of a re-INVITE, whose rollover counter goes on', async () => {
    for (const missed of [0, 180_000]) {
      const crypto = usual('caller').replace(keys.caller.toString('base64'), keys.other.toString('base64'))
      const { streams, findings } = await call(keys, usual, { missed, changes: { to: keys.other, crypto } })
      expect(streams.map(({ srtp }) => srtp)).toEqual([0, 1].map(() => ({ opened: 150, refused: 0 })))
      expect(findings).toEqual([])
    }
  })
})
