import { describe, expect, it } from 'vitest'
import { Bursts, gmin } from '../../../electron/engine/quality/bursts.ts'
import { Timing } from '../../../electron/engine/quality/timing.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { predictableRandom } from '../../harness/random.ts'

interface Packet {
  readonly n: number
  readonly atMs: number
  readonly timestamp?: number
  readonly marker?: boolean
}

const epoch = 1_800_000_000_000_000

const feed = (packets: readonly Packet[]): Timing => {
  const timing = new Timing()
  for (const { n, atMs, timestamp = n * 160, marker = false } of packets) {
    const header = { ...emptyRtpHeader(), sequence: n & 0xffff, timestamp: timestamp >>> 0, marker }
    timing.update(epoch + Math.round(atMs * 1000), header, 8000)
  }
  return timing
}
const steady = (count: number, delayMs: (n: number) => number = () => 0, lost: (n: number) => boolean = () => false) =>
  Array.from({ length: count }, (_, n) => ({ n: n + 65_400, atMs: n * 20 + delayMs(n) }))
    .filter((_, n) => !lost(n))
    .sort((a, b) => a.atMs - b.atMs)

describe('packets that come too late', () => {
  it('are those behind the jitter buffer of 40 ms, and no others', () => {
    expect(feed(steady(500, (n) => (n % 10 === 5 ? 41 : 0))).late).toBe(50)
    expect(feed(steady(500, (n) => (n % 10 === 5 ? 39 : 0))).late).toBe(0)
    expect(feed(steady(500, (n) => (n % 50 === 5 ? 300 : 0))).late).toBe(10)
  })

  it('do not come of a clock that drifts for an hour', () => {
    expect(feed(steady(180_000, (n) => n * 20 * 200e-6)).late).toBe(0)
  })

  it('are measured anew behind a pause, in a talkspurt and where the timestamps begin again', () => {
    const part = (from: number, atMs: number, timestamp: number, marker: boolean) =>
      Array.from({ length: 100 }, (_, i) => ({
        n: from + i,
        atMs: atMs + i * 20,
        timestamp: timestamp + i * 160,
        marker: marker && i === 0,
      }))
    expect(feed([...part(0, 0, 0, true), ...part(100, 5000, 16_000, false)]).late).toBe(0)
    expect(feed([...part(0, 0, 0, true), ...part(100, 2200, 16_000, true)]).late).toBe(0)
    expect(feed([...part(0, 0, 0, true), ...part(100, 2000, 900_000, false)]).late).toBe(0)
    // A sender that says an utterance at once, and the next in its time.
    const quick = part(0, 0, 0, true).map((packet) => ({ ...packet, atMs: packet.n * 15 }))
    expect(feed([...quick, ...part(100, 2000, 16_000, false)])).toMatchObject({ late: 0, aheadUs: 495_000 })
  })

  it('are 25 where the path becomes longer for good: then the buffer begins anew', () => {
    expect(feed(steady(1000, (n) => (n >= 300 ? 90 : 0))).late).toBe(25)
  })

  it('are not those that came before', () => {
    const packets = steady(200)
    const again = packets.filter((_, i) => i % 10 === 0).map((packet) => ({ ...packet, atMs: packet.atMs + 70 }))
    expect(feed([...packets, ...again].sort((a, b) => a.atMs - b.atMs)).late).toBe(0)
  })
})

/** RFC 3611 4.7.2 by its words: no gmin packets in a row came inside a burst, which has two missing at least. */
function byTheWords(missing: readonly boolean[]) {
  const places = missing.flatMap((is, place) => (is ? place : []))
  const groups: number[][] = []
  for (const place of places) {
    const last = groups.at(-1)
    if (last && place - last.at(-1)! - 1 < gmin) last.push(place)
    else groups.push([place])
  }
  const bursts = groups.filter(({ length }) => length > 1)
  const burstPackets = bursts.reduce((sum, group) => sum + group.at(-1)! - group[0]! + 1, 0)
  return {
    bursts: bursts.length,
    burstPackets,
    burstMissing: bursts.reduce((sum, { length }) => sum + length, 0),
    gapPackets: missing.length - burstPackets,
    gapMissing: groups.length - bursts.length,
    runs: places.filter((place) => place === 0 || !missing[place - 1]).length,
  }
}

describe('bursts and gaps (RFC 3611 4.7.2)', () => {
  it('are told of lost packets: two and more with fewer than 16 between them', () => {
    const lost = (...places: readonly number[]) => feed(steady(1000, undefined, (n) => places.includes(n)))
    expect(lost(100).burstsAndGaps).toEqual({
      bursts: 0,
      burstPackets: 0,
      burstMissing: 0,
      gapPackets: 1000,
      gapMissing: 1,
      runs: 1,
    })
    expect(lost(100, 116).burstsAndGaps).toMatchObject({ bursts: 1, burstPackets: 17, burstMissing: 2, gapMissing: 0 })
    expect(lost(100, 117).burstsAndGaps).toMatchObject({ bursts: 0, gapMissing: 2 })
    expect(lost(100, 101, 102, 300, 310, 320).burstsAndGaps).toMatchObject({ bursts: 2, burstPackets: 24, runs: 4 })
  })

  it('are those of the words of the RFC, whatever is lost, late and out of order', () => {
    const random = predictableRandom(5)
    const chance = (share: number) => random.uint32() / 2 ** 32 < share
    for (let round = 0; round < 100; round++) {
      const share = [0.002, 0.02, 0.1, 0.4][round % 4]!
      const missing = Array.from({ length: 2000 }, (_, n) => n > 0 && n < 1999 && chance(share))
      const isLate = missing.map((is) => is && chance(0.3))
      // The others may be out of order, within the jitter buffer.
      const packets = steady(
        2000,
        (n) => (isLate[n] ? 55 : n > 0 && chance(0.1) ? 30 : 0),
        (n) => missing[n]! && !isLate[n],
      )
      expect(feed(packets).burstsAndGaps).toEqual(byTheWords(missing))
      expect(feed(packets).late).toBe(isLate.filter(Boolean).length)
    }
  })

  it('take no more time of numbers that jump than of those that come one by one', () => {
    const bursts = new Bursts()
    for (let i = 0; i < 100_000; i++) bursts.missing(i * 3000, i * 3000 + 2998)
    expect(bursts.of(3e8)).toMatchObject({ bursts: 1, burstMissing: 299_900_000 })
  })
})

describe('the clock of a sender', () => {
  it('is measured within the uncertainty that is said, in 19 of 20 calls', () => {
    const random = predictableRandom(9)
    let within = 0
    for (let round = 0; round < 60; round++) {
      const ppm = (random.uint32() % 400) - 200
      // The clock of a sender that is faster sends earlier.
      const skew = feed(steady(6000, (n) => -n * 20 * ppm * 1e-6 + (random.uint32() % 8000) / 1000)).skew!
      expect(skew.uncertaintyPpm).toBeLessThan(20)
      if (Math.abs(skew.ppm - ppm) <= skew.uncertaintyPpm) within++
    }
    expect(within).toBeGreaterThanOrEqual(56)
  })

  it('is unknown of a short call, of an uneven one, and where the path changes', () => {
    expect(feed(steady(2900)).skew).toBeNull()
    const random = predictableRandom(3)
    expect(feed(steady(4000, () => (random.uint32() % 2 === 0 ? 0 : 1) * (random.uint32() % 300))).skew?.ppm ?? 0).toBe(
      0,
    )
    expect(feed(steady(15_000, (n) => (n > 7000 ? 30 : 0))).skew).toBeNull()
  })

  it('is measured over a hold of which the timestamps tell, and of the longest part where they begin anew', () => {
    const parts = (timestamp: number) => [
      ...steady(5000),
      ...steady(6000).map(({ n, atMs }) => ({
        n: n + 5000,
        atMs: atMs + 200_000,
        timestamp: (n + 5000) * 160 + timestamp,
      })),
    ]
    expect(feed(parts(100_000 * 8)).skew).toMatchObject({ ppm: 0 })
    expect(feed(parts(100_000 * 8)).skew!.overUs).toBeGreaterThan(300e6)
    expect(feed(parts(12_345_678)).skew!.overUs).toBeLessThan(120e6)
  })
})

describe('how a sender paces', () => {
  it('shows in heaps of packets', () => {
    expect(feed(steady(500)).together).toEqual({ packets: 0, most: 1 })
    const heaps = feed(steady(500, (n) => (4 - (n % 5)) * 20 + (n % 5) * 0.1))
    expect(heaps.together).toEqual({ packets: 400, most: 5 })
    expect(heaps.packetUs).toBe(20_000)
  })

  it('shows in how much more audio than time came between two pauses', () => {
    const at = (everyMs: number, fromMs: number, from: number, count = 500) =>
      Array.from({ length: count }, (_, i) => ({ n: from + i, atMs: fromMs + i * everyMs }))
    expect(feed(at(10, 0, 0)).leadUs).toBe(499 * 10_000)
    expect(feed(at(20, 0, 0)).leadUs).toBe(0)
    // The next utterance begins when the last one was heard.
    expect(feed([...at(10, 0, 0), ...at(10, 10_000, 500)]).leadUs).toBe(499 * 10_000)
    // Timestamps that jump are no audio.
    expect(
      feed(at(20, 0, 0).map((packet) => ({ ...packet, timestamp: packet.n * 160 + (packet.n > 250 ? 1e6 : 0) })))
        .leadUs,
    ).toBe(0)
    expect(feed(steady(500, (n) => (n >= 100 && n < 120 ? (120 - n) * 20 : 0))).leadUs).toBe(0)
  })

  it('shows in what came before its time, and how many came in a second', () => {
    const fast = feed(Array.from({ length: 500 }, (_, n) => ({ n, atMs: n * 10 })))
    expect(fast.mostInSecond).toBe(100)
    expect(fast.aheadUs).toBeGreaterThan(900_000)
    expect(feed(steady(5000)).aheadUs).toBe(0)
    // What waited in the network and comes all at once was not sent early.
    expect(feed(steady(500, (n) => (n >= 100 && n < 120 ? (120 - n) * 20 : 0))).aheadUs).toBe(0)
  })
})
