import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SrtpContext } from '../../../electron/engine/srtp/srtp.ts'
import { parseSdp } from '../../../shared/wire/sdp/sdp.ts'
import { sdp } from '../../harness/messages.ts'
import { MediaBench, ourMedia, stranger, theirMedia } from '../../harness/media-bench.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import { settle } from '../../harness/virtual-clock.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

const suite = 'AES_CM_128_HMAC_SHA1_80'
const masters = [1, 2, 3].map((n) => new Uint8Array(30).fill(n))
const secured = (n: number, name: string = suite, protocol = 'RTP/SAVP') =>
  sdp(
    theirMedia.host,
    theirMedia.port,
    `a=crypto:1 ${name} inline:${Buffer.from(masters[n]!).toString('base64')}\n`,
  ).replace('RTP/AVP', protocol)
const keyIn = (text: string) => {
  const parsed = parseSdp(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed.media[0]!.crypto[0]?.keyParams ?? null
}
const answer = async (text: string) => {
  const result = await bench.session.answer(text)
  if ('refusal' in result) throw new Error(result.text)
  return keyIn(result.sdp)
}
/** The keystreams of all that we sent, and how many there are. */
const keystreams = () => {
  const seen = bench.rtp
    .filter(({ sent, bytes, clear }) => sent && bytes.length > clear.length)
    .map(({ bytes, clear }) => Buffer.from(clear.subarray(12).map((byte, i) => byte ^ bytes[12 + i]!)).toString('hex'))
  return { all: seen.length, different: new Set(seen).size }
}
const reports = () =>
  bench.rtcp
    .filter(({ sent, bytes, clear }) => sent && bytes.length > clear.length)
    .map(({ bytes, clear }) => Buffer.from(clear.subarray(8).map((byte, i) => byte ^ bytes[8 + i]!)).toString('hex'))

describe('SRTP over re-INVITEs', () => {
  it('uses no keystream twice, whatever key the peer changes to and back, and whichever suite', async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    const key = await answer(secured(0))
    for (const offer of [secured(1), secured(0), secured(2), secured(2, 'AES_CM_128_HMAC_SHA1_32'), secured(0)]) {
      await bench.clock.advance(5000)
      // A key serves one suite.
      expect((await answer(offer)) === key).toBe(!offer.includes('SHA1_32'))
    }
    await bench.clock.advance(5000)
    const { all, different } = keystreams()
    expect(all).toBeGreaterThan(1400)
    expect(different).toBe(all)
    const told = reports().map((text) => text.slice(0, 16))
    expect(told.length).toBeGreaterThan(8)
    expect(new Set(told).size).toBe(told.length)
  })

  it('offers again the suite that is in use, though it is none of those that are offered first', async () => {
    const rare = 'AES_256_CM_HMAC_SHA1_32'
    const long = Buffer.alloc(46, 1).toString('base64')
    const offer = secured(0).replace(/AES_CM\S+ inline:\S+/, `${rare} inline:${long}`)
    await bench.answered({ encryption: 'required' }, offer)
    expect(await bench.session.offer()).toMatch(new RegExp(`a=crypto:1 ${rare} .*a=crypto:2 ${suite}`, 's'))
  })

  it('the numbers of our stream go on, so that the peer needs no new start', async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    await bench.clock.advance(200)
    await answer(secured(1))
    await bench.clock.advance(200)
    const sent = bench.rtp.filter(({ sent: ours }) => ours).map(({ bytes }) => Buffer.from(bytes))
    expect(new Set(sent.map((bytes) => bytes.readUInt32BE(8))).size).toBe(1)
    for (let i = 1; i < sent.length; i++)
      expect(sent[i]!.readUInt16BE(2)).toBe((sent[i - 1]!.readUInt16BE(2) + 1) & 0xffff)
  })

  it('begins with a fresh key where encryption ended and begins again', async () => {
    await bench.answered({ encryption: 'allowed' }, secured(0))
    const key = await answer(secured(0))
    await bench.clock.advance(1000)
    expect(await answer(sdp())).toBeNull()
    await bench.clock.advance(1000)
    const fresh = await answer(secured(0))
    expect(fresh).not.toBe(key)
    await bench.clock.advance(1000)
    const { all, different } = keystreams()
    expect(all).toBeGreaterThanOrEqual(99)
    expect(different).toBe(all)
  })

  it('uses the key of the offer that an answer belongs to, though a fork answered in clear between', async () => {
    await bench.open({ encryption: 'allowed' })
    const offered = keyIn(await bench.session.offer())
    expect(await bench.session.answered(sdp())).toBeNull()
    expect(await bench.session.answered(secured(0, suite, 'RTP/AVP'))).toBeNull()
    expect(`inline:${Buffer.from(bench.session.negotiated!.crypto!.localMaster).toString('base64')}`).toBe(offered)
  })

  it("a packet recorded under the peer's key is a replay, not taken, when the peer comes back to the key", async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    const peer = new SrtpContext(suite, masters[0]!)
    await bench.stream(100, { from: theirMedia, srtp: peer })
    const recorded = bench.net.sent.findLast(({ from }) => from.host === theirMedia.host)!
    await answer(secured(1))
    await answer(secured(0))
    bench.net.inject(theirMedia, ourMedia, recorded.bytes)
    await settle()
    expect(bench.rtp.filter(({ sent }) => !sent)).toHaveLength(5)
    expect(bench.observations.at(-1)).toMatch(/^rtp-garbage: SRTP from .*: replayed$/)
  })

  it('packets that were under way with the former key are still opened, until the first with the new one', async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    const [before, after] = [new SrtpContext(suite, masters[0]!), new SrtpContext(suite, masters[1]!)]
    await bench.packet({ from: theirMedia, srtp: before })
    await answer(secured(1))
    await bench.packet({ from: theirMedia, srtp: before })
    await bench.packet({ from: theirMedia, srtp: after })
    await bench.packet({ from: theirMedia, srtp: before })
    expect(bench.rtp.filter(({ sent }) => !sent)).toHaveLength(3)
    expect(bench.foreign).toHaveLength(1)
  })
})

describe('SRTP that does not authenticate', () => {
  it.each([
    ['another key', new SrtpContext(suite, masters[2]!)],
    ['no key', undefined],
  ])('with %s it is counted as garbage, moves nothing, and is in no figure', async (_name, srtp) => {
    await bench.answered({ encryption: 'required' }, secured(0))
    await bench.stream(
      2000,
      { from: theirMedia, ...(srtp ? { srtp } : {}) },
      { from: stranger, ...(srtp ? { srtp } : {}) },
    )
    expect(bench.rtp.filter(({ sent }) => !sent)).toEqual([])
    expect(bench.foreign).toHaveLength(200)
    expect(Object.keys(bench.sentTo())).toEqual([`${theirMedia.host}:${theirMedia.port}`])
    bench.session.close()
    expect(bench.observations).toHaveLength(4)
    expect(bench.observations.at(-1)).toBe('rtp-garbage: 200 packets did not authenticate as SRTP with the agreed key')
  })

  it('leaves a verdict without audio from the peer, and a finding that says why', () => {
    const body = secured(0)
    const call = new TraceBuilder()
      .request(0, 'INVITE', { body: secured(1) })
      .response(50, '200 OK', { body })
      .request(60, 'ACK')
      .rtp('sent', { fromMs: 60, packets: 150 })
    for (const ms of [100, 120, 140])
      call.observe(ms, 'rtp-garbage', 'SRTP from 203.0.113.9:30000: authentication failed')
    const { verdict, findings } = call.at(3000)
    expect(verdict).toMatchObject({
      kind: 'one-way-audio',
      missing: 'from-peer',
      sentence: expect.stringContaining('nothing that can be used arrives'),
    })
    expect(findings.filter(({ severity }) => severity !== 'info')).toMatchObject([
      {
        rule: 'nothing-arrives',
        sentence: expect.stringMatching(
          /^No RTP that can be used arrives .*; .* instead: SRTP from 203\.0\.113\.9:30000: authentication failed\.$/,
        ),
      },
    ])
  })

  it('a stranger that has the key is the peer', async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    await bench.packet({ from: stranger, srtp: new SrtpContext(suite, masters[0]!) })
    const before = bench.net.sent.length
    await bench.clock.advance(100)
    expect(Object.keys(bench.sentTo(before))).toEqual([`${stranger.host}:${stranger.port}`])
  })

  it('opens a packet whose padding is part of what is encrypted', async () => {
    await bench.answered({ encryption: 'required' }, secured(0))
    const peer = new SrtpContext(suite, masters[0]!)
    const packet = Buffer.concat([
      Buffer.from('a0000001000000000000004d', 'hex'),
      Buffer.alloc(156, 0x20),
      Buffer.from([0, 0, 0, 4]),
    ])
    bench.net.inject(theirMedia, ourMedia, peer.protectRtp(packet, 12, 77, 1))
    await settle()
    expect(bench.rtp.filter(({ sent }) => !sent)).toHaveLength(1)
  })
})

describe('an answer whose encryption was not offered', () => {
  it.each([
    [
      'another tag',
      secured(0).replace('a=crypto:1', 'a=crypto:9'),
      /a=crypto:9 .* was answered, a=crypto:1 .* was offered/,
    ],
    ['another suite', secured(0, 'AES_CM_128_HMAC_SHA1_32'), /_32 was answered/],
    [
      'payload in clear',
      secured(0).replace(/(inline:\S+)/, '$1 UNENCRYPTED_SRTP'),
      /UNENCRYPTED_SRTP is not spoken here/,
    ],
    [
      'a key in a profile without encryption',
      secured(0, 'NULL_HMAC_SHA1_80', 'RTP/AVP'),
      /NULL_HMAC_SHA1_80 is not spoken here/,
    ],
  ])('is refused: %s', async (_name, text, why) => {
    await bench.open({ encryption: 'allowed' })
    await bench.session.offer()
    expect(await bench.session.answered(text)).toMatchObject({
      refusal: 'encryption',
      text: expect.stringMatching(why),
    })
  })
})
