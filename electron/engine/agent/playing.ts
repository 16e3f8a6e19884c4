import type { PersonaReport, PlayArgs } from '../../../shared/contract/persona.ts'
import type { ObservationKind } from '../../../shared/model/wire.ts'
import type { Answered, Owner, Refused, Webhook } from '../../../shared/providers/personas/decision.ts'
import type { PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import { webhookCame } from '../../../shared/shown/webhook.ts'
import type { SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import type { Http } from '../base/http.ts'
import type { HttpServe } from '../base/http-serve.ts'
import { uuidOf, type Random } from '../base/random.ts'
import type { InboundCall } from '../ua/index.ts'
import { CallControl } from './control.ts'
import { definitionOf, openPersona } from './opened-persona.ts'
import { PersonaGate } from './persona-gate.ts'
import { personaReport, webhookReport } from './persona-report.ts'
import { Registrar } from './registrar.ts'
import { askWebhook } from './webhook.ts'
import { signatureHeaders } from './webhook-signature.ts'

export interface PlayingDeps {
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly http: Http
  readonly serveHttp: HttpServe
}

/** Where what a persona makes of a call is written down. */
export interface PlayedRecord {
  plays(persona: PersonaReport): void
  observe(kind: ObservationKind, text: string, value?: string): void
  /** Asks the peer to call `target`, a Refer-To value; rejects where that comes to nothing. */
  transfer(target: string): Promise<unknown>
}

/** What becomes of a call that the gate let in. */
export interface Played {
  /** It rings, and is refused so. */
  readonly refused: Refused | null
  readonly answered: Answered | null
  /** Settles when all is known that the answer waits for; null: it waits for nothing. */
  readonly ready: Promise<void> | null
}

const longestPin = 16

/** The persona that an agent plays. */
export class Playing {
  readonly gate: PersonaGate
  /** Who registered; null where nobody may. */
  readonly registrar: Registrar | null
  /** Hears that a binding came, went or is over. */
  registered: () => void = () => {}
  readonly name: string
  /** What its messages say that it is. */
  readonly userAgent: string
  readonly #definition: PersonaDefinition
  readonly #deps: PlayingDeps
  readonly #control: CallControl | null
  /** What callers have dialled of a pin; null: it was looked at. */
  readonly #pins = new WeakMap<InboundCall, string | null>()

  /** Throws RingbackError (usage) for a configuration that cannot be played. `product`: what plays it. */
  constructor(args: PlayArgs, product: string, deps: PlayingDeps) {
    this.#definition = definitionOf(args)
    this.#deps = deps
    this.name = this.#definition.name
    this.userAgent = `${product} (as ${this.#definition.provider})`
    const persona = openPersona(this.#definition, args)
    this.#control = persona.control ? new CallControl(persona.control, deps) : null
    const { clock, random } = deps
    this.registrar = persona.registrar ? new Registrar(persona.registrar, clock, random, () => this.registered()) : null
    this.gate = new PersonaGate(persona, this.userAgent, clock, random, this.registrar)
  }

  /** Of an INVITE that the gate has seen. */
  report(request: SipRequest): PersonaReport | null {
    const judged = this.gate.judged(request)
    return judged ? personaReport(this.#definition, judged) : null
  }

  /** What media and answer of the call are to be. */
  answered({ request }: InboundCall): Answered | null {
    const outcome = this.gate.judged(request)?.outcome
    return outcome?.kind === 'answer' ? outcome : null
  }

  /** Opens what an owner's server calls; null where the persona has none. Throws RingbackError (machine). */
  async open(): Promise<string | null> {
    return (await this.#control?.listen(this.#deps.serveHttp)) ?? null
  }

  close(): void {
    this.registrar?.close()
    this.#control?.close()
  }

  /** A call that the gate let in has begun. */
  came(call: InboundCall): void {
    this.gate.begun(call.callId)
    call.events.on('state', ({ kind }) => kind === 'ended' && this.gate.ended(call.callId))
  }

  /** Begins with a call: what it asks for is asked. `answerDelayMs`: how long the call rings in any case. */
  begin(call: InboundCall, record: PlayedRecord, answerDelayMs: number): Played {
    const outcome = this.gate.judged(call.request)?.outcome
    const answered = this.answered(call)
    const ready = answered && this.#ready(call, answered, record, answerDelayMs)
    return { refused: outcome?.kind === 'refuse' ? outcome.refused : null, answered, ready }
  }

  #ready(
    call: InboundCall,
    { webhook, owner }: Answered,
    record: PlayedRecord,
    answerDelayMs: number,
  ): Promise<void> | null {
    const told = () => new Told(record, this.report(call.request)!)
    if (owner && this.#control) return this.#tell(call, owner, this.#control, told(), record)
    if (!webhook) return null
    const ready = this.#ask(call, webhook, told(), record, answerDelayMs)
    // Of a call that only rings nobody waits for it.
    this.#deps.boundary.run('webhook', () => ready)
    return ready
  }

  /** The owner's server is told of the call; settles when it accepts it. */
  #tell(call: InboundCall, owner: Owner, control: CallControl, told: Told, record: PlayedRecord): Promise<void> {
    const { clock, random, boundary } = this.#deps
    const callId = owner.callIds === 'uuid' ? uuidOf(random) : `${owner.callIds.prefix}${random.token(24)}`
    const { report, accepted } = control.add(
      { call, callId, owner },
      {
        changed: (changed) => told.with({ control: changed }),
        fault: (code, text) => record.observe('webhook-fault', text, code),
        // What comes of it the record writes down.
        transfer: (target) => boundary.run('transfer', () => record.transfer(`<${target}>`).catch(() => {})),
      },
    )
    told.with({ control: report })
    const atS = Math.floor(clock.nowUs() / 1e6)
    const event = owner.event({ eventId: `evt_${random.token(32)}`, callId, atS })
    const signature = signatureHeaders(owner.signingSecret, `wh_${random.token(32)}`, atS, event.body)
    const webhook = { ...event, openHeaders: [...(event.openHeaders ?? []), ...signature] }
    boundary.run('webhook', () => this.#ask(call, webhook, told, record, Infinity))
    return accepted
  }

  /** A digit came while the call is on: some personas ask for a pin, which # ends. */
  dialled(call: InboundCall, digit: string, record: PlayedRecord): void {
    const judged = this.gate.judged(call.request)
    const pin = this.answered(call)?.pin
    const before = this.#pins.get(call) ?? (this.#pins.has(call) ? null : '')
    if (!judged || !pin || before === null) return
    if (digit !== '#' && before.length < longestPin) return void this.#pins.set(call, before + digit)
    this.#pins.set(call, null)
    const { steps, got, variables, refused } = pin(digit === '#' ? before : before + digit)
    const decision = { ...judged.decision, got: [...judged.decision.got, ...got], variables }
    const report = personaReport(this.#definition, { ...judged, decision, steps: [...judged.steps, ...steps] })
    record.plays(refused ? { ...report, decision: 'refused', ...refused } : report)
    if (!refused) return
    record.observe('note', `${refused.because}: the call is ended. ${refused.next}`)
    call.hangUp()
  }

  async #ask(
    call: InboundCall,
    webhook: Webhook,
    told: Told,
    record: PlayedRecord,
    answerDelayMs: number,
  ): Promise<void> {
    const { clock } = this.#deps
    const startedAt = clock.nowUs()
    const over = new AbortController()
    call.events.on('state', ({ kind }) => kind === 'ended' && over.abort())
    told.with({ webhook: webhookReport(webhook, startedAt, null, null) })
    const answered = await askWebhook(this.#deps, webhook, over.signal)
    if (!answered) return
    const waitedMs = Math.max(0, answered.tookMs - answerDelayMs)
    const slow =
      waitedMs > webhook.slowMs && answered.answer
        ? [
            {
              code: 'slow' as const,
              text:
                `it took ${(answered.tookMs / 1000).toFixed(1)} s to answer: the caller heard ringing ` +
                `${(waitedMs / 1000).toFixed(1)} s longer.`,
            },
          ]
        : []
    const shown = webhookReport(webhook, startedAt, { ...answered, faults: [...slow, ...answered.faults] }, waitedMs)
    told.with({ webhook: shown })
    const meanwhile = call.is('ringing') ? ', while the call rang' : ''
    record.observe('webhook', `the webhook ${shown.url} ${webhookCame(shown)}${meanwhile}`)
    for (const { code, text } of shown.faults) record.observe('webhook-fault', text, code)
  }
}

/** What is written of a call bit by bit. */
class Told {
  readonly #record: PlayedRecord
  #report: PersonaReport

  constructor(record: PlayedRecord, report: PersonaReport) {
    this.#record = record
    this.#report = report
  }

  with(part: Pick<PersonaReport, 'webhook' | 'control'>): void {
    this.#report = { ...this.#report, ...part }
    this.#record.plays(this.#report)
  }
}
