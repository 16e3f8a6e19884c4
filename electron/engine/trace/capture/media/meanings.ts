import { decodeText } from '../../../../../shared/base/text.ts'
import { addressesOf, rtcpAt } from '../../../../../shared/wire/agreement/agree.ts'
import { findSession } from '../../../../../shared/wire/sdp/find.ts'
import { parseSdp, type MediaDescription } from '../../../../../shared/wire/sdp/sdp.ts'
import { headLength, parseSip } from '../../../../../shared/wire/sip/parse.ts'
import type { PayloadMeaning } from '../../../quality/rtp-row.ts'
import { PayloadMeanings, areCiphered, type MeterOf } from '../../streams/payload-meanings.ts'
import type { Endpoints } from '../endpoints.ts'
import type { MessageStore } from '../message-store.ts'
import type { Announcements } from './announcements.ts'

/** Messages whose media are remembered. */
const mostRead = 2000
/** Announcements of one endpoint that are looked at, the newest first. */
const mostLookedAt = 8
/** Messages of a call in which the keys of its media are looked for. */
const mostOfCall = 16

/** What is known of the keys of a flow: what its sender described, and what else its calls say of media. */
interface KnownKeys {
  readonly own: readonly MediaDescription[]
  readonly others: () => readonly MediaDescription[]
}

/** An encrypted stream, and what its payload type means in clear. */
export interface Sealed extends KnownKeys {
  readonly clear: PayloadMeaning
}

/** What payload types mean between two endpoints: as the newest session descriptions that named them say. */
export class Meanings {
  readonly #announcements: Announcements
  readonly #endpoints: Endpoints
  readonly #store: MessageStore
  readonly #meanings: PayloadMeanings
  readonly #read = new Map<number, readonly MediaDescription[]>()

  constructor(announcements: Announcements, endpoints: Endpoints, store: MessageStore, meterOf: MeterOf) {
    this.#announcements = announcements
    this.#endpoints = endpoints
    this.#store = store
    this.#meanings = new PayloadMeanings(meterOf)
  }

  of(source: number, destination: number, payloadType: number): PayloadMeaning {
    let to = this.#mediumAt(destination, payloadType)
    const from = this.#mediumAt(source, payloadType)
    const newest = this.#announcements.newest
    // Where nobody named an address, what the last call said is better than nothing.
    if (!to && !from && newest !== null && payloadType >= firstDynamic) to = this.#media(newest)[0]
    return this.#meanings.between(to, from, payloadType, false)
  }

  /**
   * What session descriptions say of the keys of a stream, and what its payload type means to who has them; null where
   * it is in clear or no side names a key.
   */
  sealed(source: number, destination: number, payloadType: number): Sealed | null {
    const to = this.#mediumAt(destination, payloadType)
    const from = this.#mediumAt(source, payloadType)
    if (!(to?.crypto.length || from?.crypto.length) || !areCiphered(to, from)) return null
    const clear = this.#meanings.between(to, from, payloadType, true)
    return { clear, own: this.#mediaAt(source), others: () => this.#mediaOfCalls([destination]) }
  }

  /** The keys of RTCP between two endpoints; null where it is in clear. */
  sealedRtcp(source: number, destination: number): KnownKeys | null {
    const [from, to] = [this.#mediaOfRtcp(source), this.#mediaOfRtcp(destination)]
    if (!areCiphered(to.at(-1), from.at(-1))) return null
    return { own: from, others: () => this.#mediaOfCalls([destination, this.#endpoints.below(destination)]) }
  }

  /** Media whose RTCP is received at an endpoint. */
  #mediaOfRtcp(endpoint: number): MediaDescription[] {
    const port = this.#endpoints.port(endpoint)
    return [this.#endpoints.below(endpoint), endpoint]
      .flatMap((near) => this.#announcements.of(near).slice(-mostLookedAt))
      .flatMap(({ message }) => this.#media(message))
      .filter((medium) => rtcpAt(medium)?.port === port)
  }

  #mediaAt(endpoint: number): MediaDescription[] {
    const port = this.#endpoints.port(endpoint)
    return this.#announcements
      .of(endpoint)
      .slice(-mostLookedAt)
      .flatMap(({ message }) => this.#media(message))
      .filter((medium) => addressesOf(medium).some((address) => address.port === port))
  }

  /** All media of the calls that announced one of some endpoints. */
  #mediaOfCalls(endpoints: readonly number[]): MediaDescription[] {
    const dialogs = new Set(
      endpoints.flatMap((endpoint) =>
        this.#announcements
          .of(endpoint)
          .slice(-mostLookedAt)
          .map(({ dialog }) => dialog),
      ),
    )
    return [...dialogs].flatMap(({ messages }) =>
      messages.slice(0, mostOfCall).flatMap((message) => this.#media(message)),
    )
  }

  /** The medium at an endpoint, as it was described last with that type, else as it was described last. */
  #mediumAt(endpoint: number, payloadType: number): MediaDescription | undefined {
    const port = this.#endpoints.port(endpoint)
    let last: MediaDescription | undefined
    for (const { message } of this.#announcements.of(endpoint).slice(-mostLookedAt).toReversed()) {
      const media = this.#media(message)
      const medium = media.find((known) => addressesOf(known).some((address) => address.port === port))
      if (medium?.formats.some((format) => format.payloadType === payloadType)) return medium
      last ??= medium
    }
    return last
  }

  #media(message: number): readonly MediaDescription[] {
    const known = this.#read.get(message)
    if (known) return known
    const media = mediaOf(this.#store.bytes(message))
    if (this.#read.size >= mostRead) this.#read.delete(this.#read.keys().next().value!)
    this.#read.set(message, media)
    return media
  }
}

/** What a message says of media; of most, the body is a session description and nothing else. */
function mediaOf(bytes: Uint8Array): readonly MediaDescription[] {
  const body = headLength(bytes)
  if (body >= 0 && bytes[body] === 0x76 && bytes[body + 1] === 0x3d) {
    const session = parseSdp(decodeText(bytes.subarray(body)))
    return typeof session === 'string' ? [] : session.media
  }
  const read = parseSip(bytes)
  return (read.kind === 'unreadable' ? null : findSession(read)?.session?.media) ?? []
}

/** Types below have a fixed meaning, or none (RFC 3551 6). */
const firstDynamic = 96
