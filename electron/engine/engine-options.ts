import type { Clock } from './base/clock.ts'
import type { Logs } from './base/log.ts'
import type { Net } from './base/net.ts'
import type { Random } from './base/random.ts'

/** What an engine stands on. */
export interface EngineOptions {
  /** The profile folder; null keeps nothing. */
  readonly profile: string | null
  /**
   * A person looks on: the newest packets and figures of every call are kept, calls under way are in the history, calls
   * to the softphone ring.
   */
  readonly attended?: boolean
  readonly clock?: Clock
  readonly random?: Random
  readonly net?: Net
  /** Name servers instead of the system's. */
  readonly dnsServers?: readonly string[]
  readonly logs?: Logs
}
