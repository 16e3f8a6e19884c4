import type { Address } from '../../../../shared/base/address.ts'
import type { Impairment } from '../../../../shared/model/impairments.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { PathImpairment } from '../stream/path-impairment.ts'
import type { PortPool } from './ports.ts'
import { UdpTransport } from './udp.ts'

interface Waiting {
  readonly dueMs: number
  send(): void
}

/**
 * UDP that loses, delays and turns round RTP on purpose. It lies beneath encryption, so that each packet is protected
 * once and in order, and above the socket, so that what it drops is nowhere taken for sent.
 */
export class ImpairedTransport extends UdpTransport {
  readonly #clock: Clock
  readonly #path: PathImpairment
  /** In the order in which they leave. */
  readonly #waiting: Waiting[] = []
  /** Waits for the packet behind which it leaves. */
  #swapped: (() => void) | null = null
  #lastDueMs = 0
  #timer: Timer | null = null
  #over = false

  constructor(clock: Clock, pool: PortPool, random: Random, impairments: readonly Impairment[]) {
    super(clock, pool)
    this.#clock = clock
    this.#path = new PathImpairment(impairments, random)
  }

  override sendRtp(clear: Uint8Array, destination: Address, wire = clear): void {
    const { copies, swapped, delayMs } = this.#path.next()
    if (copies === 0) return
    const send = () => {
      for (let i = 0; i < copies; i++) super.sendRtp(clear, destination, wire)
    }
    if (swapped && !this.#swapped) {
      this.#swapped = send
      return
    }
    // No packet overtakes the one before it.
    const nowMs = this.#clock.monotonicMs()
    const dueMs = (this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + delayMs))
    this.#waiting.push({ dueMs, send })
    if (this.#swapped) this.#waiting.push({ dueMs, send: this.#swapped })
    this.#swapped = null
    this.#leave()
  }

  override close(): void {
    this.#over = true
    this.#timer?.cancel()
    super.close()
  }

  #leave(): void {
    while (!this.#over && this.#waiting.length > 0 && this.#waiting[0]!.dueMs <= this.#clock.monotonicMs())
      this.#waiting.shift()!.send()
    if (this.#over || this.#timer || this.#waiting.length === 0) return
    const waitMs = Math.max(0, this.#waiting[0]!.dueMs - this.#clock.monotonicMs())
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = null
      this.#leave()
    })
  }
}
