import type { Micros } from '../../../../../shared/base/time.ts'
import type { Dialog } from '../dialogs.ts'
import type { Endpoints } from '../endpoints.ts'
import type { Announcement, Announcements } from './announcements.ts'

/** Packets pass a moment before the message that announces them, and after the one that ends the call. */
const earlyUs = 2e6
export const lateUs = 5e6
/** Announcements of one endpoint that are looked at for one stream. */
const mostLookedAt = 200
/** A call whose end was not captured is over when another call announces its endpoint so long after its last word. */
const forgottenUs = 60e6

/** What a stream has to do with a call: it goes to where the call announced, it comes from there, or both. */
const towards = 2
const fromThere = 1

export interface Flow {
  readonly source: number
  readonly destination: number
  readonly firstAt: Micros
  readonly lastAt: Micros
}

/** Finds the calls that streams belong to, after all was read: with every announcement of every call and its times. */
export class Attribution {
  readonly #announcements: Announcements
  readonly #endpoints: Endpoints
  /** Announcements by port alone, made when first needed. */
  #byPort: Map<number, Announcement[]> | null = null
  /** What each call announced, made when first needed. */
  #byDialog: Map<Dialog, Set<number>> | null = null

  readonly #lacksBeginning: (dialog: Dialog) => boolean

  /** `lacksBeginning`: the INVITE of a call was not captured, and so not all of what it announced. */
  constructor(announcements: Announcements, endpoints: Endpoints, lacksBeginning: (dialog: Dialog) => boolean) {
    this.#lacksBeginning = lacksBeginning
    this.#announcements = announcements
    this.#endpoints = endpoints
  }

  /** The calls that a stream serves: several where they announced the same addresses at the same time. */
  of(flow: Flow): Dialog[] {
    return this.#best(flow, (endpoint) => this.#announcements.of(endpoint))
  }

  /** The calls whose signalling comes from a host of the stream and that announced its port under another address. */
  behindNat(flow: Flow): Dialog[] {
    return this.#best(flow, (endpoint) => {
      const host = this.#endpoints.host(endpoint)
      const known = this.#ports().get(this.#endpoints.port(endpoint)) ?? []
      return known.filter(({ dialog }) => dialog.hosts.includes(host))
    })
  }

  /** The hosts that signal a call, or that it announced for media. */
  hostsOf(dialog: Dialog): Set<number> {
    return new Set([
      ...dialog.hosts,
      ...[...this.announcedBy(dialog)].map((endpoint) => this.#endpoints.host(endpoint)),
    ])
  }

  #best(flow: Flow, announced: (endpoint: number) => readonly Announcement[]): Dialog[] {
    const scores = new Map<Dialog, number>()
    for (const [endpoint, score] of [
      [flow.destination, towards],
      [flow.source, fromThere],
    ] as const) {
      for (const dialog of during(announced(endpoint), flow)) scores.set(dialog, (scores.get(dialog) ?? 0) + score)
    }
    const most = Math.max(0, ...scores.values())
    if (most === 0) return after([...announced(flow.destination), ...announced(flow.source)], flow)
    const found = [...scores].filter(([, score]) => score === most).map(([dialog]) => dialog)
    if (scores.size === found.length) return found
    // The other leg of a call that was passed on hears it too, though only one leg knows both ends.
    const legs = [...scores]
      .filter(([dialog, score]) => score < most && found.some((other) => this.#joined(dialog, other)))
      .map(([dialog]) => dialog)
    return [...found, ...legs]
  }

  /**
   * Whether two calls announced more than one address in common: one of them passes on what the other says. Where the
   * beginning of one is missing, so may be the other address.
   */
  #joined(one: Dialog, other: Dialog): boolean {
    const theirs = this.announcedBy(other)
    let common = 0
    for (const endpoint of this.announcedBy(one)) if (theirs.has(endpoint)) common++
    return common > 1 || (common === 1 && (this.#lacksBeginning(one) || this.#lacksBeginning(other)))
  }

  /** What a call announced: where it has media, and RTCP by a=rtcp. */
  announcedBy(dialog: Dialog): ReadonlySet<number> {
    if (!this.#byDialog) {
      this.#byDialog = new Map()
      for (const endpoint of this.#announcements.endpoints())
        for (const { dialog } of this.#announcements.of(endpoint)) {
          const known = this.#byDialog.get(dialog)
          if (known) known.add(endpoint)
          else this.#byDialog.set(dialog, new Set([endpoint]))
        }
    }
    return this.#byDialog.get(dialog) ?? new Set()
  }

  #ports(): ReadonlyMap<number, Announcement[]> {
    if (this.#byPort) return this.#byPort
    const ports = new Map<number, Announcement[]>()
    for (const endpoint of this.#announcements.endpoints()) {
      const port = this.#endpoints.port(endpoint)
      const known = ports.get(port)
      if (known) known.push(...this.#announcements.of(endpoint))
      else ports.set(port, [...this.#announcements.of(endpoint)])
    }
    return (this.#byPort = ports)
  }
}

/** The calls that were going on while the stream was. */
function during(announcements: readonly Announcement[], { firstAt, lastAt }: Flow): Set<Dialog> {
  const found = new Set<Dialog>()
  let newer: Announcement | null = null
  /** The oldest one that is newer and of another call. */
  let next: Announcement | null = null
  const end = countUntil(announcements, lastAt + earlyUs)
  for (let i = end - 1; i >= Math.max(0, end - mostLookedAt); i--) {
    const announcement = announcements[i]!
    const { dialog } = announcement
    if (newer !== null && newer.dialog !== dialog) next = newer
    const forgotten: boolean = dialog.endedAt === Infinity && next !== null && next.at > dialog.lastAt + forgottenUs
    const late = next !== null && next.at > dialog.endedAt ? Math.min(next.at, dialog.endedAt + lateUs) : null
    const over = forgotten ? next!.at - earlyUs : (late ?? dialog.endedAt + lateUs)
    if (firstAt <= over && lastAt >= announcement.at - earlyUs) found.add(dialog)
    newer = announcement
  }
  return found
}

/** The call that had ended last when the stream began, where none was going on. */
function after(announcements: readonly Announcement[], { firstAt }: Flow): Dialog[] {
  let last: Dialog | null = null
  for (const { dialog } of announcements.slice(-mostLookedAt))
    if (dialog.endedAt <= firstAt && (!last || dialog.endedAt > last.endedAt)) last = dialog
  return last ? [last] : []
}

/** How many came until then; they are in the order of the file, which is nearly that of their times. */
function countUntil(announcements: readonly Announcement[], at: Micros): number {
  let low = 0
  let high = announcements.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (announcements[middle]!.at <= at) low = middle + 1
    else high = middle
  }
  return low
}
