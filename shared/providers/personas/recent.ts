import { messageIds } from '../../wire/sip/grammar.ts'
import type { Arrived } from './decision.ts'

const secondMs = 1000

/** Counts the calls of the last second. One that comes again, with credentials or not, is no other: its Call-ID is. */
export class RecentCalls {
  readonly #cameMs = new Map<string, number>()

  /** How many came within a second, this one included. */
  count({ request, atMs }: Arrived): number {
    for (const [callId, ms] of this.#cameMs) if (atMs - ms >= secondMs) this.#cameMs.delete(callId)
    const callId = messageIds(request).callId ?? ''
    if (!this.#cameMs.has(callId)) this.#cameMs.set(callId, atMs)
    return [...this.#cameMs.keys()].indexOf(callId) + 1
  }
}
