import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventCheck } from '../../../electron/engine/media/stream/event-check.ts'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { RtpStreamStats } from '../../../electron/engine/quality/rtp-stats.ts'
import { SrtpContext } from '../../../electron/engine/srtp/srtp.ts'
import { impairmentForms, readImpairment, readImpairments } from '../../../shared/model/impairments.ts'
import { parseSdp } from '../../../shared/wire/sdp/sdp.ts'
import { isRtcp, rtpHeaderBytes } from '../../../shared/wire/rtp/rtp.ts'
import { parseRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { readTelephoneEvent } from '../../../shared/wire/rtp/telephone-event.ts'
import { MediaBench, ourMedia, theirMedia } from '../../harness/media-bench.ts'
import { sdp } from '../../harness/messages.ts'
import { headerOf } from '../../harness/traces.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

interface Left {
  readonly atMs: number
  readonly bytes: Uint8Array
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly payloadType: number
  readonly marker: boolean
}

/** What leaves in a call of so many seconds that is impaired so, in its order. */
async function left(seconds: number, impairments: readonly string[], digits = '', offer = sdp()): Promise<Left[]> {
  const all: Left[] = []
  bench.net.deliver = ({ from, bytes }) => {
    if (from.host === ourMedia.host && !isRtcp(bytes))
      all.push({ atMs: bench.clock.monotonicMs(), bytes: bytes.slice(), ...headerOf(bytes) })
    return false
  }
  await bench.answered({ impairments, encryption: offer.includes('crypto') ? 'required' : 'disabled' }, offer)
  if (digits !== '') bench.session.sendDigits(digits, 'rfc4733')
  await bench.clock.advance(seconds * 1000)
  return all
}

/** The last sender report that has left. */
const lastReport = () =>
  bench.rtcp
    .flatMap(({ clear }) => {
      const packets = parseRtcp(clear)
      return typeof packets === 'string' ? [] : packets
    })
    .findLast((packet) => packet.type === 'sr')

const numbers = (all: readonly Left[]) => all.map(({ sequence }) => sequence)
/** How many numbers are missing before each packet that has a hole before it. */
const holes = (all: readonly Left[]) =>
  numbers(all).flatMap((sequence, i, before) =>
    i > 0 && sequence - before[i - 1]! > 1 ? sequence - before[i - 1]! - 1 : [],
  )

describe('impairments are written in one way', () => {
  it.each(impairmentForms.map(({ example }) => example))('%s is read', (example) => {
    expect(readImpairment(example)).toMatchObject({ kind: example.split('=')[0] })
  })

  it.each([
    ...['loss=5', 'loss=0%', 'loss=101%', 'loss=%', 'loss=-1%', 'burst=5%', 'burst=5%x0', 'burst=x4', 'delay=80'],
    ...['delay=6s', 'delay=0ms', 'mute=5s-2s', 'mute=2s-', 'mute=1s-2s-3s', 'payload-type=72', 'payload-type=128'],
    ...['dtmf-one-end=1', 'late', 'jitter=1e3ms', 'ssrc=now'],
  ])('%s is refused with the right form', (text) => {
    expect(readImpairment(text)).toMatch(/cannot be read: write it like /)
  })

  it('an unknown one is refused with the list, and one that stands twice too', () => {
    expect(readImpairment('los=5%')).toMatch(/"los=5%" is no impairment: choose from loss, burst, delay, /)
    expect(readImpairment('toString=1')).toMatch(/is no impairment/)
    expect(readImpairments(['loss=5%', 'loss=6%'])).toBe('loss stands twice: leave one of them out.')
  })
})

describe('what is sent goes wrong on purpose:', () => {
  it('loss takes packets at random, which are nowhere taken for sent', async () => {
    const all = await left(40, ['loss=20%'])
    const expected = all.at(-1)!.sequence - all[0]!.sequence + 1
    expect((100 * (expected - all.length)) / expected).toBeGreaterThan(16)
    expect((100 * (expected - all.length)) / expected).toBeLessThan(24)
    expect(bench.rtp.filter(({ sent }) => sent)).toHaveLength(all.length)
    const reported = lastReport()
    expect(reported).toMatchObject({ type: 'sr' })
    expect((reported as { packets: number }).packets).toBeLessThanOrEqual(all.length)
    expect(bench.observations).toContain('impaired: loss=20%: each packet is lost with that chance')
  })

  it('a burst takes so many in a row, and the share of all that was asked for', async () => {
    const all = await left(100, ['burst=10%x4'])
    const lost = holes(all)
    expect(lost.every((row) => row % 4 === 0)).toBe(true)
    const sum = lost.reduce((total, row) => total + row, 0)
    expect((100 * sum) / (sum + all.length)).toBeGreaterThan(8)
    expect((100 * sum) / (sum + all.length)).toBeLessThan(12)
  })

  it('the same chance gives the same fate', async () => {
    const first = numbers(await left(5, ['loss=30%', 'jitter=30ms', 'reorder=5%']))
    bench.session.close()
    bench = new MediaBench()
    expect(numbers(await left(5, ['loss=30%', 'jitter=30ms', 'reorder=5%']))).toEqual(first)
  })

  it('delay lets everything leave later, reports too', async () => {
    const beganMs = bench.clock.monotonicMs()
    const all = await left(3, ['delay=80ms'])
    expect(all[0]!.atMs - beganMs).toBe(80)
    expect(new Set(all.slice(1).map(({ atMs }, i) => atMs - all[i]!.atMs))).toEqual(new Set([20]))
    const report = bench.net.sent.find(({ bytes }) => isRtcp(bytes))
    expect(report).toBeDefined()
    const told = bench.rtcp.filter(({ sent }) => sent).length
    // What still waits at the end never leaves.
    bench.session.close()
    await bench.clock.advance(1000)
    expect(bench.rtcp.filter(({ sent }) => sent)).toHaveLength(told)
    expect(bench.clock.pending).toBe(0)
  })

  it('jitter keeps the order and spreads the delay to either side, as the figure of jitter shows', async () => {
    const all = await left(20, ['jitter=30ms'])
    expect(holes(all)).toEqual([])
    const late = all.map(({ atMs }, i) => atMs - all[0]!.atMs - i * 20)
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(40)
    expect(Math.max(...late) - Math.min(...late)).toBeLessThanOrEqual(60)
    const stats = new RtpStreamStats(all[0]!.ssrc)
    for (const { atMs, bytes } of all)
      stats.update(
        atMs * 1000,
        headerOf(bytes),
        { codec: 'PCMU', clockRateHz: 8000, meter: meterOf('PCMU', 8000) },
        172,
        bytes,
      )
    expect(stats.meanJitterMs).toBeGreaterThan(10)
    expect(stats.maxJitterMs).toBeLessThan(30)
  })

  it('reorder turns two neighbours round, and loses nothing', async () => {
    const all = numbers(await left(20, ['reorder=10%']))
    const turned = all.filter((sequence, i) => i > 0 && sequence < all[i - 1]!).length
    expect(turned).toBeGreaterThan(60)
    const sorted = [...all].sort((a, b) => a - b)
    expect(sorted.every((sequence, i) => sequence === sorted[0]! + i)).toBe(true)
    expect(all.every((sequence, i) => Math.abs(sequence - sorted[i]!) <= 1)).toBe(true)
  })

  it('duplicate sends a packet twice', async () => {
    const all = numbers(await left(20, ['duplicate=10%']))
    expect(all.length - new Set(all).size).toBeGreaterThan(60)
    expect(bench.rtp.filter(({ sent }) => sent)).toHaveLength(all.length)
  })

  it('beneath encryption: each packet is protected once, in its order, and opens', async () => {
    const master = new Uint8Array(30).fill(1)
    const suite = 'AES_CM_128_HMAC_SHA1_80'
    const offer = sdp(
      theirMedia.host,
      theirMedia.port,
      `a=crypto:1 ${suite} inline:${Buffer.from(master).toString('base64')}\n`,
    ).replace('RTP/AVP', 'RTP/SAVP')
    const all = await left(20, ['reorder=10%', 'duplicate=10%', 'loss=5%', 'ssrc=5s', 'ssrc-jump=10s'], '', offer)
    const description = parseSdp(await bench.session.offer())
    if (typeof description === 'string') throw new Error(description)
    const key = Buffer.from(description.media[0]!.crypto[0]!.keyParams.replace('inline:', ''), 'base64')
    const opener = new SrtpContext(suite, key)
    const opened = all.map(({ bytes, ssrc, sequence }) => opener.unprotectRtp(bytes, rtpHeaderBytes, ssrc, sequence))
    const refused = opened.filter((one) => typeof one === 'string')
    expect(new Set(refused)).toEqual(new Set(['replayed']))
    expect(refused).toHaveLength(all.length - new Set(all.map(({ ssrc, sequence }) => `${ssrc} ${sequence}`)).size)
  })

  it('mute sends nothing for a while: the numbers go on, and the time does too', async () => {
    const all = await left(4, ['mute=1s-3s'])
    expect(holes(all)).toEqual([])
    const resumed = all.findIndex(({ timestamp }, i) => i > 0 && timestamp - all[i - 1]!.timestamp > 160)
    expect(all[resumed]!.atMs - all[resumed - 1]!.atMs).toBe(2020)
    expect(all[resumed]!.timestamp - all[resumed - 1]!.timestamp).toBe(2020 * 8)
    bench.session.close()
    bench = new MediaBench()
    expect(await left(4, ['mute=1s'])).toHaveLength(50)
  })

  it('late begins late, with the beginning of its source', async () => {
    const [onTime] = await left(1, [])
    bench.session.close()
    bench = new MediaBench()
    const beganMs = bench.clock.monotonicMs()
    const [first] = await left(3, ['late=2s'])
    expect(first!.atMs - beganMs).toBe(2000)
    expect(first!.marker).toBe(true)
    expect(first!.bytes.subarray(12)).toEqual(onTime!.bytes.subarray(12))
  })

  it('wait-for-peer begins with the first packet of the peer, and does not stop when its address changes', async () => {
    const all = await left(3, ['wait-for-peer'])
    expect(all).toEqual([])
    const { deliver } = bench.net
    bench.net.deliver = (datagram) => datagram.to.host === ourMedia.host || deliver(datagram)
    await bench.packet({ from: theirMedia })
    await bench.clock.advance(1000)
    expect([all.length, all[0]!.marker]).toEqual([50, true])
    await bench.session.answer(sdp(theirMedia.host, theirMedia.port + 10))
    await bench.clock.advance(1000)
    expect(all).toHaveLength(100)
  })

  it('payload-type changes that of the audio alone', async () => {
    const all = await left(1, ['payload-type=96'], '5')
    expect(new Set(all.map(({ payloadType }) => payloadType))).toEqual(new Set([96, 101]))
  })

  it('ssrc changes the SSRC and nothing else, ssrc-jump all numbers; reports follow', async () => {
    const all = await left(6, ['ssrc=2s', 'ssrc-jump=4s'])
    const ssrcs = [...new Set(all.map(({ ssrc }) => ssrc))]
    expect(ssrcs).toHaveLength(3)
    const first = (ssrc: number) => all.findIndex((packet) => packet.ssrc === ssrc)
    const [second, third] = [first(ssrcs[1]!), first(ssrcs[2]!)]
    expect([second, third]).toEqual([100, 200])
    expect(all[second]!.sequence).toBe(all[second - 1]!.sequence + 1)
    expect(all[second]!.timestamp).toBe((all[second - 1]!.timestamp + 160) >>> 0)
    expect(all[third]!.sequence).not.toBe(all[third - 1]!.sequence + 1)
    expect(all[third]!.timestamp).not.toBe((all[third - 1]!.timestamp + 160) >>> 0)
    bench.session.close()
    const last = lastReport()
    expect(last).toMatchObject({ ssrc: ssrcs[2], packets: all.length - third })
  })

  it.each([
    ['dtmf-no-marker', [false, 3], ['digit 5 began without the marker bit (RFC 4733 2.2.2)']],
    [
      'dtmf-one-end',
      [true, 1],
      [
        'the end of digit 5 was sent once, and is due three times: where it is lost, the digit seems to go on ' +
          '(RFC 4733 2.5.1.4)',
      ],
    ],
    ['late=1ms', [true, 3], []],
  ] as const)('%s: digits are sent so, and whoever receives them says so', async (impairment, form, said) => {
    const all = await left(2, [impairment], '5')
    const events = all.filter(({ payloadType }) => payloadType === 101)
    const ends = events.filter(({ bytes }) => readTelephoneEvent(bytes.subarray(12))!.end).length
    expect([events[0]!.marker, ends]).toEqual(form)
    expect(faultsOf(all)).toEqual(said)
  })
})

/** What a receiver says of the digits among packets. */
function faultsOf(all: readonly Left[]): string[] {
  const faults: string[] = []
  const check = new EventCheck(all[0]!.sequence - 1, (text) => void faults.push(text))
  for (const { bytes } of all) {
    const header = headerOf(bytes)
    if (header.payloadType !== 101) check.other(header.sequence)
    else {
      const event = readTelephoneEvent(bytes.subarray(12))!
      check.event(header, event, `digit ${event.event}`)
    }
  }
  return faults
}

describe('digits of which packets are missing', () => {
  const digits = async () => left(3, ['dtmf-no-marker', 'dtmf-one-end'], '57')

  it('are blamed for nothing that may have been lost', async () => {
    const all = await digits()
    const second = all.findIndex(({ payloadType, bytes }) => payloadType === 101 && bytes[12] === 7)
    expect(faultsOf(all)).toHaveLength(4)
    // Before the second, the end of the first and its own beginning may have been among them; inside, its end.
    expect(faultsOf(all.toSpliced(second - 1, 1))).toHaveLength(1)
    expect(faultsOf(all.toSpliced(second + 3, 1))).toHaveLength(3)
  })

  it('nor are repetitions of an end among audio, and segments of a long digit', () => {
    const faults: string[] = []
    const check = new EventCheck(9, (text) => void faults.push(text))
    const header = (sequence: number, timestamp: number, marker = false) => ({
      ...{ sequence, timestamp, marker, payloadType: 101, ssrc: 1, payloadOffset: 12, payloadLength: 4 },
    })
    const event = (end: boolean) => ({ event: 5, end, volume: 10, duration: 160 })
    check.event(header(10, 0, true), event(false), 'digit 5')
    check.event(header(11, 65_535), event(true), 'digit 5')
    check.other(12)
    check.event(header(13, 65_535), event(true), 'digit 5')
    check.other(14)
    check.event(header(15, 65_535), event(true), 'digit 5')
    for (let sequence = 16; sequence < 60; sequence++) check.other(sequence)
    expect(faults).toEqual([])
  })
})
