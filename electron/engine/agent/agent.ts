import type { Behaviour } from '../../../shared/contract/agent-parts.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import { makeHeader, type SipHeader } from '../../../shared/wire/sip/message.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { CallMedia, InboundCall } from '../ua/index.ts'
import type { Played } from './playing.ts'

export interface AgentOptions {
  readonly behaviour: Behaviour
  /** The user parts that are answered; null: any. */
  readonly identifiers: readonly string[] | null
  readonly answerDelayMs: number
  /** Media flows before the answer (183 with a session description). */
  readonly earlyMedia?: boolean
  /** Callers must acknowledge provisional responses (100rel, RFC 3262); others get 421. */
  readonly requires100rel?: boolean
  /** 180 again and again; left out: as the persona has it, or once. */
  readonly ringsEveryMs?: number | undefined
  /** It rings until the caller cancels, and is answered then, on purpose. */
  readonly answersTooLate?: boolean
}

export interface AgentDeps {
  readonly clock: Clock
  readonly boundary: Boundary
  /** Opens the media of a call that is about to be answered; rejects with a RingbackError. */
  openMedia(call: InboundCall, source: SourceArgs): Promise<CallMedia>
  observe(call: InboundCall, text: string): void
  /** A person is to answer it. */
  wait(call: InboundCall): void
  /** Begins with a call as the persona does that is played; null where none is. */
  play(call: InboundCall): Played | null
  /** What the 200 to it has beside what it needs. */
  answerHeaders(call: InboundCall): readonly SipHeader[]
}

/** What waits for its time while a call rings. */
interface Timers {
  answer?: Timer
  ring?: Timer
  nobody?: Timer
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
    const { behaviour, identifiers } = this.#options
    const timers: Timers = {}
    this.#calls.add(call)
    call.events.on('state', (state) => {
      if (state.kind === 'ringing') return
      for (const timer of Object.values(timers) as Timer[]) timer.cancel()
      if (state.kind === 'ended') this.#calls.delete(call)
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
    const played = behaviour.kind === 'reject' ? null : this.#deps.play(call)
    if (played?.refused) {
      call.ring()
      const { status, reason, headers } = played.refused
      return call.reject(status, reason ?? undefined, headers)
    }
    switch (behaviour.kind) {
      case 'reject':
        call.reject(
          behaviour.code,
          undefined,
          behaviour.contact === undefined ? [] : [makeHeader('Contact', `<${behaviour.contact}>`)],
        )
        break
      case 'ring':
        this.#ring(call, played, timers)
        break
      case 'answer':
        if (this.#options.answersTooLate) this.#answerTooLate(call, behaviour.source, played, timers)
        else this.#answerInTime(call, behaviour.source, played, timers)
        break
      case 'hand':
        this.#ring(call, played, timers)
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
      fault = await call.answer(media, this.#deps.answerHeaders(call))
      taken = fault === null
    } finally {
      this.#answering.delete(call)
      if (!taken) media?.close()
    }
    return fault
  }

  /** 180, so often and for as long as the persona rings. */
  #ring(call: InboundCall, played: Played | null, timers: Timers): void {
    const { clock } = this.#deps
    const { ringing = null, nobody = null } = played?.answered ?? {}
    const everyMs = ringing?.everyMs ?? this.#options.ringsEveryMs
    call.ring()
    if (everyMs === undefined) return
    const again = () => {
      timers.ring = clock.after(everyMs, () => {
        call.ring()
        again()
      })
    }
    again()
    if (ringing && nobody)
      timers.nobody = clock.after(ringing.mostMs, () =>
        call.reject(nobody.status, nobody.reason ?? undefined, nobody.headers),
      )
  }

  /** Answers when the time has come and what the persona waits for is there. */
  #answerInTime(call: InboundCall, source: SourceArgs, played: Played | null, timers: Timers): void {
    const { ringing = null } = played?.answered ?? {}
    const delayMs = Math.max(this.#options.answerDelayMs, ringing?.joinsAfterMs ?? 0)
    const later = (media: CallMedia | null) => {
      const waits = [
        ...(played?.ready ? [played.ready] : []),
        ...(delayMs > 0
          ? [new Promise<void>((resolve) => (timers.answer = this.#deps.clock.after(delayMs, resolve)))]
          : []),
      ]
      if (waits.length === 0) return this.#answerOrRefuse(call, source, media)
      this.#orRefuse(call, 'answer', async () => {
        await Promise.all(waits)
        if (call.state.kind === 'ringing') await this.answer(call, source, media)
      })
    }
    if (this.#options.earlyMedia && !ringing) return this.#early(call, source, later)
    if (delayMs > 0 || played?.ready || ringing) this.#ring(call, played, timers)
    if (!ringing || ringing.joinsAfterMs !== null) later(null)
  }

  #answerTooLate(call: InboundCall, source: SourceArgs, played: Played | null, timers: Timers): void {
    const answer = this.#deps.boundary.guard('late answer', () => this.#answerOrRefuse(call, source))
    call.events.on('overdue', answer)
    this.#ring(call, played, timers)
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
