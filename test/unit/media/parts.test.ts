// Loaded before any list of codecs is read.
import { fast, slow } from '../../harness/other-codecs.ts'
import { describe, expect, it } from 'vitest'
import { ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { makeAnswer, readAnswer } from '../../../electron/engine/media/session/negotiate.ts'
import { makeOffer } from '../../../electron/engine/media/session/offer.ts'
import { Allowance } from '../../../electron/engine/media/stream/allowance.ts'
import { RtpReceiver } from '../../../electron/engine/media/stream/receiver.ts'
import { Reports } from '../../../electron/engine/media/stream/reports.ts'
import { RtpSender } from '../../../electron/engine/media/stream/sender.ts'
import { InFlight } from '../../../electron/engine/media/transport/in-flight.ts'
import { parseRtcp, writeRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { readTelephoneEvent } from '../../../shared/wire/rtp/telephone-event.ts'
import { MediaBench, clearMedia, ourMedia, stranger, theirMedia } from '../../harness/media-bench.ts'
import { sdp } from '../../harness/messages.ts'
import { predictableRandom } from '../../harness/random.ts'
import { headerOf } from '../../harness/traces.ts'

describe('the stream that we send', () => {
  const format = { codec: ulaw, payloadType: 0, telephoneEvent: 101, ptimeMs: 20 }
  const sending = () => {
    const packets: Uint8Array[] = []
    const digits: string[] = []
    const sender = new RtpSender(predictableRandom(), (digit) => void digits.push(digit))
    const interval = (samples = 160) => {
      sender.next(new Int16Array(samples), (packet) => void packets.push(packet))
      sender.pass()
    }
    return { sender, packets, digits, interval, headers: () => packets.map(headerOf) }
  }

  it('numbers its packets in steps of one and its time in ticks of the RTP clock, and marks the first', () => {
    const { sender, interval, headers } = sending()
    sender.use(format)
    interval()
    interval()
    sender.use({ ...format, codec: { ...ulaw, descriptor: slow, encoder: ulaw.encoder }, payloadType: 96 })
    interval(320)
    interval(320)
    const [first, ...rest] = headers()
    expect(rest.map(({ sequence }) => (sequence - first!.sequence) & 0xffff)).toEqual([1, 2, 3])
    expect(rest.map(({ timestamp }) => (timestamp - first!.timestamp) >>> 0)).toEqual([160, 320, 480])
    expect(headers().map(({ marker }) => marker)).toEqual([true, false, false, false])
    expect(headers().map(({ payloadType, payloadLength }) => [payloadType, payloadLength])).toEqual([
      [0, 160],
      [0, 160],
      [96, 320],
      [96, 320],
    ])
    expect(new Set(headers().map(({ ssrc }) => ssrc)).size).toBe(1)
  })

  it('has events in place of audio, whose duration is counted in the clock of the codec', () => {
    const { sender, packets, digits, interval, headers } = sending()
    sender.use({ ...format, codec: { ...ulaw, descriptor: fast, encoder: ulaw.encoder } })
    sender.queue('7')
    for (let i = 0; i < 9; i++) interval(960)
    expect(digits).toEqual(['7'])
    const events = headers().map(({ payloadType }) => payloadType)
    expect(events).toEqual([...Array<number>(10).fill(101), 0])
    const last = readTelephoneEvent(packets[9]!.subarray(rtpHeaderBytes))
    expect(last).toMatchObject({ event: 7, end: true, duration: 160 * 48 })
  })

  it('says silence as comfort noise where that was agreed, and marks the packet that speaks again', () => {
    const { sender, packets, headers } = sending()
    sender.use({ ...format, comfortNoise: 13 })
    for (let n = 0; n < 30; n++) {
      const loud = n < 3 || n > 26
      sender.next(new Int16Array(160).fill(loud ? 5000 : 0), (packet) => void packets.push(packet))
      sender.pass()
    }
    const [first, ...rest] = headers()
    expect(headers().map(({ payloadType }) => payloadType)).toEqual([0, 0, 0, 13, 13, 13, 0, 0, 0])
    expect(headers().map(({ marker }) => marker)).toEqual([true, ...Array<boolean>(5).fill(false), true, false, false])
    expect(rest.map(({ sequence }) => (sequence - first!.sequence) & 0xffff)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(((rest[5]!.timestamp - first!.timestamp) >>> 0) / 160).toBe(27)
    expect([packets[3]!.length, packets[3]![rtpHeaderBytes]]).toEqual([rtpHeaderBytes + 1, 96])
  })

  it('counts what the system took, not what it was handed', () => {
    const { sender, packets, interval } = sending()
    sender.use(format)
    for (let i = 0; i < 3; i++) interval()
    sender.took(packets[0]!)
    expect(sender).toMatchObject({ packets: 1, octets: 160 })
  })
})

describe('the streams that we receive', () => {
  const packet = (sequence: number, payloadType = 0) => {
    const bytes = new Uint8Array(rtpHeaderBytes + 160)
    writeRtpHeader(bytes, payloadType, false, sequence, sequence * 160, 77)
    return bytes
  }
  const receiving = () => {
    const told: string[] = []
    const receiver = new RtpReceiver(
      {
        rtp: (_at, { port }, to, _bytes, _clear, sent, { sequence }) =>
          void told.push(`rtp ${port} to ${to.port} ${sent} ${sequence}`),
        rtcp: (_at, { port }, to, _bytes, _clear, _sent, packets) =>
          void told.push(`rtcp ${port} to ${to.port} ${packets.map(({ type }) => type).join()}`),
        foreign: (_at, { port }) => void told.push(`foreign ${port}`),
        observe: (kind) => void told.push(kind),
      },
      new Allowance(),
      4,
    )
    receiver.expectRtp(theirMedia, 0)
    receiver.expectRtcp({ ...theirMedia, port: theirMedia.port + 1 }, 0)
    const arrival = (from: typeof theirMedia, wire: Uint8Array, to = ourMedia) => ({ from, to, at: 1, atMs: 1, wire })
    return { receiver, told, arrival }
  }
  const agreed = { payloadType: 0, telephoneEvent: 101 }

  it("are the peer's, a stranger's or nobody's, without a socket", () => {
    const { receiver, told, arrival } = receiving()
    expect(receiver.rtp(packet(5), arrival(theirMedia, packet(5)), agreed, false)).toMatchObject({ sequence: 5 })
    expect(receiver.rtp(packet(6), arrival(stranger, packet(6)), agreed, false)).toBeNull()
    expect(receiver.rtp(new Uint8Array(3), arrival(theirMedia, new Uint8Array(3)), agreed, false)).toBeNull()
    expect(receiver.destination).toEqual(theirMedia)
    expect(told).toEqual([
      `rtp ${theirMedia.port} to ${ourMedia.port} false 5`,
      'rtp-foreign',
      `foreign ${stranger.port}`,
      'rtp-garbage',
      `foreign ${theirMedia.port}`,
    ])
  })

  it('reach a tap with what was read of them, and at the port where they came', () => {
    const { receiver, told, arrival } = receiving()
    const reports = new Reports('us')
    reports.received({ ...emptyRtpHeader(), ssrc: 77, sequence: 1 }, 8000, false, 0)
    const sender = new RtpSender(predictableRandom(), () => {})
    const compound = reports.compound(sender, 1_000_000, 20, false)!
    const [from, to] = [theirMedia, ourMedia].map((address) => ({ ...address, port: address.port + 1 }))
    expect(receiver.rtcp(compound, arrival(from!, compound, to), false)).toEqual(parseRtcp(compound))
    expect(told).toEqual([`rtcp ${theirMedia.port + 1} to ${ourMedia.port + 1} rr,sdes`])
  })
})

describe('the reports', () => {
  it('are none before anything was sent or received, then name the losses, and answer the last sender report', () => {
    const reports = new Reports('us')
    const sender = new RtpSender(predictableRandom(), () => {})
    expect(reports.compound(sender, 0, 0, true)).toBeNull()
    for (const sequence of [1, 2, 5])
      reports.received({ ...emptyRtpHeader(), ssrc: 9, sequence }, 8000, false, sequence)
    const sr = { type: 'sr' as const, ssrc: 9, ntpSeconds: 1, ntpFraction: 0, rtpTimestamp: 0, packets: 3, octets: 3 }
    reports.take([{ ...sr, reports: [] }], sender.ssrc, 1_000_000, 1000)
    const [report, , bye] = parseRtcp(reports.compound(sender, 2_000_000, 1500, true)!)
    expect(report).toMatchObject({
      type: 'rr',
      reports: [{ ssrc: 9, cumulativeLost: 2, highestSequence: 5, lastSr: 65_536, delaySinceLastSr: 32_768 }],
    })
    expect(bye).toMatchObject({ type: 'bye', ssrcs: [sender.ssrc] })
  })

  it.each([
    ['port', 'a=rtcp:30055', { ...theirMedia, port: 30_055 }],
    ['address', 'a=rtcp:30055 IN IP4 192.0.2.77', { host: '192.0.2.77', port: 30_055 }],
  ])("go to the %s that a=rtcp of the peer names, and the peer's come from there", async (_what, line, there) => {
    const bench = new MediaBench()
    await bench.answered({}, sdp(theirMedia.host, theirMedia.port, `${line}\n`))
    const control = { ...ourMedia, port: ourMedia.port + 1 }
    const report = writeRtcp([{ type: 'rr', ssrc: 77, reports: [] }])
    for (const from of [{ ...stranger, port: 30_055 }, there]) bench.net.inject(from, control, report)
    await bench.stream(8000, { from: theirMedia })
    const name = `${there.host}:${there.port}`
    expect(bench.rtcp.filter(({ sent }) => !sent).map(({ from }) => from)).toEqual([name])
    expect(new Set(bench.rtcp.filter(({ sent }) => sent).map(({ to }) => to))).toEqual(new Set([name]))
    const left = bench.net.sent.filter(({ from }) => from.host === control.host && from.port === control.port)
    expect(new Set(left.map(({ to }) => `${to.host}:${to.port}`))).toEqual(new Set([name]))
    bench.session.close()
  })

  it('that the system does not take are not told of as sent', async () => {
    const bench = new MediaBench()
    await bench.answered()
    await bench.stream(3000, { from: theirMedia })
    const before = bench.rtcp.filter(({ sent }) => sent).length
    expect(before).toBeGreaterThan(0)
    bench.net.refuse = new Error('no')
    await bench.clock.advance(10_000)
    expect(bench.rtcp.filter(({ sent }) => sent)).toHaveLength(before)
    bench.session.close()
  })
})

it('packets in flight are spoken of in the order in which they were handed over, however many there are', () => {
  const flight = new InFlight()
  let [pushed, shifted] = [0, 0]
  for (let round = 0; round < 40; round++) {
    for (let n = 0; n < (round % 7) + 1; n++) flight.push(pushed++, ourMedia, new Uint8Array(0), new Uint8Array(0))
    for (let n = 0; n < (round % 5) + 1 && shifted < pushed; n++) expect(flight.shift()?.at).toBe(shifted++)
  }
  while (shifted < pushed) expect(flight.shift()?.at).toBe(shifted++)
  expect(flight.shift()).toBeNull()
})

describe('codecs without a static payload type', () => {
  const offer = makeOffer(clearMedia('FAST', 'PCMU', 'SLOW'))

  it('are offered with dynamic ones, and telephone-event once for each clock', () => {
    const lines = offer.media[0]!.formats.map(
      ({ payloadType, codec, clockRateHz, channels, parameters }) =>
        `${payloadType} ${codec}/${clockRateHz}/${channels} ${parameters}`,
    )
    expect(lines).toEqual([
      '96 FAST/48000/2 null',
      '0 PCMU/8000/1 null',
      '97 SLOW/8000/1 a=1',
      '101 telephone-event/48000/1 0-16',
      '98 telephone-event/8000/1 0-16',
    ])
  })

  it('are answered by name, clock and channels, with the events of their clock', () => {
    for (const [name, payloadType, event] of [
      ['FAST', 96, 101],
      ['SLOW', 97, 98],
    ] as const) {
      const result = makeAnswer(offer, clearMedia(name))
      if ('refusal' in result) throw new Error(result.text)
      expect(result.negotiated).toMatchObject({ codec: { name }, payloadType, telephoneEvent: event })
      expect(readAnswer(result.answer, offer.media, clearMedia('FAST', 'PCMU', 'SLOW'))).toMatchObject({
        negotiated: { codec: { name }, payloadType, telephoneEvent: event },
        index: 0,
      })
    }
    const mono = { ...offer, media: offer.media.map((m) => ({ ...m, formats: [{ ...m.formats[0]!, channels: 1 }] })) }
    expect(makeAnswer(mono, clearMedia('FAST'))).toMatchObject({ refusal: 'no-codec' })
  })
})
