import { formatAddress } from '../../../shared/base/address.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import type { CheckStep, RegisterArgs, Trunk, TrunkCheck } from '../../../shared/contract/commands.ts'
import type { LadderMessage } from '../../../shared/contract/report.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'
import type { ObservationKind } from '../../../shared/model/wire.ts'
import type { SipResponse } from '../../../shared/wire/sip/message.ts'
import { statusOf } from '../../../shared/words/statuses.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { Feed } from '../feed.ts'
import { optionsRequest } from '../sip/options.ts'
import type { Registrations } from './registrations.ts'
import type { Profile } from '../store/profile.ts'
import { nextHop } from '../stations/next-hop.ts'
import type { StationPool } from '../stations/station-pool.ts'
import { transportOf } from '../stations/transport-of.ts'
import { productName } from '../stations/station.ts'
import { ladderOf } from '../report/report.ts'
import { CallTrace } from '../trace/journal/call-trace.ts'

const stepKinds: Partial<Record<ObservationKind, CheckStep['kind']>> = {
  'resolution': 'resolution',
  'unresolved': 'resolution',
  'connection-refused': 'connection',
  'connection-failed': 'connection',
  'tls-failed': 'tls',
  'tls-chain': 'tls',
}
const faults = new Set<ObservationKind>([
  'unresolved',
  'connection-refused',
  'connection-failed',
  'tls-failed',
  'no-answer',
  'auth-failed',
  'binding-missing',
])
/** Refusals of REGISTER that say "no registrations here", not "not you". */
const takesNone = (status: number | null) => status !== null && statusOf(status).registering === 'none'

/** What came of OPTIONS; `failure` where nothing came. */
interface Answer {
  readonly response: SipResponse | null
  readonly failure: string
  readonly remedy?: Remedy | undefined
}

/** What a check is asked for beside what is stored. */
type Asked = Pick<RegisterArgs, 'tlsIdentity'>

interface TrunkChecksDeps {
  readonly clock: Clock
  readonly random: Random
  readonly feed: Feed
  readonly profile: Profile
  readonly stations: StationPool
  readonly registrations: Registrations
}

/**
 * Asks trunks whether they are there and know us: resolution, connection, TLS, OPTIONS, REGISTER; each step is told as
 * it happens.
 */
export class TrunkChecks {
  readonly #deps: TrunkChecksDeps
  readonly #checks = new Map<string, TrunkCheck & { done: boolean }>()

  constructor(deps: TrunkChecksDeps) {
    this.#deps = deps
  }

  async run(trunk: Trunk, asked: Asked = {}): Promise<TrunkCheck> {
    const steps: CheckStep[] = []
    let messages: LadderMessage[] = []
    const report = (check: Partial<TrunkCheck> & { done: boolean }) => {
      // It may have been removed meanwhile.
      if (!this.#deps.profile.store.trunks().some(({ name }) => name === trunk.name)) return this.forget(trunk.name)
      this.#checks.set(trunk.name, {
        trunk: trunk.name,
        ok: false,
        reachable: false,
        status: null,
        registration: null,
        sentence: '',
        messages,
        ...check,
        steps: [...steps],
      })
      this.#deps.feed.change({ kind: 'check', id: trunk.name })
    }
    const step = (kind: CheckStep['kind'], ok: boolean, text: string) => {
      // OPTIONS and REGISTER go the same way: what was seen of it is said once.
      if (steps.some((before) => before.text === text)) return
      steps.push({ at: isoMicros(this.#deps.clock.nowUs()), kind, ok, text })
      report({ done: false })
    }
    report({ done: false })
    const { response, failure, remedy, exchanged } = await this.#options(trunk, asked, step)
    messages = exchanged
    step(
      'options',
      response !== null,
      response
        ? `OPTIONS is answered: ${response.status} ${response.reason}`
        : steps.some(({ ok, text }) => !ok && failure.includes(text))
          ? 'OPTIONS got nowhere'
          : `OPTIONS: ${failure}`,
    )
    const registered = response && trunk.authentication === 'digest' ? await this.#register(trunk, asked, step) : null
    const registration = registered && { accepted: registered.accepted, status: registered.status }
    messages = [...messages, ...numberedAfter(messages.length, registered?.messages ?? [])]
    const ok = response !== null && (registration?.accepted !== false || takesNone(registration.status))
    const result: TrunkCheck = {
      trunk: trunk.name,
      ok,
      reachable: response !== null,
      status: response && { code: response.status, reason: response.reason },
      registration,
      steps,
      messages,
      sentence: sentence(trunk, response, failure, registration),
      ...(remedy && { remedy }),
    }
    report({ ...result, done: true })
    return result
  }

  /** The trunk is no longer there. */
  forget(trunk: string): void {
    if (this.#checks.delete(trunk)) this.#deps.feed.change({ kind: 'check', id: trunk })
  }

  keys(): string[] {
    return [...this.#checks.keys()]
  }

  change(name: string): Change {
    const check = this.#checks.get(name)
    return check ? { kind: 'check', check } : { kind: 'gone', of: 'check', id: name }
  }

  async #options(
    trunk: Trunk,
    asked: Asked,
    step: (kind: CheckStep['kind'], ok: boolean, text: string) => void,
  ): Promise<Answer & { readonly exchanged: LadderMessage[] }> {
    const station = this.#deps.stations.with(transportOf(null, asked, trunk, this.#deps.profile.identityOf(trunk)))
    const uri = `sip:${trunk.address}`
    const tag = this.#deps.random.token(10)
    const callId = station.ua.newCallId()
    const trace = new CallTrace(this.#deps.random.token(10), callId, 'outbound')
    station.adopt(trace)
    const answer = await new Promise<Answer>((resolve) => {
      station.endpoint.request(nextHop(uri, trunk.proxy ?? trunk.address, trunk.transport), {
        build: (flow) => optionsRequest(flow, { uri, tag, callId, userAgent: productName }),
        sent: (_request, flow) =>
          step('connection', true, `OPTIONS sent over ${flow.transport} to ${formatAddress(flow.remote)}`),
        response: (response) => response.status >= 200 && resolve({ response, failure: '' }),
        failed: ({ text, remedy }) => resolve({ response: null, failure: text, remedy }),
        observe: (kind, text) => step(stepKinds[kind] ?? 'note', !faults.has(kind), text),
      })
    })
    station.forget(trace)
    return { ...answer, exchanged: ladderOf(trace) }
  }

  async #register(
    trunk: Trunk,
    asked: Asked,
    step: (kind: CheckStep['kind'], ok: boolean, text: string) => void,
  ): Promise<NonNullable<TrunkCheck['registration']> & { readonly messages: LadderMessage[] }> {
    const { state, kept, messages } = await this.#deps.registrations.attempt(trunk.name, asked, ({ kind, text }) =>
      step(stepKinds[kind] ?? 'register', !faults.has(kind), text),
    )
    const accepted = state.kind === 'registered'
    const status = state.kind === 'failed' ? state.status : null
    step(
      'register',
      accepted || takesNone(status),
      state.kind === 'registered'
        ? `REGISTER is accepted: ${state.contact} for ${state.expiresS} s; ` +
            (kept ? 'it stood before and stays' : 'removed again')
        : `REGISTER: ${state.kind === 'failed' ? state.text : state.kind}`,
    )
    return { accepted, status, messages }
  }
}

/** Messages that stand behind `before` others: what repeats another names it by its place. */
const numberedAfter = (before: number, messages: readonly LadderMessage[]): LadderMessage[] =>
  messages.map((message) => ({
    ...message,
    retransmissionOf: message.retransmissionOf === null ? null : message.retransmissionOf + before,
  }))

function sentence(
  { address, user }: Trunk,
  response: SipResponse | null,
  failure: string,
  registration: TrunkCheck['registration'],
): string {
  if (!response) return `${address} cannot be reached: ${failure}.`
  const there = `${address} answers: ${response.status} ${response.reason}`
  if (!registration) return `${there}.`
  if (registration.accepted) return `${there}; it accepts ${user ?? 'us'} and the password.`
  if (takesNone(registration.status))
    return `${there}; it takes no registrations (${registration.status}): calls are authenticated one by one.`
  return (
    `${there}; but it refuses to register ` +
    `${user ?? 'us'}${registration.status === null ? '' : ` (${registration.status})`}: check the user name ` +
    'and the password.'
  )
}
