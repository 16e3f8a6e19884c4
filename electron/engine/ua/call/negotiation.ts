/** Where offer and answer stand (RFC 3264, RFC 3261 13.2.1 and 14); `steps` has the ways from one to the other. */
export type SignallingState =
  | 'stable'
  /** The media is asked for an offer. */
  | 'making-offer'
  /** Our offer is out. */
  | 'local-offer'
  /**
   * A response before the answer has a session description (RFC 3261 13.2.1): media may follow it, the answer is still
   * to come.
   */
  | 'remote-preview'
  /** The answer came; the media takes it in. */
  | 'remote-answer'
  /** An offer of the peer's waits for our answer. */
  | 'remote-offer'

export type SignallingEvent =
  | 'make-offer'
  | 'offer-sent'
  | 'preview-received'
  | 'answer-received'
  | 'settled'
  | 'offer-received'
  | 'answer-sent'
  /** Refused, given up: what was agreed before holds. */
  | 'rolled-back'

const steps: Readonly<Record<SignallingState, Partial<Record<SignallingEvent, SignallingState>>>> = {
  'stable': { 'make-offer': 'making-offer', 'offer-received': 'remote-offer' },
  'making-offer': { 'offer-sent': 'local-offer', 'rolled-back': 'stable' },
  'local-offer': {
    'preview-received': 'remote-preview',
    'answer-received': 'remote-answer',
    'rolled-back': 'stable',
  },
  'remote-preview': {
    'preview-received': 'remote-preview',
    'answer-received': 'remote-answer',
    'rolled-back': 'stable',
  },
  'remote-answer': { 'settled': 'stable', 'rolled-back': 'stable' },
  'remote-offer': { 'answer-sent': 'stable', 'rolled-back': 'stable' },
}

/** The state after an event; null where the event does not belong into the state, which stays. */
export function signalling(state: SignallingState, event: SignallingEvent): SignallingState | null {
  return steps[state][event] ?? null
}

/**
 * How a request of the peer's that comes inside the dialog is refused for what is under way, or null. 491: an offer of
 * ours is (RFC 3261
 * 14.2, RFC 3311 5.2); 500 with Retry-After: one of the peer's is. An UPDATE without an offer changes nothing and is
 * never in the way.
 */
export function collision(state: SignallingState, method: 'INVITE' | 'UPDATE', offers: boolean): 491 | 500 | null {
  if (state === 'stable' || (method === 'UPDATE' && !offers)) return null
  return state === 'remote-offer' ? 500 : 491
}

/** Offer and answer of one call. */
export class Negotiation {
  #state: SignallingState = 'stable'
  #rounds = 0
  #waiting: (() => void)[] = []
  /** Whether what was last agreed to has the peer on hold. */
  held = false

  get state(): SignallingState {
    return this.#state
  }

  /** An offer has had its answer: there is something to fall back on. */
  get agreed(): boolean {
    return this.#rounds > 0
  }

  /** How many offers have had their answer. */
  get rounds(): number {
    return this.#rounds
  }

  /** False where the event does not belong into the state. */
  step(event: SignallingEvent): boolean {
    const next = signalling(this.#state, event)
    if (next === null) return false
    this.#state = next
    if (event === 'settled' || event === 'answer-sent') this.#rounds++
    if (this.#isSettled) for (const hear of this.#waiting.splice(0)) hear()
    return true
  }

  /** Resolves when an offer has had its answer and none is under way: only then something can be changed. */
  settled(): Promise<void> {
    return this.#isSettled ? Promise.resolve() : new Promise((resolve) => void this.#waiting.push(resolve))
  }

  get #isSettled(): boolean {
    return this.#state === 'stable' && this.agreed
  }

  /** Waits for the media's part; where it throws, what was begun is rolled back. */
  async waitFor<Result>(media: Promise<Result>): Promise<Result> {
    try {
      return await media
    } catch (error) {
      this.step('rolled-back')
      throw error
    }
  }
}
