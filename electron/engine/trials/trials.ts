import { formatAddress } from '../../../shared/base/address.ts'
import { placeCallSchema } from '../../../shared/contract/place-call.ts'
import { startAgentSchema } from '../../../shared/contract/commands.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { TrialView } from '../../../shared/contract/trial.ts'
import { transports } from '../../../shared/model/transport.ts'
import { providerNamed } from '../../../shared/providers/index.ts'
import { personaNamed } from '../../../shared/providers/personas/index.ts'
import type { PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { explainError, usage } from '../base/errors.ts'
import type { HttpServe, HttpServing } from '../base/http-serve.ts'
import type { Random } from '../base/random.ts'
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
  readonly serveHttp: HttpServe
}

const host = '127.0.0.1'
/** How often it is looked how far a trial is. */
const lookMs = 200
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
  agent: string | null
  shown: string
}

/** Calls that this computer places to a persona that it plays, with a webhook of its own. One at a time. */
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
      shown: '',
    }
    this.#running = trial
    if (before) feed.change({ kind: 'trial', id: before.id })
    boundary.run('trial', () => this.#run(trial))
    return { id: trial.id }
  }

  /** Ends the call of a trial, and its agent. Throws RingbackError (usage) where there is none. */
  stop(id: string): void {
    if (this.#running?.id !== id) throw usage(`there is no trial "${id}"`)
    this.#running.stopped = true
  }

  keys(): string[] {
    return this.#running ? [this.#running.id] : []
  }

  change(id: string): Change {
    const trial = this.#running
    return trial?.id === id ? { kind: 'trial', trial: this.#view(trial) } : { kind: 'gone', of: 'trial', id }
  }

  async #run(trial: Running): Promise<void> {
    const { agents } = this.#deps
    let webhook: HttpServing | null = null
    let agent: string | null = null
    try {
      webhook = await this.#serve(trial.definition)
      const started = await agents.start(startAgentSchema.parse(agentArgs(trial.definition, webhook)))
      agent = started.id
      const [{ transport, port }] = started.addresses as [(typeof started.addresses)[number]]
      trial.listening = `${transports[transport].label} ${formatAddress({ host, port })}`
      this.#tell(trial)
      await this.#call(trial, agent, transport, port)
    } catch (error) {
      trial.fault = explainError(error)
    }
    if (agent !== null) await agents.stop(agent).catch((error: unknown) => (trial.fault ??= explainError(error)))
    webhook?.close()
    trial.over = true
    this.#tell(trial)
  }

  async #call(trial: Running, agent: string, transport: keyof typeof transports, port: number): Promise<void> {
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
    const startMs = clock.monotonicMs()
    while (records.call(trial.call)?.endedAt === null) {
      if (trial.stopped || clock.monotonicMs() - startMs > patienceMs) records.call(trial.call)?.hangUp()
      await new Promise<void>((resolve) => void clock.after(lookMs, resolve))
      trial.agent = records.all().find((record) => record.agent === agent)?.id ?? null
      this.#tell(trial)
    }
  }

  /** The webhook of a trial answers with what is right; null where the persona asks none. */
  async #serve({ asksWebhook, webhookAnswer }: PersonaDefinition): Promise<HttpServing | null> {
    if (!asksWebhook || !webhookAnswer) return null
    const body = JSON.stringify(webhookAnswer)
    return this.#deps.serveHttp({
      port: 0,
      mostBytes: 64 * 1024,
      mostConnections: 8,
      handle: () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body }),
    })
  }

  #tell(trial: Running): void {
    const shown = JSON.stringify(this.#view(trial))
    if (shown === trial.shown) return
    trial.shown = shown
    this.#deps.feed.change({ kind: 'trial', id: trial.id })
  }

  #view(trial: Running): TrialView {
    const { records } = this.#deps
    const report = (id: string | null) => (id === null ? null : (records.call(id)?.report() ?? null))
    const { definition, listening, fault, over, stopped, call, agent } = trial
    const facts: TrialFacts = {
      definition,
      facts: providerNamed(definition.provider),
      listening,
      fault,
      caller: report(call),
      agent: report(agent),
      over,
    }
    return {
      id: trial.id,
      persona: definition.name,
      provider: definition.provider,
      steps: trialSteps(facts),
      calls: { caller: call, agent },
      done: over,
      stopped,
    }
  }
}

function agentArgs({ name, transports: [transport], trialDocument }: PersonaDefinition, webhook: HttpServing | null) {
  return {
    listeners: [{ transport: transport!, address: host, port: 0 }],
    behaviour: { kind: 'answer' as const, source: { kind: 'echo' as const } },
    answerDelayMs: 400,
    persona: {
      name,
      ...(trialDocument && { config: [trialDocument] }),
      ...(webhook && { webhook: `http://${host}:${webhook.port}/webhook` }),
    },
  }
}
