import type { Micros } from '../../../../../shared/base/time.ts'
import { emptyRtpHeader, readRtp } from '../../../../../shared/wire/rtp/rtp.ts'
import { Course } from '../../../quality/course.ts'
import { usable, type PayloadMeaning } from '../../../quality/rtp-row.ts'
import { TracedStream } from '../../streams/traced-stream.ts'
import { Column } from '../column.ts'
import type { Endpoints } from '../endpoints.ts'
import { WordTable } from '../word-table.ts'
import type { Announcements } from './announcements.ts'
import type { Sealed } from './meanings.ts'
import { SdesOpener } from './sdes.ts'

/** More streams than any capture has that is not made to fill a machine. */
const mostStreams = 250_000
/** No payload type. */
const noType = 255
/** Streams that a report may mean. */
const mostAlike = 100
/** Streams whose course is kept: those of a capture that a person can look through. */
const mostCourses = 500
/** Of the packet that is being read. */
const header = emptyRtpHeader()

/** Encrypted streams whose packets are opened. */
const mostOpened = 10_000
/** Of a packet in clear that was encrypted. */
const clearHeader = emptyRtpHeader()

/** What a payload type means on a stream between two endpoints, and what is known of its keys. */
interface MeaningsOf {
  of(source: number, destination: number, payloadType: number): PayloadMeaning
  sealed(source: number, destination: number, payloadType: number): Sealed | null
}

interface Opening {
  readonly opener: SdesOpener
  clear: PayloadMeaning
}

/**
 * The RTP streams of a capture, each one source, destination and SSRC, with their figures. A packet is some numbers in
 * typed tables: no text and no object is made of it.
 */
export class StreamTable {
  readonly all: TracedStream[] = []
  /** Packets of more streams than are followed. */
  unfollowed = 0
  /** The stream of the last packet that was read from all of its layers. */
  latest = -1
  readonly #ids = new WordTable()
  readonly #announcements: Announcements
  readonly #endpoints: Endpoints
  readonly #meaningsOf: MeaningsOf
  /** By stream, what opens its packets: few streams are encrypted with keys that are known. */
  readonly #openings = new Map<number, Opening>()
  readonly #meanings: PayloadMeaning[] = []
  /** Of each SSRC and of each destination the newest stream, and for each stream the one before it. */
  readonly #bySsrc = new Chains()
  readonly #byDestination = new Chains()
  /** By stream, for what the meaning holds: a payload type, and how often its ends had been announced. */
  readonly #types = new Column(Uint8Array)
  readonly #announced = new Column(Uint32Array)
  /** By stream, how many announcements there were of whatever endpoints when that was looked at. */
  readonly #asOf = new Column(Uint32Array)

  constructor(announcements: Announcements, endpoints: Endpoints, meaningsOf: MeaningsOf) {
    this.#endpoints = endpoints
    this.#announcements = announcements
    this.#meaningsOf = meaningsOf
  }

  /** Whether the bytes are RTP. */
  packet(at: Micros, source: number, destination: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (readRtp(bytes, header, from, to) !== null) return false
    let id = this.#ids.find(source, destination, header.ssrc, 0)
    if (id < 0) {
      if (this.#ids.size >= mostStreams) {
        this.unfollowed++
        return true
      }
      id = this.#begin(source, destination, header.ssrc)
    }
    this.latest = id
    this.#count(id, at, bytes, from, to)
    return true
  }

  /** A further packet of a stream; whether the bytes are RTP. */
  further(id: number, at: Micros, bytes: Uint8Array, from: number, to: number): boolean {
    if (readRtp(bytes, header, from, to) !== null) return false
    this.#count(id, at, bytes, from, to)
    return true
  }

  /** The packet whose header was read last. */
  #count(id: number, at: Micros, bytes: Uint8Array, from: number, to: number): void {
    if (this.#types.at(id) !== header.payloadType || this.#asOf.at(id) !== this.#announcements.total)
      this.#learn(id, header.payloadType)
    const stream = this.all[id]!
    stream.course?.update(at, stream.stats)
    stream.runs.update(at, header.sequence)
    stream.timing.update(at, header, usable(this.#meanings[id]!.clockRateHz))
    const opening = this.#openings.size > 0 ? this.#openings.get(id) : undefined
    const clear = opening?.opener.openRtp(at, bytes.subarray(from, to), header.ssrc, header.sequence)
    if (opening && clear && readRtp(clear, clearHeader) === null)
      stream.stats.update(at, clearHeader, opening.clear, to - from, clear)
    else stream.stats.update(at, header, this.#meanings[id]!, to - from, bytes)
  }

  /** Asks again what the payloads of a stream mean, where that may have changed. */
  #learn(id: number, payloadType: number): void {
    const [source, destination] = [this.source(id), this.destination(id)]
    const announced = this.#announcements.count(destination) + this.#announcements.count(source)
    this.#asOf.put(id, this.#announcements.total)
    if (this.#types.at(id) === payloadType && this.#announced.at(id) === announced) return
    this.#types.put(id, payloadType)
    this.#announced.put(id, announced)
    const meaning = this.#meaningsOf.of(source, destination, payloadType)
    this.#meanings[id] = meaning
    // Where a level can be read there is no encryption.
    if (meaning.meter) this.#openings.delete(id)
    else this.#learnKeys(id, source, destination, payloadType)
  }

  #learnKeys(id: number, source: number, destination: number, payloadType: number): void {
    const sealed = this.#meaningsOf.sealed(source, destination, payloadType)
    if (!sealed) return void this.#openings.delete(id)
    const known = this.#openings.get(id)
    const opener = known?.opener ?? new SdesOpener()
    opener.learn(sealed.own, sealed.others)
    if (!opener.hasKeys || (!known && this.#openings.size >= mostOpened)) return
    this.#openings.set(id, { opener, clear: sealed.clear })
    this.all[id]!.srtp = opener.result
  }

  /** The streams that have an SSRC, and those that go to an endpoint. */
  withSsrc(ssrc: number): readonly number[] {
    return this.#bySsrc.of(ssrc)
  }

  towards(endpoint: number): readonly number[] {
    return this.#byDestination.of(endpoint)
  }

  #begin(source: number, destination: number, ssrc: number): number {
    const id = this.#ids.idOf(source, destination, ssrc, 0)
    const course = id < mostCourses ? new Course() : null
    const [from, to] = [this.#endpoints.address(source), this.#endpoints.address(destination)]
    this.all.push(new TracedStream(from, to, null, ssrc, null, course))
    this.#types.push(noType)
    this.#announced.push(0)
    this.#asOf.push(0)
    this.#bySsrc.add(ssrc, id)
    this.#byDestination.add(destination, id)
    return id
  }

  source(id: number): number {
    return this.#ids.word(id, 0)
  }

  destination(id: number): number {
    return this.#ids.word(id, 1)
  }
}

/** Streams that have a number in common, the first ones of each. */
class Chains {
  readonly #last = new Map<number, number>()
  /** By stream, the one before it and 1 more (0 where there is none), and its place among them. */
  readonly #before = new Column(Uint32Array)
  readonly #places = new Column(Uint8Array)

  /** `id` is the number of the stream; they come one after the other. */
  add(key: number, id: number): void {
    const last = this.#last.get(key)
    const place = last === undefined ? 0 : this.#places.at(last) + 1
    if (place >= mostAlike) return
    this.#before.put(id, last === undefined ? 0 : last + 1)
    this.#places.put(id, place)
    this.#last.set(key, id)
  }

  /** In the order of their coming. */
  of(key: number): number[] {
    const found: number[] = []
    for (let id = this.#last.get(key) ?? -1; id >= 0; id = this.#before.at(id) - 1) found.push(id)
    return found.toReversed()
  }
}
