import { describe, expect, it } from 'vitest'
import { ReceivedAudio } from '../../../electron/engine/media/audio/received-audio.ts'
import { codecOf } from '../../../electron/engine/media/codec/index.ts'
import { pcmu } from '../../../shared/model/codecs.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import { writeTelephoneEvent } from '../../../shared/wire/rtp/telephone-event.ts'
import { headerOf } from '../../harness/traces.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

/** What is made of telephone events that come; 20 ms of audio stand before the first. */
class Keys {
  readonly observed: string[] = []
  readonly #audio = new ReceivedAudio(new VirtualClock(), { keep: false, listen: false }, (kind, text) =>
    this.observed.push(`${kind}: ${text}`),
  )
  #sequence = 65_530

  constructor() {
    this.#audio.use({ codec: codecOf(pcmu)!, payloadType: 0, telephoneEvent: 101, ptimeMs: 20 })
    this.#take(0, false, 0, new Uint8Array(160))
  }

  event(timestamp: number, duration: number, { end = false, marker = false, event = 5 } = {}): void {
    this.#take(101, marker, timestamp, writeTelephoneEvent({ event, end, volume: 10, duration }))
  }

  /** Packets that do not come. */
  lose(packets: number): void {
    this.#sequence += packets
  }

  #take(payloadType: number, marker: boolean, timestamp: number, payload: Uint8Array): void {
    const packet = new Uint8Array(rtpHeaderBytes + payload.length)
    writeRtpHeader(packet, payloadType, marker, this.#sequence++ & 0xffff, timestamp >>> 0, 1)
    packet.set(payload, rtpHeaderBytes)
    this.#audio.take(headerOf(packet), packet)
  }
}

const digit = 'digit-received: digit 5 received as telephone-event'

describe('a digit that comes', () => {
  it('of 10 s is one, in the segments that its duration of 16 bits needs (RFC 4733 2.5.1.3)', () => {
    const keys = new Keys()
    const start = 2 ** 32 - 20_000
    for (let at = 160; at < 65_535; at += 160) keys.event(start, at, { marker: at === 160 })
    keys.event(start, 65_535)
    for (let at = 160; at <= 80_000 - 65_535; at += 160) keys.event(start + 65_535, at)
    for (let i = 0; i < 3; i++) keys.event(start + 65_535, 80_000 - 65_535, { end: true })
    expect(keys.observed).toEqual([digit])
  })

  it('of 10 s is one, though the last packets of a segment are lost', () => {
    const keys = new Keys()
    for (let at = 160; at < 65_000; at += 160) keys.event(0, at, { marker: at === 160 })
    keys.lose(4)
    for (let i = 0; i < 3; i++) keys.event(65_535, 14_465, { end: true })
    expect(keys.observed).toEqual([digit])
  })

  it('of 1 ms is one, and so is one of no length', () => {
    for (const duration of [8, 0]) {
      const keys = new Keys()
      for (let i = 0; i < 3; i++) keys.event(1000, duration, { end: true, marker: i === 0 })
      expect(keys.observed).toEqual([digit])
    }
  })

  it('is another where the same key is pressed again, with an end between them or with a marker', () => {
    const keys = new Keys()
    for (let i = 0; i < 3; i++) keys.event(1000, 800, { end: true, marker: i === 0 })
    for (let i = 0; i < 3; i++) keys.event(1800, 800, { end: true, marker: i === 0 })
    expect(keys.observed).toEqual([digit, digit])
    // All packets of its end are lost.
    const lossy = new Keys()
    lossy.event(1000, 640, { marker: true })
    lossy.lose(5)
    lossy.event(1800, 160, { marker: true })
    expect(lossy.observed).toEqual([digit, digit])
  })
})
