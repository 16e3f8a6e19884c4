import { parseHostPort } from '../../shared/base/address.ts'
import { isoMicros } from '../../shared/base/time.ts'
import type { Change, RegistrationView } from '../../shared/contract/state.ts'
import { usage } from './base/errors.ts'
import { linearOf } from './call-book.ts'
import type { Context, Parsed } from './context.ts'
import { ladderOf } from './report.ts'
import { DigestClient } from './sip/digest/client.ts'
import { checkAddress, fromUri, nextHop, type Softphone } from './softphone.ts'
import { CallTrace } from './trace/journal/call-trace.ts'
import type { Registration } from './ua/index.ts'

interface Running {
  readonly id: string
  readonly trunk: string
  readonly registrar: string
  readonly address: string
  readonly registration: Registration
  readonly trace: CallTrace
}

/** The registrations of this engine, several at once. */
export class Registrations {
  readonly #context: Context
  readonly #softphone: () => Softphone
  readonly #running = new Map<string, Running>()

  constructor(context: Context, softphone: () => Softphone) {
    this.#context = context
    this.#softphone = softphone
  }

  get idle(): boolean {
    return [...this.#running.values()].every(({ registration }) => registration.state.kind === 'idle' || registration.state.kind === 'failed')
  }

  start(args: Parsed<'registration.start'>): { id: string } {
    const { random, feed } = this.#context
    const stored = args.trunk === undefined ? null : this.#context.store.trunk(args.trunk)
    const address = args.address || stored?.address
    if (address === undefined) throw usage('registering needs an address (--address) or a stored trunk')
    checkAddress(address)
    const user = args.user ?? stored?.user
    if (user === undefined) throw usage('registering needs a user (--user): the address of record is sip:user@address')
    const password = args.password ?? (stored ? this.#context.store.password(stored.name) : null)
    const station = this.#softphone().station({ localAddress: args.localAddress ?? null, tlsCa: args.tlsCa ?? stored?.tlsCa ?? null, tlsInsecure: args.tlsInsecure || (stored?.tlsInsecure ?? false) })
    const callId = station.ua.newCallId()
    const trace = new CallTrace(random.token(10), callId, 'outbound', linearOf)
    station.journal.add(trace)
    const { host, port } = parseHostPort(address)!
    const registrar = `sip:${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`}`
    const addressOfRecord = fromUri(args.from ?? stored?.from, host) ?? `sip:${user}@${host}`
    const registration = station.ua.register({
      registrar, addressOfRecord, user, expiresS: args.expiresS ?? stored?.expiresS ?? 600,
      hop: nextHop(registrar, args.proxy ?? stored?.proxy ?? address, args.transport ?? stored?.transport ?? 'udp'),
      digest: new DigestClient(password ? { username: user, password } : null, random),
    }, callId)
    const running: Running = { id: trace.id, trunk: args.trunk ?? address, registrar, address: addressOfRecord, registration, trace }
    this.#running.set(running.id, running)
    registration.events.on('state', () => feed.change(running.id, () => change(running)))
    registration.start()
    return { id: running.id }
  }

  stop(id: string): void {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no registration "${id}"`)
    running.registration.stop()
  }

  stopAll(): void {
    for (const { registration } of this.#running.values()) registration.stop()
  }

  touched(trace: CallTrace): void {
    const running = this.#running.get(trace.id)
    if (running) this.#context.feed.change(running.id, () => change(running))
  }

  changes(): Change[] {
    return [...this.#running.values()].map(change)
  }
}

function change({ id, trunk, registrar, address, registration, trace }: Running): Change {
  const { state } = registration
  const bound = state.kind === 'registered' ? state : null
  const failed = state.kind === 'failed' ? state : null
  const view: RegistrationView = {
    id, trunk, registrar, address, state: state.kind,
    contact: bound?.contact ?? null, expiresS: bound?.expiresS ?? null, bindings: bound?.bindings ?? null,
    status: failed?.status ?? null, text: failed?.text ?? null, final: failed?.final ?? false,
    messages: ladderOf(trace), observations: trace.observations.map(({ at, kind, text }) => ({ at: isoMicros(at), kind, text })),
  }
  return { kind: 'registration', registration: view }
}
