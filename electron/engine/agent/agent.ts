import type { Behaviour } from '../../../shared/contract/commands.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { InboundCall, MediaSession } from '../ua/index.ts'

export interface AgentOptions {
  readonly behaviour: Behaviour
  /** The user parts that are answered; null: any. */
  readonly identifiers: readonly string[] | null
  readonly answerDelayMs: number
}

export interface AgentDeps {
  readonly clock: Clock
  /** Opens the media of a call that is about to be answered; rejects with a RingbackError. */
  openMedia(call: InboundCall): Promise<MediaSession>
  observe(call: InboundCall, text: string): void
}

/** The local agent endpoint: what a voice platform would do with an inbound call. */
export class Agent {
  readonly #deps: AgentDeps
  readonly #options: AgentOptions
  readonly #calls = new Set<InboundCall>()

  constructor(deps: AgentDeps, options: AgentOptions) {
    this.#deps = deps
    this.#options = options
  }

  get activeCalls(): number {
    return this.#calls.size
  }

  incoming(call: InboundCall): void {
    const { behaviour, identifiers, answerDelayMs } = this.#options
    let delay: Timer | null = null
    this.#calls.add(call)
    call.events.on('state', (state) => {
      if (state.kind !== 'ended') return
      delay?.cancel()
      this.#calls.delete(call)
    })
    if (identifiers && !identifiers.includes(call.dialled ?? '')) {
      this.#deps.observe(call, `"${call.dialled ?? ''}" is none of the identifiers answered here (${identifiers.join(', ')})`)
      return call.reject(404)
    }
    switch (behaviour.kind) {
      case 'reject':
        call.reject(behaviour.code)
        break
      case 'ring':
        call.ring()
        break
      case 'answer':
        if (answerDelayMs > 0) {
          call.ring()
          delay = this.#deps.clock.after(answerDelayMs, () => void this.#answer(call))
        } else void this.#answer(call)
        break
      case 'ignore':
        break
    }
  }

  /** Ends every call. */
  hangUp(): void {
    for (const call of [...this.#calls]) call.hangUp()
  }

  async #answer(call: InboundCall): Promise<void> {
    try {
      const media = await this.#deps.openMedia(call)
      if (call.state.kind !== 'ringing') return media.close()
      if (call.answer(media) !== null) media.close()
    } catch (error) {
      this.#deps.observe(call, error instanceof Error ? error.message : String(error))
      call.reject(500)
    }
  }
}
