import { describe, expect, it } from 'vitest'
import { ReceivedAudio, type HearFormat } from '../../../../electron/engine/media/audio/received-audio.ts'
import { toneShare } from '../../../../electron/engine/media/audio/tones.ts'
import { codecOf } from '../../../../electron/engine/media/codec/index.ts'
import { meanSquare, toDbfs } from '../../../../electron/engine/quality/level.ts'
import { g722, opus, pcmu, type CodecDescriptor } from '../../../../shared/model/codecs.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { encoded, joined, speechLike } from '../../../harness/coding.ts'
import { headerOf } from '../../../harness/traces.ts'
import { VirtualClock } from '../../../harness/virtual-clock.ts'

const tone = (rateHz: number, hz = 1000) =>
  Int16Array.from({ length: rateHz }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / rateHz))

/** Received audio of a codec, handed out in frames of 20 ms. */
class Listener {
  readonly #rateHz: number
  readonly #ticks: number
  readonly #audio: ReceivedAudio

  constructor(descriptor: CodecDescriptor, format: Partial<HearFormat> = {}) {
    this.#rateHz = descriptor.sampleRateHz
    this.#ticks = descriptor.rtpClockHz / 50
    this.#audio = new ReceivedAudio(new VirtualClock(), { keep: true, listen: false }, () => {})
    const codec = codecOf(descriptor)!
    this.#audio.use({ codec, payloadType: 96, telephoneEvent: null, ptimeMs: 20, ...format })
  }

  /** `first`: the byte that says what stands `between` header and payload, and that padding is behind it. */
  take(
    n: number,
    payload: Uint8Array,
    payloadType = 96,
    { first = 0x80, between = Buffer.alloc(0), padding = 0 } = {},
  ): void {
    const tail = Buffer.alloc(padding, padding)
    const packet = Buffer.concat([new Uint8Array(rtpHeaderBytes), between, payload, tail])
    writeRtpHeader(packet, payloadType, false, n, n * this.#ticks, 1)
    packet[0] = first
    this.#audio.take(headerOf(packet), packet)
  }

  /** The next so many frames; silence where nothing came. */
  heard(frames: number): Int16Array {
    const length = this.#rateHz / 50
    return joined(Array.from({ length: frames }, () => this.#audio.pull(length)?.slice() ?? new Int16Array(length)))
  }

  close(): void {
    this.#audio.close()
  }
}

describe('received audio', () => {
  it('is listened to for 200 ms of a packet, however long its payload is', () => {
    const listener = new Listener(g722)
    listener.take(0, new Uint8Array(60_000).fill(0x2b))
    const heard = listener.heard(100)
    expect(heard.findLastIndex((sample) => sample !== 0)).toBeLessThan(16_000 / 4)
    listener.close()
  })

  it.each([
    ['contributing sources', 0x80 | 15, Buffer.alloc(60, 0x11), 0],
    // RFC 8285 4.2: elements of one byte, here the level of RFC 6464 and padding; and 4.3: of two.
    ['extensions of one byte', 0x90, Buffer.from('bede000110ff0000', 'hex'), 0],
    ['extensions of two bytes', 0x90, Buffer.from('100000020104deadbeef0000', 'hex'), 0],
    ['an extension that is empty', 0x90, Buffer.from('bede0000', 'hex'), 0],
    ['padding', 0xa0, Buffer.alloc(0), 24],
    ['all of it', 0xb2, Buffer.from(`${'11'.repeat(8)}bede000110ff0000`, 'hex'), 4],
  ])('is the same in packets with %s as in plain ones', (_name, first, between, padding) => {
    const [plain, odd] = [new Listener(pcmu), new Listener(pcmu)]
    for (const [n, payload] of encoded(codecOf(pcmu)!, speechLike(8000, 1)).entries()) {
      plain.take(n, payload)
      odd.take(n, payload, 96, { first, between, padding })
    }
    const heard = plain.heard(60)
    expect(meanSquare(heard)).toBeGreaterThan(1e6)
    expect(odd.heard(60)).toEqual(heard)
  })

  it('is noise at the level of a packet of comfort noise, until the peer speaks again', () => {
    const listener = new Listener(pcmu, { payloadType: 0 })
    const payloads = encoded(codecOf(pcmu)!, tone(8000))
    const frames: Int16Array[] = []
    for (let n = 0; n < 50; n++) {
      if (n < 10 || n >= 40) listener.take(n, payloads[n]!, 0)
      if (n === 10) listener.take(n, Uint8Array.of(50), 13)
      frames.push(listener.heard(1))
    }
    expect(toneShare(joined(frames.slice(3, 9)), 1000, 8000)).toBeGreaterThan(0.9)
    expect(toDbfs(meanSquare(joined(frames.slice(15, 38))))).toBeCloseTo(-50, 0)
    expect(toneShare(joined(frames.slice(44, 50)), 1000, 8000)).toBeGreaterThan(0.9)
  })

  it('has in place of one lost packet of Opus what the next says of it', () => {
    const speech = speechLike(48_000, 1)
    const payloads = encoded(codecOf(opus)!, speech, 20, 'useinbandfec=1')
    const hear = (lost: number | null) => {
      const listener = new Listener(opus)
      const frames: Int16Array[] = []
      payloads.forEach((payload, n) => {
        if (n !== lost) listener.take(n, payload)
        frames.push(listener.heard(1))
      })
      listener.close()
      return joined(frames)
    }
    const [all, one] = [hear(null), hear(30)]
    const at = 960 * 32
    expect(one.subarray(at, at + 960).every((sample) => sample === 0)).toBe(false)
    expect(toneShare(one.subarray(at, at + 960), 440, 48_000)).toBeGreaterThan(0.3)
    expect([...one.subarray(0, 960 * 30)]).toEqual([...all.subarray(0, 960 * 30)])
  })

  it('is decoded whole where a packet of Opus has several frames', () => {
    // A packet of 120 ms at the highest rate: six frames (RFC 6716 3.2.5), each as long as one may be.
    const frame = encoded(codecOf(opus)!, speechLike(48_000, 1, 20_000), 20, 'maxaveragebitrate=510000')[20]!
    const length = frame.length - 1
    const packet = Buffer.concat([Uint8Array.of(frame[0]! | 3, 6), ...Array<Buffer>(6).fill(frame.subarray(1))])
    const listener = new Listener(opus)
    listener.take(0, packet)
    const heard = listener.heard(9)
    expect([packet.length, heard.findLastIndex((sample) => sample !== 0) > 960 * 7]).toEqual([2 + 6 * length, true])
    listener.close()
  })

  it('loses nothing where an event stands between two packets', () => {
    const listener = new Listener(opus, { telephoneEvent: 101 })
    const payloads = encoded(codecOf(opus)!, speechLike(48_000, 1))
    listener.take(0, payloads[0]!)
    listener.take(1, Uint8Array.of(5, 10, 0, 160), 101)
    listener.take(2, payloads[1]!)
    const heard = listener.heard(4)
    expect(heard.subarray(960 * 3, 960 * 4).every((sample) => sample === 0)).toBe(true)
    listener.close()
  })

  it('is put right where the peer sends G.711 in a call of G.722', () => {
    const listener = new Listener(g722)
    encoded(codecOf(pcmu)!, tone(8000)).forEach((payload, n) => listener.take(n, payload, 0))
    expect(toneShare(listener.heard(10).subarray(960), 1000, 16_000)).toBeGreaterThan(0.9)
    listener.close()
  })
})
