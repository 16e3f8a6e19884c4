import { describe, expect, it } from 'vitest'
import { Mix } from '../../../electron/engine/media/audio/mix.ts'
import { Outgoing } from '../../../electron/engine/media/audio/outgoing.ts'
import { ReceivedAudio } from '../../../electron/engine/media/audio/received-audio.ts'
import { silence, tone, type SourceSpec } from '../../../electron/engine/media/audio/source.ts'
import { toneShare } from '../../../electron/engine/media/audio/tones.ts'
import { Voices } from '../../../electron/engine/media/audio/voices.ts'
import { codecOf } from '../../../electron/engine/media/codec/index.ts'
import { meanSquare } from '../../../electron/engine/quality/level.ts'
import { g722, opus, pcma, pcmu, type CodecDescriptor } from '../../../shared/model/codecs.ts'
import { emptyRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

const quiet: SourceSpec = { kind: 'samples', at: silence }
const toneOf = (hz: number): SourceSpec => ({ kind: 'samples', at: (rateHz) => tone(hz, rateHz) })

/** A call in that codec whose peer says that tone all the time; what leaves for the peer is kept. */
class Party {
  readonly sent: number[] = []
  readonly voices: Voices
  readonly outgoing: Outgoing
  readonly received: ReceivedAudio
  readonly rateHz: number
  readonly observed: string[] = []
  readonly #codec
  readonly #encoder
  readonly #says
  readonly #ptimeMs
  #packets = 0

  constructor(descriptor: CodecDescriptor, peer: SourceSpec, ours: SourceSpec = quiet, ptimeMs = 20) {
    this.rateHz = descriptor.sampleRateHz
    this.#codec = codecOf(descriptor)!
    this.#encoder = this.#codec.encoder()
    this.#ptimeMs = ptimeMs
    this.#says = peer.kind === 'samples' ? peer.at(this.rateHz) : silence()
    const clock = new VirtualClock()
    this.received = new ReceivedAudio(clock, { keep: false, listen: true }, (kind) => this.observed.push(kind))
    this.received.use({ codec: this.#codec, payloadType: 96, telephoneEvent: null, ptimeMs })
    this.outgoing = new Outgoing(ours, () => {})
    this.outgoing.use(this.rateHz, (this.rateHz * ptimeMs) / 1000)
    this.voices = new Voices(this.received, this.outgoing)
  }

  /** One packet interval both ways. */
  tick(): void {
    const frame = new Int16Array((this.rateHz * this.#ptimeMs) / 1000)
    this.#says.read(frame)
    const packet = new Uint8Array(this.#codec.payloadBytes(frame.length))
    const bytes = this.#encoder.encode(frame, packet, 0)
    const n = this.#packets++
    const ticks = (this.#codec.descriptor.rtpClockHz * this.#ptimeMs) / 1000
    const header = { ...emptyRtpHeader(), payloadType: 96, payloadLength: bytes, sequence: n, timestamp: n * ticks }
    this.received.take(header, packet)
    this.sent.push(...this.outgoing.next(null))
  }

  /** How much of the last half second that left is that tone. */
  hears(hz: number): number {
    return toneShare(Int16Array.from(this.sent.slice(-this.rateHz / 2)), hz, this.rateHz)
  }

  get level(): number {
    return meanSquare(Int16Array.from(this.sent.slice(-this.rateHz / 2)))
  }
}

/** All of them for so many packets of 20 ms. */
function run(parties: readonly Party[], packets = 60): void {
  for (let i = 0; i < packets; i++) for (const party of parties) party.tick()
}

/** Each hears all others; ours is what is said in the first. */
function join(parties: readonly Party[]): void {
  for (const party of parties) {
    const others = parties.filter((other) => other !== party)
    const said = party === parties[0] ? [] : [parties[0]!.voices.said]
    party.voices.join([...others.map(({ voices }) => voices.heard), ...said], party === parties[0])
  }
}

describe('joined calls', () => {
  it.each([
    ['PCMU and PCMA', [pcmu, pcma, pcmu]],
    ['PCMU, G.722 and Opus', [pcmu, g722, opus]],
  ])('in %s let each party hear the others and us, and not itself', (_name, codecs) => {
    const tones = [400, 650, 1050]
    const parties = codecs.map((codec, i) => new Party(codec, toneOf(tones[i]!), i === 0 ? toneOf(1700) : toneOf(2900)))
    join(parties)
    run(parties)
    for (const [i, party] of parties.entries()) {
      for (const [k, hz] of tones.entries())
        if (k === i) expect(party.hears(hz)).toBeLessThan(0.01)
        else expect(party.hears(hz)).toBeGreaterThan(0.25)
      expect(party.hears(1700)).toBeGreaterThan(0.25)
      // The source of a call that is not the first one waits.
      expect(party.hears(2900)).toBeLessThan(0.01)
    }
  })

  it('of other packet times are in time with one another', () => {
    const [a, b] = [new Party(pcmu, toneOf(400), toneOf(1700), 20), new Party(pcma, toneOf(650), quiet, 30)]
    join([a, b])
    for (let ms = 0; ms < 1500; ms += 10) {
      if (ms % 20 === 0) a.tick()
      if (ms % 30 === 0) b.tick()
    }
    expect(a.hears(650)).toBeGreaterThan(0.4)
    expect(b.hears(400)).toBeGreaterThan(0.4)
    expect(b.hears(1700)).toBeGreaterThan(0.4)
  })

  it('of which one is silent are as loud as the other alone', () => {
    const [a, b] = [new Party(pcmu, toneOf(400)), new Party(pcmu, quiet)]
    join([a, b])
    run([a, b])
    expect(b.hears(400)).toBeGreaterThan(0.98)
    expect(a.level).toBe(0)
    const frame = new Int16Array(4000)
    tone(400, 8000).read(frame)
    expect(b.level / meanSquare(frame)).toBeCloseTo(1, 1)
  })

  it('that a party leaves go on without it, and it with what it sent before', () => {
    const parties = [
      new Party(pcmu, toneOf(400), toneOf(1700)),
      new Party(g722, toneOf(650)),
      new Party(pcmu, toneOf(1050), toneOf(2900)),
    ]
    join(parties)
    run(parties)
    parties[2]!.voices.leave()
    join(parties.slice(0, 2))
    run(parties)
    const [a, b, gone] = parties as [Party, Party, Party]
    expect(a.hears(650)).toBeGreaterThan(0.45)
    expect(a.hears(1050)).toBeLessThan(0.01)
    expect(b.hears(400)).toBeGreaterThan(0.45)
    expect(b.hears(1050)).toBeLessThan(0.01)
    expect(gone.hears(2900)).toBeGreaterThan(0.98)
  })

  it('hear nothing of ours while it is muted, and one another all the same', () => {
    const parties = [new Party(pcmu, toneOf(400), toneOf(1700)), new Party(pcmu, toneOf(650))]
    join(parties)
    parties[0]!.outgoing.muted = true
    run(parties)
    expect(parties[0]!.hears(650)).toBeGreaterThan(0.98)
    expect(parties[1]!.hears(400)).toBeGreaterThan(0.98)
  })

  it('have no echo in them: who is echoed would hear itself', () => {
    const parties = [new Party(pcmu, toneOf(400), { kind: 'echo' }), new Party(pcmu, toneOf(650))]
    join(parties)
    run(parties)
    expect(parties[0]!.hears(650)).toBeGreaterThan(0.98)
    expect(parties[1]!.hears(400)).toBeGreaterThan(0.98)
    const frame = new Int16Array(4000)
    tone(400, 8000).read(frame)
    expect(parties[1]!.level / meanSquare(frame)).toBeCloseTo(1, 1)
  })

  it('claim nothing of a marker that comes back through others', () => {
    const parties = [new Party(pcmu, { kind: 'marker' }, { kind: 'marker' }), new Party(pcmu, quiet)]
    join(parties)
    run(parties, 200)
    expect(parties.flatMap(({ observed }) => observed)).toEqual([])
  })
})

describe('a mix', () => {
  const loud = (value: number) => ({
    rateHz: 8000,
    tap: () => ({ coded: null, pull: (samples: number) => new Int16Array(samples).fill(value), close: () => {} }),
  })

  it('that is louder than full scale is full scale, and does not turn over', () => {
    const mix = new Mix()
    mix.hear([loud(30_000), loud(20_000)])
    const frame = Int16Array.of(10_000, -32_768, 0)
    mix.addTo(frame, 8000)
    expect([...frame]).toEqual([32_767, 17_232, 32_767])
    mix.hear([loud(-30_000), loud(-20_000)])
    mix.addTo(frame.fill(-1), 8000)
    expect([...frame]).toEqual([-32_768, -32_768, -32_768])
  })

  it('is the same in whatever order it is summed up', () => {
    const sums = [
      [30_000, 30_000, -30_000],
      [30_000, -30_000, 30_000],
      [-30_000, 30_000, 30_000],
    ].map((values) => {
      const mix = new Mix()
      mix.hear(values.map(loud))
      const frame = new Int16Array(1)
      mix.addTo(frame, 8000)
      return frame[0]
    })
    expect(sums).toEqual([30_000, 30_000, 30_000])
  })
})
