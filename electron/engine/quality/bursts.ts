/** As many packets in a row that came in time end a burst (RFC 3611 4.7.2 recommends 16). */
export const gmin = 16

/** Packets that were lost or came too late, as they lie together (RFC 3611 4.7.2). */
export interface BurstsAndGaps {
  readonly bursts: number
  /** Packets of all bursts, and those of them that are missing. */
  readonly burstPackets: number
  readonly burstMissing: number
  /** Packets of all gaps (what is no burst), and those of them that are missing: none has another near it. */
  readonly gapPackets: number
  readonly gapMissing: number
  /** How often packets are missing one after another: each time counts once. */
  readonly runs: number
}

/** Packets of a stream, missing ones included; those that are missing, and in how many runs. */
export interface Losses {
  readonly packets: number
  readonly missing: number
  readonly runs: number
}

/**
 * BurstR of ITU-T G.107: the mean length of the runs in which packets are missing, as times of that of random loss,
 * which is 1 / (1 - loss). 1 where nothing is missing.
 */
export function burstRatio({ packets, missing, runs }: Losses): number {
  return runs === 0 || missing >= packets ? 1 : (missing / runs) * (1 - missing / packets)
}

/** Random loss gets beyond it once in a hundred streams. */
const deviations = 2.6
/** Two in a row tell nothing yet. */
const fewestFollowing = 2

/** Whether random loss may have such runs: then a missing packet is followed by another one as often as by chance. */
export function isRandom({ packets, missing, runs }: Losses): boolean {
  const loss = packets === 0 ? 0 : missing / packets
  const expected = missing * loss
  return missing - runs < Math.max(fewestFollowing, expected + deviations * Math.sqrt(expected * (1 - loss)))
}

/** Numbers that are missing, the first and the last of them. */
interface Missing {
  from: number
  to: number
}

/** A packet that comes so late is of another beginning of the numbers. */
const mostBehind = 100

/**
 * Puts the missing packets of a stream together to bursts. Packets have their places in the stream, counted on over the
 * wrap of their numbers. Nothing is done for packets that come in order and in time.
 */
export class Bursts {
  /** That may still come, or came a short while ago: in their order, none touches another. */
  #recent: Missing[] = []
  #bursts = 0
  #burstPackets = 0
  #burstMissing = 0
  #alone = 0
  #runs = 0
  /** What may become a burst: from its first missing packet to its last. */
  #open: (Missing & { missing: number }) | null = null

  /** Those from one place to another did not come until now. */
  missing(from: number, to: number): void {
    const last = this.#recent.at(-1)
    if (last && last.to === from - 1) last.to = to
    else this.#recent.push({ from, to })
    while (this.#recent.length > 1 && this.#recent[0]!.to < to - mostBehind) this.#settle(this.#recent.shift()!)
  }

  /** One of them came after all, and in time. */
  came(place: number): void {
    const at = this.#recent.findIndex(({ from, to }) => from <= place && place <= to)
    if (at < 0) return
    const { from, to } = this.#recent[at]!
    const left = [
      { from, to: place - 1 },
      { from: place + 1, to },
    ]
    this.#recent.splice(at, 1, ...left.filter((part) => part.from <= part.to))
  }

  /** Whether that packet is missing. */
  lacks(place: number): boolean {
    return this.#recent.some(({ from, to }) => from <= place && place <= to)
  }

  /** The numbers begin anew: what is missing stays so. */
  close(): void {
    for (const one of this.#recent.splice(0)) this.#settle(one)
    this.#finish()
  }

  /** Of so many packets, missing ones included. */
  of(packets: number): BurstsAndGaps {
    const done = this.#copy()
    done.close()
    return {
      bursts: done.#bursts,
      burstPackets: done.#burstPackets,
      burstMissing: done.#burstMissing,
      gapPackets: Math.max(0, packets - done.#burstPackets),
      gapMissing: done.#alone,
      runs: done.#runs,
    }
  }

  #settle({ from, to }: Missing): void {
    this.#runs++
    if (this.#open && from - this.#open.to - 1 >= gmin) this.#finish()
    if (this.#open) this.#open = { from: this.#open.from, to, missing: this.#open.missing + to - from + 1 }
    else this.#open = { from, to, missing: to - from + 1 }
  }

  #finish(): void {
    const open = this.#open
    if (!open) return
    this.#open = null
    if (open.missing < 2) return void this.#alone++
    this.#bursts++
    this.#burstPackets += open.to - open.from + 1
    this.#burstMissing += open.missing
  }

  #copy(): Bursts {
    const copy = new Bursts()
    copy.#recent = this.#recent.map((one) => ({ ...one }))
    copy.#bursts = this.#bursts
    copy.#burstPackets = this.#burstPackets
    copy.#burstMissing = this.#burstMissing
    copy.#alone = this.#alone
    copy.#runs = this.#runs
    copy.#open = this.#open
    return copy
  }
}
