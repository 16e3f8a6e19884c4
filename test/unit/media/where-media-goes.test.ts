import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Latch, rtcpTimes, rtpTimes } from '../../../electron/engine/media/stream/latch.ts'
import type { Address } from '../../../shared/base/address.ts'
import { initialLimits } from '../../../shared/model/budgets.ts'
import { writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'
import { request, sdp } from '../../harness/messages.ts'
import { MediaBench, ourMedia, signalling, stranger, theirMedia } from '../../harness/media-bench.ts'
import { UaBench } from '../../harness/ua-bench.ts'
import { settle } from '../../harness/virtual-clock.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

const other = { host: theirMedia.host, port: 31_000 }
const to = ({ host, port }: Address) => `${host}:${port}`
const taken = () => bench.rtp.filter(({ sent }) => !sent)

describe('before the peer has proven its address', () => {
  it('neither RTP nor RTCP goes to the address of the session description', async () => {
    await bench.open()
    await bench.session.answer(sdp('203.0.113.200', 30_000))
    await bench.clock.advance(40_000)
    bench.session.close()
    expect(bench.net.sent).toEqual([])
  })

  it('media begins at the confirmation, with the first numbers and all of the source', async () => {
    await bench.open()
    await bench.session.answer(sdp())
    await bench.clock.advance(500)
    bench.session.confirm()
    bench.session.confirm()
    await bench.clock.advance(200)
    const [first, second] = bench.rtp
    expect(bench.sentTo()).toEqual({ [to(theirMedia)]: 10 })
    expect(first!.bytes[1]! & 0x80).toBe(0x80)
    // The tone begins at its beginning: sample 0 is silence, which a file cut short would not have.
    expect(first!.bytes[12]).toBe(0xff)
    const number = (bytes: Uint8Array, at: number) => Buffer.from(bytes).readUInt32BE(at)
    expect(number(second!.bytes, 4) - number(first!.bytes, 4)).toBe(160)
  })

  it('at most three times what came from an address goes back to it', async () => {
    await bench.open()
    await bench.session.answer(sdp('203.0.113.200', 30_000))
    for (let i = 0; i < 4; i++) await bench.packet({ from: { host: signalling, port: 4000 } })
    await bench.clock.advance(20_000)
    bench.session.close()
    expect(bench.bytesTo('203.0.113.200')).toBe(0)
    expect(bench.bytesTo(signalling)).toBeGreaterThan(0)
    expect(bench.bytesTo(signalling)).toBeLessThanOrEqual(3 * 4 * 172)
  })

  it('what was sent to one address is not owed to the next', async () => {
    await bench.open()
    await bench.session.answer(sdp())
    for (let i = 0; i < 20; i++) await bench.packet({ from: { host: signalling, port: 4000 } })
    await bench.session.answer(sdp('203.0.113.200', 30_000))
    await bench.clock.advance(5000)
    expect(bench.bytesTo('203.0.113.200')).toBe(0)
  })

  it('a call that was placed is confirmed by its answer', async () => {
    await bench.open({ signalling: null })
    await bench.session.offer()
    bench.session.confirm(signalling)
    expect(await bench.session.answered(sdp())).toBeNull()
    await bench.clock.advance(100)
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
  })
})

describe('a call on the wire', () => {
  const media = (ua: UaBench) => ua.net.sent.filter(({ to: { port } }) => port === 30_000 || port === 30_001).length
  const toTag = (ua: UaBench) =>
    messageIds(ua.sent().findLast((message) => message.kind === 'response') as SipResponse).toTag!

  it('that came in sends its first packet after the ACK, and none when the ACK never comes', async () => {
    const ua = new UaBench()
    await ua.listen()
    await ua.inject(request({ body: sdp() }))
    await ua.incoming[0]!.answer(await ua.media())
    await ua.clock.advance(10_000)
    expect(media(ua)).toBe(0)
    await ua.inject(request({ method: 'ACK', branch: 'z9hG4bKack', toTag: toTag(ua) }))
    await ua.clock.advance(1000)
    expect(media(ua)).toBeGreaterThanOrEqual(50)
    const unanswered = new UaBench()
    await unanswered.listen()
    await unanswered.inject(request({ body: sdp() }))
    await unanswered.incoming[0]!.answer(await unanswered.media())
    await unanswered.clock.advance(60_000)
    expect(media(unanswered)).toBe(0)
    ua.incoming[0]!.hangUp()
    await ua.clock.advance(6000)
    for (const bench of [ua, unanswered]) bench.close()
  })

  it('that was placed sends when the answer comes, an early one too', async () => {
    const ua = new UaBench()
    const call = await ua.call()
    const [invite] = ua.sent() as SipRequest[]
    await ua.respond(invite!, 183, { body: sdp() })
    await ua.clock.advance(200)
    expect(media(ua)).toBeGreaterThanOrEqual(10)
    await ua.respond(invite!, 200, { body: sdp() })
    call.hangUp()
    await ua.clock.advance(6000)
    ua.close()
  })
})

describe('whose RTP it is', () => {
  it('a stranger that sends first gets nothing, and the peer everything', async () => {
    await bench.answered()
    await bench.stream(200, { from: stranger, fill: 0x80 })
    const before = bench.net.sent.length
    await bench.stream(2000, { from: stranger, fill: 0x80 }, { from: theirMedia })
    expect(bench.sentTo(before)).toEqual({ [to(theirMedia)]: 100 })
    expect(bench.sentTo()[to(stranger)]).toBeUndefined()
    expect(new Set(taken().map(({ from }) => from))).toEqual(new Set([to(theirMedia)]))
    expect(bench.foreign).toHaveLength(110)
  })

  it('an echo gives back no frame of a stranger', async () => {
    await bench.answered({ source: { kind: 'echo' } })
    await bench.stream(
      1000,
      { from: theirMedia, fill: 0x20 },
      { from: stranger, fill: 0x30, ssrc: 77, firstSequence: 5000 },
      { from: stranger, fill: 0x30, ssrc: 9 },
    )
    const echoed = new Set(bench.rtp.filter(({ sent }) => sent).map(({ bytes }) => bytes[100]))
    expect(echoed).toEqual(new Set([0xff, 0x20]))
  })

  it("the peer's host may send from another port, and is followed at its first packet", async () => {
    await bench.answered()
    await bench.packet({ from: other })
    await bench.clock.advance(100)
    expect(Object.keys(bench.sentTo())).toEqual([to(other)])
    expect(bench.observations.filter((text) => text.startsWith('latched'))).toEqual([
      `latched: RTP comes from ${to(other)}, not from ${to(theirMedia)}: sending there now`,
    ])
  })

  it('the signalling host is the peer when the session description names an address behind NAT', async () => {
    await bench.answered({ signalling: '203.0.113.9' }, sdp('10.0.0.7'))
    await bench.packet({ from: { host: '203.0.113.9', port: 61_000 } })
    await bench.clock.advance(40)
    expect(Object.keys(bench.sentTo())).toEqual(['203.0.113.9:61000'])
  })

  it('another port of the host steals nothing while the described one lives, and takes over afterwards', async () => {
    await bench.answered()
    await bench.stream(1000, { from: theirMedia }, { from: other, ssrc: 9 })
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
    expect(taken().filter(({ from }) => from === to(other))).toEqual([])
    const before = bench.net.sent.length
    await bench.stream(1000, { from: other, ssrc: 9 })
    expect(bench.sentTo(before)[to(other)]).toBeGreaterThanOrEqual(24)
    await bench.packet({ from: theirMedia })
    const after = bench.net.sent.length
    await bench.clock.advance(100)
    expect(bench.sentTo(after)).toEqual({ [to(theirMedia)]: 5 })
  })

  it("a stranger is followed after a steady second without the peer, and left at the peer's first packet", async () => {
    await bench.answered()
    await bench.stream(980, { from: stranger })
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
    expect(taken()).toEqual([])
    const before = bench.net.sent.length
    await bench.stream(400, { from: stranger })
    expect(bench.sentTo(before)[to(stranger)]).toBeGreaterThanOrEqual(18)
    expect(taken().length).toBeGreaterThanOrEqual(18)
    await bench.packet({ from: theirMedia })
    const after = bench.net.sent.length
    await bench.stream(200, { from: stranger })
    expect(bench.sentTo(after)).toEqual({ [to(theirMedia)]: 10 })
    expect(bench.observations.filter((text) => text.startsWith('latched'))).toHaveLength(2)
  })

  it.each([
    ['packets with gaps', () => ({ from: stranger, firstSequence: Math.floor(bench.clock.monotonicMs() / 20) * 40 })],
    ['another payload type', () => ({ from: stranger, payloadType: 18 })],
    ['a new stream with every packet', () => ({ from: stranger, ssrc: bench.clock.monotonicMs() })],
    [
      'another port with every packet',
      () => ({ from: { ...stranger, port: 5000 + (Math.floor(bench.clock.monotonicMs() / 20) % 500) } }),
    ],
  ])('a stranger with %s is never followed', async (_name, sender) => {
    await bench.answered()
    for (let i = 0; i < 200; i++) {
      await bench.packet(sender())
      await bench.clock.advance(20)
    }
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
    expect(taken()).toEqual([])
  })

  it('a stranger is not followed once the peer was heard, however long the peer is silent then', async () => {
    await bench.answered()
    await bench.packet({ from: theirMedia })
    await bench.stream(5000, { from: stranger })
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
  })

  it('packets that were under way when a re-INVITE moved the peer play, and move nothing', async () => {
    await bench.answered()
    await bench.stream(200, { from: theirMedia })
    await bench.session.answer(sdp(theirMedia.host, 32_000))
    const before = bench.net.sent.length
    await bench.stream(200, { from: theirMedia })
    expect(bench.sentTo(before)).toEqual({ [`${theirMedia.host}:32000`]: 10 })
    expect(taken()).toHaveLength(20)
  })

  it('addresses are compared as addresses, not as they are spelt', async () => {
    await bench.answered({ signalling: null }, sdp('2001:DB8:0:0::1').replaceAll('IP4', 'IP6'))
    await bench.packet({ from: { host: '2001:db8::1', port: 30_000 } })
    expect(taken()).toHaveLength(1)
    expect(bench.observations.filter((text) => text.startsWith('latched'))).toEqual([])
  })

  it('what comes before the answer waits for it, and is counted as what the answer says', async () => {
    await bench.open({ signalling: null })
    await bench.session.offer()
    await bench.stream(100, { from: theirMedia }, { from: stranger })
    expect(bench.observations).toEqual([])
    bench.session.confirm('192.0.2.98')
    await bench.session.answered(sdp())
    expect(taken().map(({ from }) => from)).toEqual(Array(5).fill(to(theirMedia)))
    expect(bench.foreign).toHaveLength(5)
  })

  it('what comes without any answer is counted at the end', async () => {
    await bench.open()
    await bench.session.offer()
    for (let i = 0; i < 200; i++) await bench.packet({ from: stranger })
    bench.session.close()
    expect(bench.observations.at(-1)).toBe(
      `rtp-foreign: RTP from ${to(stranger)} that belongs to nobody of this call: 200 packets ignored`,
    )
    expect(bench.rtp).toEqual([])
  })
})

describe("a stranger's packets", () => {
  it('are said once for each source and counted at the end; beyond the budget of sources only counted', async () => {
    await bench.answered()
    await bench.packet({ from: theirMedia })
    for (let port = 1; port <= 300; port++)
      await bench.packet({ from: { host: stranger.host, port: 7000 + port }, ssrc: port })
    for (let i = 0; i < 9; i++) await bench.packet({ from: { host: stranger.host, port: 7001 }, ssrc: 1 })
    const most = initialLimits.foreignSources
    expect(bench.observations).toHaveLength(most + 1)
    bench.session.close()
    const told = bench.observations.slice(most + 1)
    expect(told).toHaveLength(most + 1)
    expect(told[0]).toBe(
      'rtp-foreign: RTP from 198.51.100.66:7001 that belongs to nobody of this call: 10 packets ignored',
    )
    expect(told.at(-1)).toBe(
      `rtp-foreign: RTP from further sources that belong to nobody of this call: ${300 - most} packets ignored`,
    )
    expect(bench.foreign).toHaveLength(309)
    expect(taken()).toHaveLength(1)
  })

  it('and reports of theirs change nothing of what is reported to the peer or by it', async () => {
    await bench.answered()
    const report = (ssrc: number) =>
      writeRtcp([
        {
          type: 'sr',
          ssrc: 77,
          ntpSeconds: 1,
          ntpFraction: 0,
          rtpTimestamp: 0,
          packets: 1,
          octets: 1,
          reports: [
            {
              ssrc,
              fractionLost: 255,
              cumulativeLost: 9,
              highestSequence: 1,
              jitter: 1,
              lastSr: 0,
              delaySinceLastSr: 0,
            },
          ],
        },
      ])
    await bench.packet({ from: theirMedia })
    bench.net.inject({ ...theirMedia, port: theirMedia.port + 1 }, { ...ourMedia, port: ourMedia.port + 1 }, report(1))
    for (const port of [6667, 6668])
      bench.net.inject({ host: stranger.host, port }, { ...ourMedia, port: ourMedia.port + 1 }, report(2))
    bench.net.inject({ host: theirMedia.host, port: 45_000 }, ourMedia, report(3))
    await settle()
    expect(bench.rtcp.filter(({ sent }) => !sent).map(({ from }) => from)).toEqual(['192.0.2.99:30001'])
  })

  it('do not hide a stream of the peer behind streams that change with every packet', async () => {
    await bench.answered()
    for (let ssrc = 1; ssrc <= 300; ssrc++)
      await bench.packet({ from: theirMedia, ssrc: 1000 + ssrc, firstSequence: ssrc * 7 })
    await bench.stream(400, { from: theirMedia, ssrc: 5 })
    const streams = new Map<number, number>()
    for (const { bytes } of taken())
      streams.set(Buffer.from(bytes).readUInt32BE(8), (streams.get(Buffer.from(bytes).readUInt32BE(8)) ?? 0) + 1)
    expect(streams.size).toBe(5)
    expect(streams.get(5)).toBe(19)
    bench.session.close()
    expect(bench.observations).toContain(
      'rtp-foreign: RTP of the peer whose stream (SSRC) changes again and again: 297 packets ignored',
    )
  })
})

describe('an RTP port that nobody listens at', () => {
  const told = () => bench.observations.filter((text) => text.startsWith('rtp-undeliverable'))
  beforeEach(() => void bench.net.closed.add(`${theirMedia.host} ${theirMedia.port}`))

  it('is known by what the network says, once, where nothing comes', async () => {
    await bench.answered()
    await bench.clock.advance(20_000)
    expect(told()).toEqual([
      `rtp-undeliverable: RTP to ${to(theirMedia)} comes back (ICMP): port unreachable: nothing listens there, or a ` +
        'firewall rejects it',
    ])
    expect(bench.sentTo()[to(theirMedia)]).toBeGreaterThan(990)
  })

  it('is asked for again where a re-INVITE moves the audio to another', async () => {
    bench.net.closed.add(`${other.host} ${other.port}`)
    await bench.answered()
    await bench.clock.advance(2000)
    await bench.session.answer(sdp(other.host, other.port))
    await bench.clock.advance(2000)
    expect(told().map((text) => text.includes(to(other)))).toEqual([false, true])
  })

  it.each([
    ['RTP of the peer', { from: theirMedia }],
    ['RTP from another port', { from: other }],
    ['what a stranger sends', { from: stranger }],
  ])('is not asked for while anything comes: %s', async (_name, sender) => {
    await bench.answered()
    await bench.stream(3000, sender)
    expect(told()).toEqual([])
    expect([...bench.rtp.filter(({ sent }) => !sent), ...bench.foreign]).toHaveLength(150)
  })

  it('is asked for when the peer falls silent', async () => {
    await bench.answered()
    await bench.stream(3000, { from: theirMedia })
    await bench.clock.advance(12_000)
    expect(told()).toHaveLength(1)
  })
})

describe('what the system refuses to send', () => {
  it('has not been sent: it is in no figure, told once and counted', async () => {
    await bench.open()
    const send = bench.session
    bench.net.refuse = Object.assign(new Error('send EPERM'), { code: 'EPERM' })
    await send.answer(sdp())
    send.confirm()
    await bench.clock.advance(1000)
    expect(bench.rtp).toEqual([])
    expect(bench.observations).toEqual([
      `rtp-not-sent: this computer refuses to send RTP to ${to(theirMedia)}: this machine does not permit it: ` +
        'a firewall of its own forbids it, or more rights are needed',
    ])
    bench.net.refuse = null
    await bench.clock.advance(100)
    expect(bench.rtp).toHaveLength(5)
    send.close()
    expect(bench.observations.at(-1)).toBe(
      'rtp-not-sent: 51 packets of RTP not sent: this machine does not permit it: a firewall of its own ' +
        'forbids it, or more rights are needed',
    )
  })
})

describe('a source that fails', () => {
  it("stops that call's sending with a word, and a re-INVITE does not begin it again", async () => {
    await bench.answered({
      source: {
        kind: 'samples',
        at: () => ({
          read: () => {
            throw new Error('the sound is gone')
          },
        }),
      },
    })
    await bench.clock.advance(1000)
    await bench.session.answer(sdp(theirMedia.host, 32_000))
    await bench.clock.advance(1000)
    expect(bench.sentTo()).toEqual({})
    expect(bench.observations).toEqual(['media-failed: sending stopped: the sound is gone'])
  })
})

describe('the rule', () => {
  const told = { host: '192.0.2.1', port: 4000 }
  const packet = (from: Address, atMs: number, sequence = 0) => ({
    from,
    atMs,
    authentic: false,
    nearby: false,
    stream: { ssrc: 1, sequence },
  })

  it("takes an authenticated packet for the peer's from anywhere, and the description's address still wins", () => {
    const latch = new Latch(rtpTimes)
    latch.expect(told, 0)
    expect(latch.heard({ ...packet(stranger, 0), authentic: true })).toEqual({ kind: 'peer', moved: told })
    expect(latch.heard(packet(told, 1))).toEqual({ kind: 'peer', moved: stranger })
    expect(latch.heard({ ...packet(stranger, 2), authentic: true })).toEqual({ kind: 'peer', moved: null })
    expect(latch.destination).toEqual(told)
  })

  it("never follows a stranger's reports", () => {
    const latch = new Latch(rtcpTimes)
    latch.expect(told, 0)
    for (let i = 0; i < 1000; i++) expect(latch.heard(packet(stranger, i * 20, i)).kind).toBe('foreign')
  })

  it('gives the chance to the stranger that was first, while it sends', () => {
    const latch = new Latch(rtpTimes)
    latch.expect(told, 0)
    const second = { ...stranger, port: 7777 }
    let followed: Address | null = null
    for (let i = 0; i < 60; i++) {
      latch.heard(packet(stranger, i * 20, i))
      latch.heard(packet(second, i * 20 + 1, i))
      if (latch.source) followed ??= latch.source
    }
    expect(followed).toEqual(stranger)
  })
})

describe('media that follows nobody', () => {
  it('goes where the description says, wherever that of the peer comes from, which counts and plays', async () => {
    const bench = new MediaBench()
    await bench.answered({ latch: false })
    await bench.stream(1000, { from: { host: theirMedia.host, port: 31_000 } })
    expect(Object.keys(bench.sentTo())).toEqual([to(theirMedia)])
    expect(bench.rtp.filter(({ sent }) => !sent)).toHaveLength(50)
    expect(bench.observations).toEqual([])
    bench.session.close()
  })

  it('gets nothing for what came from elsewhere, before the peer has proven where it is', async () => {
    const bench = new MediaBench()
    await bench.open({ latch: false })
    await bench.session.answer(sdp())
    await bench.stream(1000, { from: { host: theirMedia.host, port: 31_000 } })
    expect(bench.sentTo()).toEqual({})
    bench.session.close()
  })
})
