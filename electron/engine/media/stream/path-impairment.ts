import { impairmentOf, type Impairment } from '../../../../shared/model/impairments.ts'
import type { Random } from '../../base/random.ts'

/** What becomes of a packet on an impaired path. */
export interface Fate {
  /** How often it leaves; 0: it is lost. */
  readonly copies: number
  /** It leaves behind the one that follows. */
  readonly swapped: boolean
  /** How much later than it was to leave. */
  readonly delayMs: number
}

/** The dice of an impaired path: what becomes of each packet that goes there. It knows no socket and no timer. */
export class PathImpairment {
  readonly #random: Random
  readonly #lossPercent: number
  readonly #reorderPercent: number
  readonly #duplicatePercent: number
  readonly #burstPackets: number
  /** The chance of a burst to begin, for its share of all packets to be as asked. */
  readonly #burstPercent: number
  readonly #delayMs: number
  readonly #jitterMs: number
  /** Packets of the burst that are still to be lost. */
  #burstLeft = 0

  constructor(impairments: readonly Impairment[], random: Random) {
    this.#random = random
    this.#lossPercent = impairmentOf(impairments, 'loss')?.percent ?? 0
    this.#reorderPercent = impairmentOf(impairments, 'reorder')?.percent ?? 0
    this.#duplicatePercent = impairmentOf(impairments, 'duplicate')?.percent ?? 0
    const { percent, packets } = impairmentOf(impairments, 'burst') ?? { percent: 0, packets: 0 }
    this.#burstPackets = packets
    this.#burstPercent = percent === 0 ? 0 : (100 * percent) / (packets * (100 - percent) + percent)
    this.#jitterMs = impairmentOf(impairments, 'jitter')?.ms ?? 0
    this.#delayMs = Math.max(impairmentOf(impairments, 'delay')?.ms ?? 0, this.#jitterMs)
  }

  next(): Fate {
    const isLost = this.#inBurst() || this.#happens(this.#lossPercent)
    return {
      copies: isLost ? 0 : this.#happens(this.#duplicatePercent) ? 2 : 1,
      swapped: this.#happens(this.#reorderPercent),
      delayMs: this.#delayMs + this.#jitterMs * (2 * this.#chance() - 1),
    }
  }

  #inBurst(): boolean {
    if (this.#burstLeft === 0 && this.#happens(this.#burstPercent)) this.#burstLeft = this.#burstPackets
    if (this.#burstLeft === 0) return false
    this.#burstLeft--
    return true
  }

  #happens(percent: number): boolean {
    return percent > 0 && this.#chance() * 100 < percent
  }

  /** 0 to 1, without 1. */
  #chance(): number {
    return this.#random.uint32() / 2 ** 32
  }
}
