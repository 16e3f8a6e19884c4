import type { Behaviour } from '../../../shared/contract/agent-parts.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import { makeHeader } from '../../../shared/wire/sip/message.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { CallMedia, InboundCall } from '../ua/index.ts'

export interface AgentOptions {
  readonly behaviour: Behaviour
  /** The user parts that are answered; null: any. */
  readonly identifiers: readonly string[] | null
  readonly answerDelayMs: number
  /** Media flows before the answer (183 with a session description). */
  readonly earlyMedia?: boolean
  /** Callers must acknowledge provisional responses (100rel, RFC 3262); others get 421. */
  readonly requires100rel?: boolean
}

export interface AgentDeps {
  readonly clock: Clock
  readonly boundary: Boundary
  /** Opens the media of a call that is about to be answered; rejects with a RingbackError. */
  openMedia(call: InboundCall, source: SourceArgs): Promise<CallMedia>
  observe(call: InboundCall, text: string): void
  /** A person is to answer it. */
  wait(call: InboundCall): void
}

/** The local agent endpoint: what a voice platform would do with an inbound call. */
export class Agent {
  readonly #deps: AgentDeps
  readonly #options: AgentOptions
  readonly #calls = new Set<InboundCall>()
  readonly #answering = new Set<InboundCall>()

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
      this.#deps.observe(
        call,
        `"${call.dialled ?? ''}" is none of the identifiers answered here (${identifiers.join(', ')})`,
      )
      return call.reject(404)
    }
    if (this.#options.requires100rel && !call.knows100rel)
      return call.reject(421, undefined, [makeHeader('Require', '100rel')])
    // A person, or an agent, is in that call already: it goes on with another peer (RFC 3891 3).
    if (call.replaces)
      return this.#answerOrRefuse(call, behaviour.kind === 'answer' ? behaviour.source : { kind: 'marker' })
    switch (behaviour.kind) {
      case 'reject':
        call.reject(
          behaviour.code,
          undefined,
          behaviour.contact === undefined ? [] : [makeHeader('Contact', `<${behaviour.contact}>`)],
        )
        break
      case 'ring':
        call.ring()
        break
      case 'answer':
        if (this.#options.earlyMedia) {
          this.#early(call, behaviour.source, (media) => {
            delay = this.#deps.clock.after(answerDelayMs, () => this.#answerOrRefuse(call, behaviour.source, media))
          })
        } else if (answerDelayMs > 0) {
          call.ring()
          delay = this.#deps.clock.after(answerDelayMs, () => this.#answerOrRefuse(call, behaviour.source))
        } else this.#answerOrRefuse(call, behaviour.source)
        break
      case 'hand':
        call.ring()
        this.#deps.wait(call)
        break
      case 'ignore':
        break
    }
  }

  /** Ends every call. */
  hangUp(): void {
    for (const call of [...this.#calls]) call.hangUp()
  }

  /**
   * Returns why the call was refused instead, or null. Rejects with what opening its media, or the media, throws; it
   * goes on ringing then.
   */
  async answer(call: InboundCall, source: SourceArgs, early: CallMedia | null = null): Promise<string | null> {
    if (this.#answering.has(call)) return 'the call is being answered already'
    this.#answering.add(call)
    let media = early
    let fault: string | null = null
    let taken = false
    try {
      media ??= await this.#deps.openMedia(call, source)
      fault = await call.answer(media)
      taken = fault === null
    } finally {
      this.#answering.delete(call)
      if (!taken) media?.close()
    }
    return fault
  }

  #answerOrRefuse(call: InboundCall, source: SourceArgs, early: CallMedia | null = null): void {
    this.#orRefuse(call, 'answer', async () => void (await this.answer(call, source, early)))
  }

  /** Opens the media and sends 183; `then` goes on with it, or with none where the caller can take none yet. */
  #early(call: InboundCall, source: SourceArgs, then: (media: CallMedia | null) => void): void {
    this.#orRefuse(call, 'early media', async () => {
      const media = await this.#deps.openMedia(call, source)
      const fault = await call.progress(media)
      if (fault !== null) {
        media.close()
        this.#deps.observe(call, `no early media: ${fault}`)
        if (call.state.kind === 'ringing') call.ring()
      }
      if (call.state.kind === 'ringing') then(fault === null ? media : null)
    })
  }

  #orRefuse(call: InboundCall, place: string, work: () => Promise<void>): void {
    this.#deps.boundary.run(place, async () => {
      try {
        await work()
      } catch (error) {
        this.#deps.observe(call, error instanceof Error ? error.message : String(error))
        call.reject(503, undefined, [makeHeader('Retry-After', '5')])
      }
    })
  }
}
