import type { PersonaReport, PlayArgs } from '../../../shared/contract/persona.ts'
import { count } from '../../../shared/base/text.ts'
import type { ObservationKind } from '../../../shared/model/wire.ts'
import type { Answered, Refused, Webhook } from '../../../shared/providers/personas/decision.ts'
import { personaNamed, personas } from '../../../shared/providers/personas/index.ts'
import { PersonaFault, variablesNamed, type PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import { webhookUrlFault } from '../../../shared/providers/personas/webhook-url.ts'
import type { SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Http } from '../base/http.ts'
import type { Random } from '../base/random.ts'
import type { InboundCall } from '../ua/index.ts'
import { PersonaGate } from './persona-gate.ts'
import { personaReport, webhookReport } from './persona-report.ts'
import { askWebhook } from './webhook.ts'

export interface PlayingDeps {
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly http: Http
}

/** Where what a persona makes of a call is written down. */
export interface PlayedRecord {
  plays(persona: PersonaReport): void
  observe(kind: ObservationKind, text: string, value?: string): void
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
  readonly name: string
  /** What its messages say that it is. */
  readonly userAgent: string
  readonly #definition: PersonaDefinition
  readonly #deps: PlayingDeps
  /** What callers have dialled of a pin; null: it was looked at. */
  readonly #pins = new WeakMap<InboundCall, string | null>()

  /** Throws RingbackError (usage) for a configuration that cannot be played. `product`: what plays it. */
  constructor(args: PlayArgs, product: string, deps: PlayingDeps) {
    this.#definition = definitionOf(args)
    this.#deps = deps
    this.name = this.#definition.name
    this.userAgent = `${product} (as ${this.#definition.provider})`
    this.gate = new PersonaGate(opened(this.#definition, args), this.userAgent, deps.clock, deps.random)
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

  /** Begins with a call: what it asks for is asked. `answerDelayMs`: how long the call rings in any case. */
  begin(call: InboundCall, record: PlayedRecord, answerDelayMs: number): Played {
    const outcome = this.gate.judged(call.request)?.outcome
    const answered = this.answered(call)
    const webhook = answered?.webhook ?? null
    const ready = webhook && this.#ask(call, webhook, record, answerDelayMs)
    // Of a call that only rings nobody waits for it.
    if (ready) this.#deps.boundary.run('webhook', () => ready)
    return { refused: outcome?.kind === 'refuse' ? outcome.refused : null, answered, ready }
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

  async #ask(call: InboundCall, webhook: Webhook, record: PlayedRecord, answerDelayMs: number): Promise<void> {
    const { clock } = this.#deps
    const report = this.report(call.request)!
    const startedAt = clock.nowUs()
    const over = new AbortController()
    call.events.on('state', ({ kind }) => kind === 'ended' && over.abort())
    record.plays({ ...report, webhook: webhookReport(webhook, startedAt, null, null) })
    const answered = await askWebhook(this.#deps, webhook, over.signal)
    if (!answered || call.state.kind !== 'ringing') return
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
    record.plays({ ...report, webhook: shown })
    const status = answered.answer ? `answered ${answered.answer.status}` : 'gave no answer'
    record.observe('webhook', `the webhook ${shown.url} ${status} after ${answered.tookMs} ms, while the call rang`)
    for (const { code, text } of shown.faults) record.observe('webhook-fault', text, code)
  }
}

function definitionOf({ name }: PlayArgs): PersonaDefinition {
  const definition = personaNamed(name)
  if (!definition)
    throw usage(`there is no persona "${name}": choose one of ${personas.map((one) => one.name).join(', ')}`)
  return definition
}

function opened(definition: PersonaDefinition, { config = [], webhook, secrets = {} }: PlayArgs) {
  const { name, mostDocuments, asksWebhook } = definition
  if (config.length > mostDocuments)
    throw usage(`the configuration of ${name} has at most ${count(mostDocuments, 'document')}, not ${config.length}`)
  if (webhook !== undefined && !asksWebhook) throw usage(`${name} asks no webhook: leave its URL out`)
  const fault = webhook === undefined ? null : webhookUrlFault(webhook)
  if (fault !== null) throw usage(`the URL of the webhook ${fault}`)
  for (const document of config) {
    const issue = definition.schema.safeParse(document).error?.issues[0]
    if (issue)
      throw usage(`persona.config: ${issue.path.join('.')}${issue.path.length > 0 ? ': ' : ''}${issue.message}`)
  }
  const missing = config.flatMap(variablesNamed).find((variable) => !secrets[variable])
  if (missing !== undefined) throw usage(`the environment variable ${missing} that the configuration names is not set`)
  try {
    return definition.open(config, (variable) => secrets[variable]!, webhook ?? null)
  } catch (error) {
    if (error instanceof PersonaFault) throw usage(`the configuration of ${name} cannot be played: ${error.message}`)
    throw error
  }
}
