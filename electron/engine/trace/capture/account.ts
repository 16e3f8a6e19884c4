/** What is known, and is neither SIP nor RTP. */
export const foreign = {
  stun: 'STUN',
  handshake: 'DTLS handshake',
  dtls: 'DTLS data',
  zrtp: 'ZRTP',
} as const

/**
 * How a packet ended: read as SIP, RTP or RTCP (or a part of it), nothing of the kind (`other`, or one of `foreign`),
 * or not read: then the reason, which goes on from "not read:".
 */
export type Outcome = string

const foreignKinds: ReadonlySet<Outcome> = new Set(Object.values(foreign))

/** Whether an outcome is why a packet was not read. */
export const isReason = (outcome: Outcome): boolean =>
  outcome !== 'read' && outcome !== 'other' && !foreignKinds.has(outcome)

/** More reasons than this are one. */
const mostReasons = 200
const furtherReasons = 'further kinds'

/** What became of every packet: none is passed over without being counted. */
export class Account {
  read = 0
  other = 0
  readonly #foreign = new Map<string, number>()
  readonly #reasons = new Map<string, number>()

  /** `packets` below 0 takes back what was counted before. */
  count(outcome: Outcome, packets: number): void {
    if (outcome === 'read') this.read += packets
    else if (outcome === 'other') this.other += packets
    else if (foreignKinds.has(outcome)) {
      this.other += packets
      add(this.#foreign, outcome, packets)
    } else this.#unread(outcome, packets)
  }

  /** Those that were counted as read and turn out to be nothing of the kind. */
  notRead(packets: number): void {
    this.read -= packets
    this.other += packets
  }

  /** Of what is neither SIP nor RTP, what is known: the most frequent first. */
  kinds(): { what: string; packets: number }[] {
    return sorted(this.#foreign).map(([what, packets]) => ({ what, packets }))
  }

  /** The reasons for which packets were not read, the most frequent first. */
  reasons(): { reason: string; packets: number }[] {
    return sorted(this.#reasons).map(([reason, packets]) => ({ reason, packets }))
  }

  #unread(reason: string, packets: number): void {
    const kept = this.#reasons.has(reason) || this.#reasons.size < mostReasons ? reason : furtherReasons
    add(this.#reasons, kept, packets)
  }
}

function add(counts: Map<string, number>, key: string, packets: number): void {
  counts.set(key, (counts.get(key) ?? 0) + packets)
}

const sorted = (counts: ReadonlyMap<string, number>) =>
  [...counts].filter(([, packets]) => packets > 0).sort(([, a], [, b]) => b - a)
