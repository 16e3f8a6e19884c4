/** How a packet ended: read as SIP, RTP or RTCP (or a part of it), nothing of the kind, or not read. */
export type Outcome = 'read' | 'other' | 'unread'

/** More reasons than this are one. */
const mostReasons = 200
const furtherReasons = 'further kinds'

/** What became of every packet: none is passed over without being counted. */
export class Account {
  read = 0
  other = 0
  readonly #reasons = new Map<string, number>()

  count(outcome: 'read' | 'other', packets: number): void {
    if (outcome === 'read') this.read += packets
    else this.other += packets
  }

  /** `reason` goes on from "not read:"; `packets` below 0 takes back what was counted before. */
  unread(reason: string, packets = 1): void {
    const known = this.#reasons.get(reason)
    const kept = known !== undefined || this.#reasons.size < mostReasons ? reason : furtherReasons
    this.#reasons.set(kept, (this.#reasons.get(kept) ?? 0) + packets)
  }

  /** Those that were counted as nothing of the kind and turn out to be read, or the other way round. */
  move(from: 'read' | 'other', to: 'read' | 'other', packets: number): void {
    this.count(from, -packets)
    this.count(to, packets)
  }

  /** The reasons for which packets were not read, the most frequent first. */
  reasons(): { reason: string; packets: number }[] {
    return [...this.#reasons]
      .filter(([, packets]) => packets > 0)
      .map(([reason, packets]) => ({ reason, packets }))
      .sort((a, b) => b.packets - a.packets)
  }
}
