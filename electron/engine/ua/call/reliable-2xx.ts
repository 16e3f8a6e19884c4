import type { Clock, Timer } from '../../base/clock.ts'
import { responseTo, type ResponseExtras } from '../../sip/transaction/response.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import { T1, T2, sixtyFourT1 } from '../../sip/transaction/timers.ts'
import { sequenceOf } from './headers.ts'

/** Sends a 2xx to INVITE again and again until its ACK comes, or 32 s have passed (RFC 3261 13.3.1.4). */
export class Reliable2xx {
  readonly #clock: Clock
  /** By the CSeq of the INVITE; null while nothing waits. */
  #waiting: Map<number, { stop(): void }> | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  answer(transaction: ServerTransaction, toTag: string, extras: ResponseExtras, never: () => void): void {
    const sequence = sequenceOf(transaction.request)
    const response = responseTo(transaction.request, 200, toTag, extras)
    let timer: Timer | null = null
    const repeat = (delayMs: number) => {
      timer = this.#clock.after(delayMs, () => {
        transaction.respond(response)
        repeat(Math.min(delayMs * 2, T2))
      })
    }
    const end = this.#clock.after(sixtyFourT1, () => {
      this.acknowledged(sequence)
      never()
    })
    ;(this.#waiting ??= new Map()).set(sequence, {
      stop() {
        timer?.cancel()
        end.cancel()
      },
    })
    transaction.respond(response)
    repeat(T1)
  }

  /** Whether an ACK belongs to a 2xx that was waiting for it. */
  acknowledged(sequence: number): boolean {
    const waiting = this.#waiting?.get(sequence)
    if (!waiting) return false
    waiting.stop()
    this.#waiting!.delete(sequence)
    if (this.#waiting!.size === 0) this.#waiting = null
    return true
  }

  stop(): void {
    for (const { stop } of this.#waiting?.values() ?? []) stop()
    this.#waiting = null
  }
}
