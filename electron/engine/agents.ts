import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentView, Change } from '../../shared/contract/state.ts'
import { Agent } from './agent/agent.ts'
import { explainError, machine, usage } from './base/errors.ts'
import type { BookedCall } from './call-book.ts'
import { Station, type Context, type Parsed } from './context.ts'
import { MediaSession } from './media/session/session.ts'
import { selfSigned } from './sip/transport/self-signed.ts'
import { Gate, type InboundCall } from './ua/index.ts'

interface Running {
  readonly id: string
  readonly agent: Agent
  readonly station: Station
  readonly addresses: AgentView['addresses']
  readonly answering: string
  calls: number
}

/** What a turned-away or ended INVITE may still bring: a retry with credentials, retransmissions. */
const afterlifeMs = 32_000

/** The local agent endpoints of this engine. */
export class Agents {
  readonly #context: Context
  readonly #running = new Map<string, Running>()

  constructor(context: Context) {
    this.#context = context
  }

  /** Throws RingbackError (machine) for a listener that cannot be opened; none stays open then. */
  async start(args: Parsed<'agent.start'>): Promise<{ id: string; addresses: AgentView['addresses'] }> {
    const { clock, random, feed } = this.#context
    const { behaviour } = args
    const id = random.token(10)
    const credentials = args.user !== undefined && args.password !== undefined ? { username: args.user, password: args.password } : null
    const gate = credentials || args.allow.length > 0 ? new Gate({ realm: 'ringback', credentials, allow: args.allow }, clock, random) : null
    // A file that cannot be played is said now, not at the first call.
    if (behaviour.kind === 'answer') this.#context.source(behaviour.source)
    if (args.recordDirectory !== undefined) makeDirectory(args.recordDirectory)
    const station = new Station(this.#context, { localAddress: null, tlsCa: null, tlsInsecure: true }, id, { gate, silent: behaviour.kind === 'ignore' }, () => {})
    const agent = new Agent({
      clock,
      openMedia: (call) => this.#openMedia(call, args, station.booked(call.callId)!),
      observe: (call, text) => station.observe(call.callId, 'note', text),
    }, { behaviour, identifiers: args.identifiers ?? null, answerDelayMs: args.answerDelayMs })
    const addresses = await listen(station, args.listeners)
    const running: Running = { id, agent, station, addresses, answering: behaviour.kind === 'answer' ? behaviour.source.kind : behaviour.kind, calls: 0 }
    this.#running.set(id, running)
    this.#serve(running, behaviour.kind === 'ignore')
    feed.change(id, () => change(running))
    return { id, addresses }
  }

  async stop(id: string): Promise<Record<string, never>> {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no agent "${id}"`)
    running.agent.hangUp()
    await this.#context.until(() => running.agent.activeCalls === 0)
    running.station.endpoint.close()
    this.#running.delete(id)
    for (const booked of this.#context.book.all()) if (booked.agent === id) this.#context.book.finish(booked)
    this.#context.feed.change(id, () => ({ kind: 'gone', id }))
    return {}
  }

  hangUpAll(): void {
    for (const { agent } of this.#running.values()) agent.hangUp()
  }

  close(): void {
    for (const { station } of this.#running.values()) station.endpoint.close()
  }

  changes(): Change[] {
    return [...this.#running.values()].map(change)
  }

  #serve(running: Running, ignores: boolean): void {
    const { clock, book, feed } = this.#context
    const { id, agent, station } = running
    const changed = () => feed.change(id, () => change(running))
    const forget = (callId: string) => void clock.after(afterlifeMs, () => station.journal.delete(callId))
    station.ua.serve({
      incoming: (call) => {
        const booked = station.booked(call.callId)
        if (!booked) return call.reject(503)
        station.follow(booked, call)
        call.events.on('state', (state) => {
          if (state.kind !== 'ended') return
          forget(call.callId)
          changed()
        })
        running.calls++
        agent.incoming(call)
        changed()
      },
      turnedAway: (callId, text) => {
        const booked = station.booked(callId)
        if (!booked || booked.endedAt !== null) return
        book.observe(booked, 'refused-by-us', text)
        clock.after(ignores ? afterlifeMs : 0, () => book.finish(booked))
        forget(callId)
      },
    })
  }

  async #openMedia(call: InboundCall, args: Parsed<'agent.start'>, booked: BookedCall): Promise<MediaSession> {
    if (args.behaviour.kind !== 'answer') throw usage('this agent does not answer')
    const host = await this.#context.routes.find(call.source.host)
    const name = `${booked.trace.id}-${call.caller.replace(/[^A-Za-z0-9+]+/g, '_').slice(0, 60)}.wav`
    return MediaSession.open(this.#context.mediaDeps(args.rtpPorts), {
      host, codecs: args.codecs, encryption: args.encryption, source: this.#context.source(args.behaviour.source),
      recordTo: args.recordDirectory === undefined ? null : join(args.recordDirectory, name),
    }, this.#context.book.tap(booked))
  }
}

function change({ id, addresses, answering, calls, agent }: Running): Change {
  return { kind: 'agent', agent: { id, addresses, answering, calls, activeCalls: agent.activeCalls } }
}

async function listen(station: Station, listeners: Parsed<'agent.start'>['listeners']): Promise<AgentView['addresses']> {
  const addresses: AgentView['addresses'] = []
  try {
    for (const { transport, address, port } of listeners) {
      const bound = await station.endpoint.listen(transport, address, port, transport === 'tls' ? await selfSigned(address) : null)
      addresses.push({ transport, address: bound.host, port: bound.port })
    }
    return addresses
  } catch (error) {
    station.endpoint.close()
    throw error
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw machine(`cannot use ${path} for recordings: ${explainError(error)}`, error)
  }
}
