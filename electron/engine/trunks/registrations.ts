import { parseHostPort } from '../../../shared/base/address.ts'
import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import { registerSchema, type Parsed, type RegisterArgs } from '../../../shared/contract/commands.ts'
import type { LadderMessage } from '../../../shared/contract/report.ts'
import type { Change, RegistrationView } from '../../../shared/contract/state.ts'
import type { Observation } from '../../../shared/model/wire.ts'
import type { Clock } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { until } from '../base/until.ts'
import type { Feed } from '../feed.ts'
import { ladderOf } from '../report/report.ts'
import { escapeUser } from '../../../shared/wire/sip/grammar.ts'
import { DigestClient } from '../sip/digest/client.ts'
import { checkAddress, fromUri, nextHop } from '../stations/next-hop.ts'
import { transportOf } from '../stations/transport-of.ts'
import type { StationPool } from '../stations/station-pool.ts'
import type { Station, StationOptions } from '../stations/station.ts'
import type { Profile } from '../store/profile.ts'
import { CallTrace } from '../trace/journal/call-trace.ts'
import type { Registration, RegistrationState } from '../ua/index.ts'

interface Running {
  readonly id: string
  readonly trunk: string
  readonly registrar: string
  readonly address: string
  readonly registration: Registration
  readonly trace: CallTrace
  readonly station: Station
  since: Micros
}

interface RegistrationsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly feed: Feed
  readonly profile: Profile
  readonly stations: StationPool
}

/** The registrations of this engine, several at once. */
export class Registrations {
  readonly #deps: RegistrationsDeps
  readonly #running = new Map<string, Running>()

  constructor(deps: RegistrationsDeps) {
    this.#deps = deps
  }

  get idle(): boolean {
    return [...this.#running.values()].every(
      ({ registration }) => registration.state.kind === 'idle' || registration.state.kind === 'failed',
    )
  }

  /**
   * `station`: the one whose calls the registered address is for; one of ours when left out. Throws RingbackError
   * (usage) for what cannot work, or is registered already.
   */
  start(args: Parsed<'registration.start'>, station?: Station): { id: string } {
    return { id: this.#begin(args, station).id }
  }

  /** The transport settings that a registration needs of its station. Throws RingbackError (usage). */
  transportOf(args: Parsed<'registration.start'>): StationOptions {
    const stored = args.trunk === undefined ? null : this.#deps.profile.store.trunk(args.trunk)
    const address = args.address || stored?.address
    const local = args.localAddress ?? (address === undefined ? null : this.#deps.profile.localAddressFor(address))
    return transportOf(local, args, stored, stored && this.#deps.profile.identityOf(stored))
  }

  /** Un-registers and forgets it. */
  async end(id: string): Promise<void> {
    const running = this.#running.get(id)
    if (running) await this.#end(running)
  }

  /**
   * Registers and un-registers; what came of it, step by step. A trunk that is registered already is left so
   * (`kept`). `messages`: of the attempt.
   */
  async attempt(
    trunk: string,
    asked: Pick<RegisterArgs, 'tlsIdentity'>,
    step: (seen: Pick<Observation, 'kind' | 'text'>) => void,
  ): Promise<{ state: RegistrationState; kept: boolean; messages: LadderMessage[] }> {
    const known = this.#of(trunk)
    if (known?.registration.state.kind === 'registered')
      return { state: known.registration.state, kept: true, messages: [] }
    const running = this.#begin(registerSchema.parse({ trunk, ...asked }))
    const { registration, trace } = running
    const settled = await new Promise<RegistrationState>((resolve) => {
      const look = (state: RegistrationState) =>
        (state.kind === 'registered' || state.kind === 'failed') && resolve(state)
      registration.events.on('state', look)
      look(registration.state)
    })
    for (const seen of trace.observations) step(seen)
    registration.stop()
    await until(this.#deps.clock, () => registration.state.kind === 'idle' || registration.state.kind === 'failed')
    this.#forget(running)
    return { state: settled, kept: false, messages: ladderOf(trace) }
  }

  #of(trunk: string): Running | undefined {
    return [...this.#running.values()].find((running) => running.trunk === trunk)
  }

  #forget({ id, registration, station, trace }: Running): void {
    registration.stop()
    station.forget(trace)
    this.#running.delete(id)
    this.#deps.feed.change({ kind: 'registration', id })
  }

  #begin(args: Parsed<'registration.start'>, given?: Station): Running {
    const { random, feed, clock, profile, stations } = this.#deps
    const name = args.trunk ?? args.address ?? ''
    const before = this.#of(name)
    if (before?.registration.state.kind === 'registered') throw usage(`${name} is registered already`)
    if (before) this.#forget(before)
    const stored = args.trunk === undefined ? null : profile.store.trunk(args.trunk)
    const address = args.address || stored?.address
    if (address === undefined) throw usage('registering needs an address or a stored trunk', { code: 'set-address' })
    checkAddress(address)
    const user = args.user ?? stored?.user
    if (user === undefined)
      throw usage('registering needs a user: the address of record is sip:user@address', { code: 'set-user' })
    const password = args.password ?? (stored ? profile.store.secret(stored.name) : null)
    const station = given ?? stations.with(this.transportOf(args))
    const callId = station.ua.newCallId()
    const trace = new CallTrace(random.token(10), callId, 'outbound')
    station.adopt(trace)
    const { host, port } = parseHostPort(address)!
    const registrar = `sip:${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`}`
    const addressOfRecord = fromUri(args.from ?? stored?.from, host) ?? `sip:${escapeUser(user)}@${host}`
    const registration = station.ua.register(
      {
        registrar,
        addressOfRecord,
        user,
        expiresS: args.expiresS ?? stored?.expiresS ?? 600,
        hop: nextHop(registrar, args.proxy ?? stored?.proxy ?? address, args.transport ?? stored?.transport ?? 'udp'),
        digest: new DigestClient(password ? { username: user, password } : null, random),
      },
      callId,
    )
    const running: Running = {
      id: trace.id,
      trunk: name,
      registrar,
      address: addressOfRecord,
      registration,
      trace,
      station,
      since: clock.nowUs(),
    }
    this.#running.set(running.id, running)
    let kind = registration.state.kind
    registration.events.on('state', (state) => {
      if (state.kind !== kind) running.since = clock.nowUs()
      kind = state.kind
      feed.change({ kind: 'registration', id: running.id })
    })
    registration.start()
    return running
  }

  stop(id: string): void {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no registration "${id}"`)
    running.registration.stop()
  }

  /** A trunk that is no longer there is un-registered, and forgotten when that is done. */
  async leave(trunk: string): Promise<void> {
    const running = this.#of(trunk)
    if (running) await this.#end(running)
  }

  async #end(running: Running): Promise<void> {
    const { registration } = running
    registration.stop()
    await until(this.#deps.clock, () => registration.state.kind === 'idle' || registration.state.kind === 'failed')
    this.#forget(running)
  }

  stopAll(): void {
    for (const { registration } of this.#running.values()) registration.stop()
  }

  /** A message or an observation came to the trace of one of them, or of something else. */
  traceChanged(trace: CallTrace): void {
    if (this.#running.has(trace.id)) this.#deps.feed.change({ kind: 'registration', id: trace.id })
  }

  keys(): string[] {
    return [...this.#running.keys()]
  }

  change(id: string): Change {
    const running = this.#running.get(id)
    return running ? { kind: 'registration', registration: viewOf(running) } : { kind: 'gone', of: 'registration', id }
  }
}

function viewOf({ id, trunk, registrar, address, registration, trace, since }: Running): RegistrationView {
  const { state } = registration
  const bound = state.kind === 'registered' ? state : null
  const failed = state.kind === 'failed' ? state : null
  return {
    id,
    trunk,
    registrar,
    address,
    state: state.kind,
    since: isoMicros(since),
    contact: bound?.contact ?? null,
    expiresS: bound?.expiresS ?? null,
    bindings: bound?.bindings ?? null,
    status: failed?.status ?? null,
    text: failed?.text ?? null,
    final: failed?.final ?? false,
    ...(failed?.remedy && { remedy: failed.remedy }),
    messages: ladderOf(trace),
    observations: trace.observations.map(({ at, kind, text }) => ({ at: isoMicros(at), kind, text })),
  }
}
