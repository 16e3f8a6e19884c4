import { formatAddress } from '../../../shared/base/address.ts'
import { placeCallSchema } from '../../../shared/contract/place-call.ts'
import { startAgentSchema } from '../../../shared/contract/commands.ts'
import { startWebhookSchema } from '../../../shared/contract/webhook.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { TrialView } from '../../../shared/contract/trial.ts'
import { transports } from '../../../shared/model/transport.ts'
import { providerNamed } from '../../../shared/providers/index.ts'
import { personaNamed } from '../../../shared/providers/personas/index.ts'
import type { PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { explainError, usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { until } from '../base/until.ts'
import type { Agents } from '../calls/agents.ts'
import type { CallRecords } from '../calls/call-records.ts'
import type { Softphone } from '../calls/softphone.ts'
import type { Feed } from '../feed.ts'
import { trialSteps, type TrialFacts } from './steps.ts'

interface TrialsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly feed: Feed
  readonly records: CallRecords
  readonly agents: Agents
  readonly softphone: Softphone
}

const host = '127.0.0.1'
/** From the answer on: long enough to hear both sides. */
const talkMs = 3000
/** No trial takes longer. */
const patienceMs = 20_000
/** Whom a trial calls where the persona does not say, and who calls. */
const number = '+15105550111'
const caller = '+15105550100'

interface Running {
  readonly id: string
  readonly definition: PersonaDefinition
  stopped: boolean
  over: boolean
  listening: string | null
  fault: string | null
  call: string | null
  /** The agent that it calls. */
  agent: string | null
}

/** Calls that this computer places to a persona that it plays, with the webhook that is built in. One at a time. */
export class Trials {
  readonly #deps: TrialsDeps
  #running: Running | null = null

  constructor(deps: TrialsDeps) {
    this.#deps = deps
  }

  /** Throws RingbackError (usage). What comes of it the state tells. */
  start(persona: string): { id: string } {
    const definition = personaNamed(persona)
    if (!definition) throw usage(`there is no persona "${persona}"`)
    if (this.#running && !this.#running.over) throw usage('a trial is under way: stop it first')
    const before = this.#running
    const { random, boundary, feed } = this.#deps
    const trial: Running = {
      id: random.token(10),
      definition,
      stopped: false,
      over: false,
      listening: null,
      fault: null,
      call: null,
      agent: null,
    }
    this.#running = trial
    if (before) feed.change({ kind: 'trial', id: before.id })
    boundary.run('trial', () => this.#run(trial))
    return { id: trial.id }
  }

  /** Ends the call of a trial, and its agent. Throws RingbackError (usage) where there is none. */
  stop(id: string): void {
    if (this.#running?.id !== id) throw usage(`there is no trial "${id}"`)
    this.#stop(this.#running)
  }

  /** Settles when the trial that was under way is over, or after a few seconds. */
  async close(): Promise<void> {
    const trial = this.#running
    if (!trial) return
    this.#stop(trial)
    await until(this.#deps.clock, () => trial.over)
  }

  keys(): string[] {
    return this.#running ? [this.#running.id] : []
  }

  change(id: string): Change {
    const trial = this.#running
    return trial?.id === id ? { kind: 'trial', trial: this.#view(trial) } : { kind: 'gone', of: 'trial', id }
  }

  #stop(trial: Running): void {
    trial.stopped = true
    if (trial.call !== null) this.#deps.records.call(trial.call)?.call?.hangUp()
  }

  async #run(trial: Running): Promise<void> {
    const { agents } = this.#deps
    const { name, asksWebhook, ownerAccepts } = trial.definition
    let webhook: { readonly id: string; readonly url: string } | null = null
    try {
      if (asksWebhook && !ownerAccepts)
        webhook = await agents.webhooks.start(startWebhookSchema.parse({ port: 0, persona: { name } }))
      const args = agentArgs(trial.definition, webhook?.url)
      const { id, addresses } = await agents.start(startAgentSchema.parse(args))
      trial.agent = id
      const [{ transport, port }] = addresses as [(typeof addresses)[number]]
      trial.listening = `${transports[transport].label} ${formatAddress({ host, port })}`
      this.#tell(trial)
      if (!trial.stopped) await this.#call(trial, transport, port)
    } catch (error) {
      trial.fault = explainError(error)
    }
    if (trial.agent !== null)
      await agents.stop(trial.agent).catch((error: unknown) => (trial.fault ??= explainError(error)))
    if (webhook) agents.webhooks.stop(webhook.id)
    trial.over = true
    this.#tell(trial)
  }

  async #call(trial: Running, transport: keyof typeof transports, port: number): Promise<void> {
    const { softphone, records, clock } = this.#deps
    const of = transport === 'udp' ? '' : `;transport=${transport}`
    const { variables } = providerNamed(trial.definition.provider) ?? {}
    const headers = (variables?.named ?? [])
      .filter(({ fallback }) => !fallback)
      .map(({ header, variable }) => ({
        name: header,
        value: variable.includes('caller') ? caller : `trial-${trial.id}`,
      }))
    const args = placeCallSchema.parse({
      uri: `sip:${trial.definition.callee ?? number}@${formatAddress({ host, port })}${of}`,
      from: caller,
      headers,
      source: { kind: 'marker' },
      durationMs: talkMs,
      tlsInsecure: true,
    })
    trial.call = (await softphone.placeCall(args)).id
    const record = records.call(trial.call)
    if (!record || record.over) return
    this.#tell(trial)
    if (trial.stopped) record.call?.hangUp()
    const patience = clock.after(patienceMs, () => record.call?.hangUp())
    record.events.on('changed', () => this.#tell(trial))
    await new Promise<void>((resolve) => record.events.on('ended', () => resolve()))
    patience.cancel()
  }

  #tell({ id }: Running): void {
    this.#deps.feed.change({ kind: 'trial', id })
  }

  #view(trial: Running): TrialView {
    const { records } = this.#deps
    const report = (id: string | null) => (id === null ? null : (records.call(id)?.report() ?? null))
    const { definition, listening, fault, over, stopped, call, agent } = trial
    const taken = agent === null ? null : (records.all().find((record) => record.agent === agent)?.id ?? null)
    const facts: TrialFacts = {
      definition,
      facts: providerNamed(definition.provider),
      listening,
      fault,
      caller: report(call),
      agent: report(taken),
      over,
    }
    return {
      id: trial.id,
      persona: definition.name,
      provider: definition.provider,
      steps: trialSteps(facts),
      calls: { caller: call, agent: taken },
      done: over,
      stopped,
    }
  }
}

function agentArgs({ name, transports: [transport], trialDocument }: PersonaDefinition, webhook: string | undefined) {
  return {
    listeners: [{ transport: transport!, address: host, port: 0 }],
    behaviour: { kind: 'answer' as const, source: { kind: 'echo' as const } },
    answerDelayMs: 400,
    persona: {
      name,
      ...(trialDocument && { config: [trialDocument] }),
      webhook,
    },
  }
}
