import type { Announcements } from './announcements.ts'
import type { Endpoints } from '../endpoints.ts'
import { WordTable } from '../word-table.ts'
import type { Meanings } from './meanings.ts'
import { SdesOpener } from './sdes.ts'

/** More pairs of endpoints with encrypted RTCP than any capture has that is not made to fill a machine. */
const mostPairs = 20_000

interface Pair {
  /** How often its ends had been announced when this was found out. */
  announced: number
  sealed: boolean
  readonly opener: SdesOpener
}

/** The RTCP of encrypted media, opened with the keys of the session descriptions. */
export class SealedRtcp {
  readonly #announcements: Announcements
  readonly #endpoints: Endpoints
  readonly #meanings: Meanings
  readonly #ids = new WordTable()
  readonly #pairs: Pair[] = []

  constructor(announcements: Announcements, endpoints: Endpoints, meanings: Meanings) {
    this.#announcements = announcements
    this.#endpoints = endpoints
    this.#meanings = meanings
  }

  /** The packet in clear, as it is where nothing encrypts it; null where it is encrypted and no key opens it. */
  open(source: number, destination: number, packet: Uint8Array): Uint8Array | null {
    const announced = this.#announced(source) + this.#announced(destination)
    if (announced === 0) return packet
    const known = this.#ids.find(source, destination, 0, 0)
    if (known < 0 && this.#ids.size >= mostPairs) return packet
    const pair = (this.#pairs[this.#ids.idOf(source, destination, 0, 0)] ??= {
      announced: 0,
      sealed: false,
      opener: new SdesOpener(),
    })
    if (pair.announced !== announced) {
      pair.announced = announced
      const sealed = this.#meanings.sealedRtcp(source, destination)
      pair.sealed = sealed !== null
      if (sealed) pair.opener.learn(sealed.own, sealed.others)
    }
    return pair.sealed ? pair.opener.openRtcp(packet) : packet
  }

  #announced(endpoint: number): number {
    return this.#announcements.count(endpoint) + this.#announcements.count(this.#endpoints.below(endpoint))
  }
}
