import { messageIds } from '../../../../../shared/wire/sip/grammar.ts'
import { parseSip } from '../../../../../shared/wire/sip/parse.ts'
import { append } from '../../../base/append.ts'
import type { Reporter } from '../../streams/reception-reports.ts'
import type { TracedStream } from '../../streams/traced-stream.ts'
import type { CaptureIndex } from '../capture-index.ts'
import type { Dialog } from '../dialogs.ts'
import { Attribution, lateUs, type Flow } from './attribution.ts'

/** Fewer packets than this, with nothing announcing them, may be anything. */
const fewestUnmatched = 10
/** What passed so long before the first message of a call whose beginning is missing may be of it. */
const unseenUs = 5e6
/** A call has not more streams than these; those of more packets are shown. */
const mostOfCall = 200

/** Which streams and which RTCP belong to which calls. */
export class Belongings {
  /** RTP that belongs to no call. */
  readonly unmatched: TracedStream[] = []
  readonly #index: CaptureIndex
  readonly #attribution: Attribution
  readonly #streams = new Map<Dialog, number[]>()
  /** Those of no call, by the host that they come from. */
  readonly #strays = new Map<number, number[]>()

  constructor(index: CaptureIndex) {
    this.#index = index
    this.#attribution = new Attribution(index.announcements, index.endpoints, (dialog) => this.#lacksBeginning(dialog))
    this.#attribute()
  }

  streams(dialog: Dialog): TracedStream[] {
    const ids = this.#streams.get(dialog) ?? []
    const { all } = this.#index.streams
    const shown =
      ids.length <= mostOfCall
        ? ids
        : ids.toSorted((a, b) => all[b]!.stats.packets - all[a]!.stats.packets).slice(0, mostOfCall)
    return shown.map((id) => all[id]!).toSorted((a, b) => a.stats.firstAt - b.stats.firstAt)
  }

  /** RTP that belongs to no call, and passed between the hosts of this one while it went on. */
  strays(dialog: Dialog): TracedStream[] {
    if (this.unmatched.length === 0) return []
    const { streams, endpoints } = this.#index
    const hosts = this.#attribution.hostsOf(dialog)
    const since = this.#lacksBeginning(dialog) ? dialog.firstAt - unseenUs : dialog.firstAt
    return [...hosts]
      .flatMap((host) => this.#strays.get(host) ?? [])
      .filter((id) => hosts.has(endpoints.host(streams.destination(id))))
      .map((id) => streams.all[id]!)
      .filter(({ stats }) => stats.firstAt < dialog.endedAt && stats.lastAt > since)
      .slice(0, mostOfCall)
  }

  /** Who reports by RTCP while a call goes on, from what it announced, or where its streams come from or go to. */
  reporters(dialog: Dialog): Reporter[] {
    const { streams, rtcp } = this.#index
    const ends = new Set([
      ...this.#attribution.announcedBy(dialog),
      ...(this.#streams.get(dialog) ?? []).flatMap((id) => [streams.source(id), streams.destination(id)]),
    ])
    const found = new Set([...ends].flatMap((endpoint) => rtcp.reportersAt(endpoint)))
    return [...found].filter(({ since, at }) => since < dialog.endedAt + lateUs && at > dialog.firstAt)
  }

  #lacksBeginning({ messages: [first] }: Dialog): boolean {
    const message = first === undefined ? null : parseSip(this.#index.store.bytes(first))
    return message?.kind !== 'request' || message.method !== 'INVITE' || messageIds(message).toTag !== null
  }

  #attribute(): void {
    const { all } = this.#index.streams
    let left: number[] = []
    const dialogsOf = new Map<number, readonly Dialog[]>()
    const belongs = (id: number, dialogs: readonly Dialog[]): boolean => {
      if (dialogs.length === 0) return false
      dialogsOf.set(id, dialogs)
      for (const dialog of dialogs) append(this.#streams, dialog, id)
      return true
    }
    for (let id = 0; id < all.length; id++) if (!belongs(id, this.#attribution.of(this.#flow(id)))) left.push(id)
    left = left.filter((id) => !belongs(id, this.#attribution.behindNat(this.#flow(id))))
    left = this.#answers(left, dialogsOf, belongs)
    for (const id of left) {
      if (this.#isPlausible(id)) {
        this.unmatched.push(all[id]!)
        append(this.#strays, this.#index.endpoints.host(this.#index.streams.source(id)), id)
      } else this.#index.account.notRead(all[id]!.stats.packets)
    }
  }

  /** What goes the other way between the ends of a stream that belongs to a call belongs to it as well. */
  #answers(
    left: readonly number[],
    dialogsOf: ReadonlyMap<number, readonly Dialog[]>,
    belongs: (id: number, dialogs: readonly Dialog[]) => boolean,
  ): number[] {
    const { streams } = this.#index
    if (left.length === 0) return []
    const byPath = new Map<string, readonly Dialog[]>()
    for (const [id, dialogs] of dialogsOf) byPath.set(`${streams.source(id)} ${streams.destination(id)}`, dialogs)
    return left.filter((id) => !belongs(id, byPath.get(`${streams.destination(id)} ${streams.source(id)}`) ?? []))
  }

  #flow(id: number): Flow {
    const { streams } = this.#index
    const { firstAt, lastAt } = streams.all[id]!.stats
    return { source: streams.source(id), destination: streams.destination(id), firstAt, lastAt }
  }

  /**
   * Whether packets that nothing announces look like a stream: enough of them, numbered in order, between unprivileged
   * ports.
   */
  #isPlausible(id: number): boolean {
    const { streams } = this.#index
    const { stats } = streams.all[id]!
    const strange = Math.abs(stats.lost) + stats.duplicates + stats.outOfOrder
    return stats.packets >= fewestUnmatched && strange * 4 <= stats.packets
  }
}
