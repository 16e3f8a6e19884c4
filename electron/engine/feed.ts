import type { SubscribeOptions, Subscription } from '../../shared/contract/client.ts'
import type { Change, Delta } from '../../shared/contract/state.ts'
import type { CallView } from '../../shared/contract/views.ts'
import type { WebhookRequestView } from '../../shared/contract/webhook.ts'
import type { Boundary } from './base/boundary.ts'
import type { Clock, Timer } from './base/clock.ts'

const flushMs = 50
const figuresMs = 250
/** Calls that nobody looks at: their verdict, once a second. */
const othersEvery = 4

/** What one subscriber knows and wants. */
export interface Watcher {
  readonly reports: SubscribeOptions['reports']
  readonly watched: ReadonlySet<string>
  /** How much of each report it has: messages, and samples by stream. */
  readonly sent: Map<string, { readonly messages: number; readonly samples: readonly number[] }>
  /** The calls as it was last shown them. */
  readonly views: Map<string, CallView>
  /** What came to each webhook, as it was last shown it. */
  readonly requests: Map<string, readonly WebhookRequestView[]>
}

/** An entity of the state; `id` is empty where there is only one of its kind. */
export interface EntityKey {
  readonly kind: Exclude<Change['kind'], 'report' | 'gone'>
  readonly id: string
}

/** Where the state comes from. */
export interface FeedSource {
  /** All entities, in the order in which a subscriber should learn of them. */
  keys(): EntityKey[]
  /** What a watcher gets of an entity now; nothing where it does not care. */
  changes(key: EntityKey, watcher: Watcher): Change[]
  /**
   * Marks what moves without events. Asked four times a second while someone watches: `watched` are the calls whose
   * figures someone sees, `all` says that the others are due too.
   */
  figures(watched: ReadonlySet<string>, all: boolean): void
}

/** Entities that changed, each once, in the order in which they first did. */
class Dirty {
  readonly #keys = new Map<string, EntityKey>()

  constructor(keys: readonly EntityKey[]) {
    for (const key of keys) this.add(key)
  }

  get size(): number {
    return this.#keys.size
  }

  add(key: EntityKey): void {
    this.#keys.set(`${key.kind} ${key.id}`, key)
  }

  take(): EntityKey[] {
    const keys = [...this.#keys.values()]
    this.#keys.clear()
    return keys
  }
}

interface Subscriber extends Watcher {
  watched: ReadonlySet<string>
  readonly listener: (delta: Delta) => void | Promise<void>
  readonly dirty: Dirty
  seq: number
  busy: boolean
}

/**
 * State on its way to whoever watches. Entities are marked as changed and sent at the next flush, however often they
 * changed; a subscriber that is still busy with the last delta gets the rest later, all at once: a slow watcher never
 * slows the engine.
 */
export class Feed {
  readonly #clock: Clock
  readonly #boundary: Boundary
  readonly #source: FeedSource
  readonly #subscribers = new Set<Subscriber>()
  #flushTimer: Timer | null = null
  #figuresTimer: Timer | null = null
  #ticks = 0

  constructor(clock: Clock, boundary: Boundary, source: FeedSource) {
    this.#clock = clock
    this.#boundary = boundary
    this.#source = source
  }

  /** Whether anyone wants to know of calls before they end. */
  get live(): boolean {
    for (const { reports } of this.#subscribers) if (reports !== 'ended') return true
    return false
  }

  /** The first delta, the whole state, comes at once. */
  subscribe({ reports }: SubscribeOptions, listener: Subscriber['listener']): Subscription {
    const subscriber: Subscriber = {
      reports,
      listener,
      watched: new Set(),
      sent: new Map(),
      views: new Map(),
      requests: new Map(),
      dirty: new Dirty(this.#source.keys()),
      seq: 0,
      busy: false,
    }
    this.#subscribers.add(subscriber)
    this.#tell(subscriber)
    this.#watchFigures()
    return {
      watch: (ids) => {
        for (const id of subscriber.watched) if (!ids.includes(id)) subscriber.sent.delete(id)
        for (const id of ids) if (!subscriber.watched.has(id)) subscriber.dirty.add({ kind: 'call', id })
        subscriber.watched = new Set(ids)
        this.#schedule()
      },
      end: () => void this.#subscribers.delete(subscriber),
    }
  }

  change(key: EntityKey): void {
    if (this.#subscribers.size === 0) return
    for (const { dirty } of this.#subscribers) dirty.add(key)
    this.#schedule()
  }

  flush(): void {
    for (const subscriber of [...this.#subscribers]) this.#tell(subscriber)
  }

  close(): void {
    this.flush()
    this.#flushTimer?.cancel()
    this.#figuresTimer?.cancel()
    this.#subscribers.clear()
  }

  #schedule(): void {
    this.#flushTimer ??= this.#clock.after(flushMs, () => {
      this.#flushTimer = null
      this.flush()
    })
  }

  #tell(subscriber: Subscriber): void {
    if (subscriber.busy || (subscriber.dirty.size === 0 && subscriber.seq > 0)) return
    const keys = subscriber.dirty.take()
    const changes: Change[] = []
    // One entity that cannot be drawn does not hold up the others.
    for (const key of keys) this.#boundary.run('state', () => changes.push(...this.#source.changes(key, subscriber)))
    if (changes.length > 0 || subscriber.seq === 0)
      this.#boundary.run('subscriber', () => this.#hand(subscriber, { seq: subscriber.seq++, changes }))
  }

  /** A subscriber that returns a promise gets nothing more until it is settled. */
  async #hand(subscriber: Subscriber, delta: Delta): Promise<void> {
    const taken = subscriber.listener(delta)
    if (!taken) return
    subscriber.busy = true
    try {
      await taken
    } finally {
      subscriber.busy = false
      if (subscriber.dirty.size > 0 && this.#subscribers.has(subscriber)) this.#schedule()
    }
  }

  #watchFigures(): void {
    this.#figuresTimer ??= this.#clock.after(figuresMs, () => {
      this.#figuresTimer = null
      if (!this.live) return
      const watched = new Set([...this.#subscribers].flatMap((subscriber) => [...subscriber.watched]))
      this.#source.figures(watched, ++this.#ticks % othersEvery === 0)
      this.#watchFigures()
    })
  }
}
