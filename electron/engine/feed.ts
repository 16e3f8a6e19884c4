import type { SubscribeOptions } from '../../shared/contract/client.ts'
import type { Change, Delta } from '../../shared/contract/state.ts'
import type { Clock, Timer } from './base/clock.ts'

const flushMs = 50
const figuresMs = 250

/** State on its way to whoever watches: changes of one entity merge until the next flush, so that a slow watcher never slows the engine. */
export class Feed {
  readonly #clock: Clock
  readonly #touchFigures: () => void
  readonly #subscribers = new Set<{ readonly live: boolean; readonly listener: (delta: Delta) => void }>()
  readonly #changes = new Map<string, () => Change>()
  #seq = 0
  #flushTimer: Timer | null = null
  #figuresTimer: Timer | null = null

  /** `touchFigures` marks the calls whose figures move without messages; asked four times a second while someone watches. */
  constructor(clock: Clock, touchFigures: () => void) {
    this.#clock = clock
    this.#touchFigures = touchFigures
  }

  get seq(): number {
    return this.#seq
  }

  get hasLive(): boolean {
    for (const { live } of this.#subscribers) if (live) return true
    return false
  }

  subscribe({ live }: SubscribeOptions, listener: (delta: Delta) => void): () => void {
    const subscriber = { live, listener }
    this.#subscribers.add(subscriber)
    if (live) this.#watchFigures()
    return () => void this.#subscribers.delete(subscriber)
  }

  /** `make` is called at the flush, once, however often the entity changed. */
  change(id: string, make: () => Change): void {
    if (this.#subscribers.size === 0) return
    this.#changes.set(id, make)
    this.#flushTimer ??= this.#clock.after(flushMs, () => {
      this.#flushTimer = null
      this.flush()
    })
  }

  flush(): void {
    if (this.#changes.size === 0) return
    const changes = [...this.#changes.values()].map((make) => make())
    this.#changes.clear()
    const delta: Delta = { seq: ++this.#seq, changes }
    for (const { live, listener } of [...this.#subscribers]) {
      listener(live ? delta : { seq: delta.seq, changes: changes.filter((change) => change.kind !== 'call' || change.ended) })
    }
  }

  close(): void {
    this.flush()
    this.#flushTimer?.cancel()
    this.#figuresTimer?.cancel()
    this.#subscribers.clear()
  }

  #watchFigures(): void {
    this.#figuresTimer ??= this.#clock.after(figuresMs, () => {
      this.#figuresTimer = null
      if (!this.hasLive) return
      this.#touchFigures()
      this.#watchFigures()
    })
  }
}
