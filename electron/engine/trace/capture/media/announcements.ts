import type { Micros } from '../../../../../shared/base/time.ts'
import type { Dialog } from '../dialogs.ts'

/** A session description of a message named this endpoint. */
export interface Announcement {
  readonly dialog: Dialog
  readonly message: number
  readonly at: Micros
}

/** Which messages announced an endpoint for media, in the order of their coming. */
export class Announcements {
  readonly #byEndpoint = new Map<number, Announcement[]>()
  /** By endpoint, how many announcements there are: what a packet asks. */
  #counts = new Uint32Array(1024)
  /** How many there are, of whatever endpoints. */
  total = 0
  /** The last message that announced anything. */
  newest: number | null = null

  add(endpoint: number, announcement: Announcement): void {
    this.newest = announcement.message
    this.total++
    const known = this.#byEndpoint.get(endpoint)
    if (known) known.push(announcement)
    else this.#byEndpoint.set(endpoint, [announcement])
    if (endpoint >= this.#counts.length) {
      const counts = new Uint32Array(Math.max(endpoint + 1, this.#counts.length * 2))
      counts.set(this.#counts)
      this.#counts = counts
    }
    this.#counts[endpoint]!++
  }

  /** How often an endpoint was announced so far. */
  count(endpoint: number): number {
    return this.#counts[endpoint] ?? 0
  }

  of(endpoint: number): readonly Announcement[] {
    return this.#byEndpoint.get(endpoint) ?? []
  }

  /** Every endpoint that was announced. */
  endpoints(): Iterable<number> {
    return this.#byEndpoint.keys()
  }
}
