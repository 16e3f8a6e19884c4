import type { Budgets } from '../base/budgets.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { ServerTransaction } from '../sip/transaction/server.ts'

/** So many at once after a pause, then one after the other. */
const atOnce = 4
const everyMs = 20

interface Waiting {
  readonly transaction: ServerTransaction
  begin(): void
}

/**
 * INVITEs of addresses that have not shown yet that they get our messages, each taken in its turn: to make a call and
 * its media costs some milliseconds, and a crowd of strangers would keep everybody else waiting for as many of them as
 * are let in. Whoever has acknowledged an answer does not wait.
 */
export class Newcomers {
  readonly #clock: Clock
  readonly #budgets: Budgets
  readonly #waiting: Waiting[] = []
  #timer: Timer | null = null
  /** How many may begin at once, as it was at `#atMs`. */
  #room = atOnce
  #atMs = -Infinity

  constructor(clock: Clock, budgets: Budgets) {
    this.#clock = clock
    this.#budgets = budgets
  }

  /** Whether one more may begin now, or wait. */
  get hasRoom(): boolean {
    return !this.#isBusy || this.#budgets.allows('waitingInvites')
  }

  /** Begins a call now (`waited` false) or in its turn; not at all where its INVITE has its answer by then. */
  take(transaction: ServerTransaction, begin: (waited: boolean) => void): void {
    if (!this.#isBusy) {
      this.#room--
      return begin(false)
    }
    this.#budgets.take('waitingInvites')
    this.#waiting.push({ transaction, begin: () => begin(true) })
    if (!this.#timer) this.#timer = this.#clock.after(everyMs, () => this.#next())
  }

  get #isBusy(): boolean {
    const nowMs = this.#clock.monotonicMs()
    this.#room = Math.min(atOnce, this.#room + (nowMs - this.#atMs) / everyMs)
    this.#atMs = nowMs
    return this.#waiting.length > 0 || this.#room < 1
  }

  #next(): void {
    const next = this.#shift()
    this.#timer = next ? this.#clock.after(everyMs, () => this.#next()) : null
    if (!next) return
    this.#room = 0
    next.begin()
  }

  /** The first whose INVITE still waits for its answer. */
  #shift(): Waiting | null {
    for (;;) {
      const next = this.#waiting.shift()
      if (!next) return null
      this.#budgets.release('waitingInvites')
      if (next.transaction.state === 'proceeding') return next
    }
  }
}
