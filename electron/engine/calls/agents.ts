import type { Parsed } from '../../../shared/contract/commands.ts'
import { transports } from '../../../shared/model/transport.ts'
import { impairmentsWith, wrongs, wrongWords, type Wrong } from '../../../shared/model/wrong.ts'
import type { PlayArgs } from '../../../shared/contract/persona.ts'
import type { AgentView, Change } from '../../../shared/contract/state.ts'
import type { Agent } from '../agent/agent.ts'
import { Playing } from '../agent/playing.ts'
import { doWrong } from '../agent/wrong-call.ts'
import { behaviourWith, checkWrong, misbehaved } from '../agent/wrong.ts'
import { answer, type AnsweringDeps } from './answering.ts'
import { makeFolder } from '../base/durable.ts'
import { machine, usage } from '../base/errors.ts'
import type { Http } from '../base/http.ts'
import type { HttpServe } from '../base/http-serve.ts'
import type { Random } from '../base/random.ts'
import { until } from '../base/until.ts'
import type { Feed } from '../feed.ts'
import type { Softphone } from './softphone.ts'
import { TurnedAways } from './turned-away.ts'
import { Webhooks } from './webhooks.ts'
import { selfSigned } from '../sip/transport/self-signed.ts'
import { productName, type Station, type StationOptions } from '../stations/station.ts'
import type { Stations } from '../stations/stations.ts'
import type { Profile } from '../store/profile.ts'
import { PcapFile } from '../trace/capture/pcap-write.ts'
import { AccessGate, type InboundCall } from '../ua/index.ts'

interface Running {
  readonly id: string
  readonly agent: Agent
  readonly station: Station
  readonly addresses: AgentView['addresses']
  readonly answering: string
  readonly playing: Playing | null
  /** What it does wrong on purpose. */
  readonly wrong: readonly Wrong[]
  /** Where all that it sends and receives goes. */
  readonly pcap: PcapFile | null
  calls: number
  readonly turnedAway: TurnedAways
  /** Where an owner’s server says what becomes of calls; null: nowhere. */
  readonly api: string | null
}

/** The name of the stored password that agents ask for; no trunk can have it. */
export const agentSecret = 'agent password'

interface AgentsDeps extends AnsweringDeps {
  readonly random: Random
  readonly feed: Feed
  readonly http: Http
  readonly serveHttp: HttpServe
  readonly profile: Profile
  readonly stations: Stations
  /** Places the calls that peers ask for by REFER. */
  readonly softphone: Pick<Softphone, 'placeReferred'>
}

/** The local agent endpoints of this engine. */
export class Agents {
  readonly #deps: AgentsDeps
  readonly #running = new Map<string, Running>()
  /** For their personas to ask. */
  readonly webhooks: Webhooks

  constructor(deps: AgentsDeps) {
    this.#deps = deps
    this.webhooks = new Webhooks(deps)
  }

  /** Throws RingbackError (machine) for a file or a listener that cannot be opened; none stays open then. */
  async start(
    args: Parsed<'agent.start'>,
    transport: StationOptions = { localAddress: null, tlsCa: null, tlsInsecure: true, tlsIdentity: null },
  ): Promise<{ id: string; addresses: AgentView['addresses']; api?: string }> {
    const { clock, random, feed } = this.#deps
    const { wrong } = args
    const behaviour = behaviourWith(args.behaviour, wrong)
    checkWrong(args)
    const id = random.token(10)
    const playing = args.persona ? this.#play(args, args.persona) : null
    const password = args.user === undefined ? undefined : (args.password ?? this.#deps.profile.secret(agentSecret))
    if (args.user !== undefined && !password)
      throw usage(`the agent asks for credentials of ${args.user} and knows no password: set one`)
    const credentials = args.user !== undefined && password ? { username: args.user, password } : null
    const gate =
      credentials || args.allow.length > 0
        ? new AccessGate(
            { realm: 'ringback', credentials, allow: args.allow, alwaysStale: wrong.includes('stale-nonce') },
            clock,
            random,
          )
        : null
    // A file that cannot be played is said now, not at the first call.
    if (behaviour.kind === 'answer') await this.#deps.media.source(behaviour.source, args.codecs)
    if (args.recordDirectory !== undefined) makeFolder(args.recordDirectory, true)
    const pcap = args.pcapTo === undefined ? null : new PcapFile(args.pcapTo)
    const station = this.#deps.stations.open(
      { ...transport, origins: args.origins },
      {
        gate: playing?.gate ?? gate,
        registrar: playing?.registrar ?? null,
        name: playing?.userAgent,
        silent: behaviour.kind === 'ignore',
        followsRefer: args.followRefer || wrong.includes('refer-then-bye'),
        limits: args.limits,
        wrong,
        misbehave: wrong.length > 0 ? (response) => misbehaved(response, wrong) : undefined,
      },
    )
    if (pcap) station.addSink(pcap)
    const { agent, incoming } = answer(this.#deps, station, {
      id,
      behaviour,
      identifiers: args.identifiers ?? null,
      answerDelayMs: args.answerDelayMs,
      earlyMedia: args.earlyMedia,
      requires100rel: args.requires100rel,
      ringsEveryMs: wrong.includes('180-for-ever') ? 1000 : undefined,
      answersTooLate: wrong.includes('late-200'),
      codecs: args.codecs,
      encryption: args.encryption,
      suites: args.srtpSuites,
      rtpPorts: args.rtpPorts,
      ptimeMs: args.ptimeMs,
      silenceMs: args.mediaTimeoutMs,
      latch: args.latch,
      rtcpXr: args.rtcpXr,
      impairments: impairmentsWith(args.impairments, wrong),
      recordDirectory: args.recordDirectory,
      playing,
      changed: () => feed.change({ kind: 'agent', id }),
      referred: (referred) => this.#deps.softphone.placeReferred(asAgent(args), referred),
    })
    const opened = this.#listen(station, args)
    const { addresses, api } = await opened
      .then(async (bound) => ({ addresses: bound, api: (await playing?.open()) ?? null }))
      .catch((error: unknown) => {
        playing?.close()
        this.#deps.stations.close(station)
        pcap?.close()
        throw error
      })
    const running: Running = {
      id,
      agent,
      station,
      addresses,
      playing,
      wrong,
      answering: behaviour.kind === 'answer' ? behaviour.source.kind : behaviour.kind,
      pcap,
      calls: 0,
      turnedAway: new TurnedAways(this.#deps.clock, this.#deps.records, station, id),
      api,
    }
    this.#running.set(id, running)
    if (playing) playing.registered = () => feed.change({ kind: 'agent', id })
    this.#serve(running, incoming)
    feed.change({ kind: 'agent', id })
    return { id, addresses, ...(api !== null && { api }) }
  }

  /** Throws RingbackError (machine), once it is stopped, where its capture could not be written whole. */
  async stop(id: string): Promise<Record<string, never>> {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no agent "${id}"`)
    running.agent.hangUp()
    await until(this.#deps.clock, () => running.agent.activeCalls === 0)
    running.turnedAway.settle()
    running.playing?.close()
    this.#deps.stations.close(running.station)
    this.#running.delete(id)
    for (const record of this.#deps.records.all()) if (record.agent === id) record.end()
    this.#deps.feed.change({ kind: 'agent', id })
    running.pcap?.close()
    if (running.pcap?.fault) throw machine(running.pcap.fault)
    return {}
  }

  /** Throws RingbackError (usage). */
  station(id: string): Station {
    const running = this.#running.get(id)
    if (!running) throw usage(`there is no agent "${id}"`)
    return running.station
  }

  hangUpAll(): void {
    for (const { agent } of this.#running.values()) agent.hangUp()
  }

  close(): void {
    this.webhooks.close()
    for (const { station, pcap, playing } of this.#running.values()) {
      playing?.close()
      this.#deps.stations.close(station)
      pcap?.close()
    }
  }

  /** Sentences: captures that could not be written to their end, callers whose TLS handshake failed. */
  get faults(): string[] {
    return [...this.#running.values()].flatMap(({ pcap, station }) => [
      ...(pcap?.fault ? [pcap.fault] : []),
      ...station.handshakeFaults,
    ])
  }

  keys(): string[] {
    return [...this.#running.keys()]
  }

  change(id: string): Change {
    const running = this.#running.get(id)
    if (!running) return { kind: 'gone', of: 'agent', id }
    const { addresses, answering, calls, agent, playing, wrong, api } = running
    return {
      kind: 'agent',
      agent: {
        id,
        addresses,
        answering,
        calls,
        activeCalls: agent.activeCalls,
        ...(wrong.length > 0 && { wrong: [...wrong] }),
        ...(playing && { persona: playing.name }),
        ...(api !== null && { api }),
        ...(playing?.registrar && { bindings: playing.registrar.views() }),
      },
    }
  }

  /** Throws RingbackError (usage): what decides who may call stands in one place. */
  #play({ user, allow, identifiers }: Parsed<'agent.start'>, persona: PlayArgs): Playing {
    if (user !== undefined || allow.length > 0 || identifiers !== undefined)
      throw usage('the configuration of the persona says who may call: leave out user, addresses and identifiers')
    return new Playing(this.#deps.profile.played(persona), productName, this.#deps)
  }

  #serve(running: Running, incoming: (call: InboundCall) => void): void {
    const { station, playing, wrong, turnedAway } = running
    station.ua.serve({
      incoming: (call) => {
        running.calls++
        doWrong(call, wrong)
        incoming(call)
        const record = this.#deps.records.ofTrace(station.trace(call.callId))
        for (const name of wrong) record?.observe('on-purpose', wrongWords(wrongs[name]), name)
      },
      turnedAway: (callId, why, text, request) =>
        turnedAway.add({ callId, why, text, persona: () => playing?.report(request) ?? null }),
    })
  }

  /** Throws RingbackError (machine) for a listener that cannot be opened. */
  async #listen(
    station: Station,
    { listeners, tlsIdentity, wrong }: Parsed<'agent.start'>,
  ): Promise<AgentView['addresses']> {
    const certificate = {
      expiredAt: wrong.includes('tls-expired') ? this.#deps.clock.nowUs() / 1000 : null,
      otherHost: wrong.includes('tls-wrong-name'),
    }
    const addresses: AgentView['addresses'] = []
    for (const { transport, address, port } of listeners) {
      const own = transports[transport].secure ? (tlsIdentity ?? (await selfSigned(address, certificate))) : null
      const tls = own && { ...own, clientCa: wrong.includes('client-certificate') ? own.cert : null }
      const bound = await station.endpoint.listen(transport, address, port, tls)
      addresses.push({ transport, address: bound.host, port: bound.port })
    }
    return addresses
  }
}

/** What the agent does in the calls that it places for a peer: as in those that it answers. */
function asAgent(args: Parsed<'agent.start'>): Partial<Parsed<'call.place'>> {
  const { behaviour, codecs, encryption, rtpPorts, ptimeMs, mediaTimeoutMs, latch, rtcpXr } = args
  const impairments = impairmentsWith(args.impairments, args.wrong)
  return {
    codecs,
    encryption,
    rtpPorts,
    ptimeMs,
    mediaTimeoutMs,
    latch,
    rtcpXr,
    impairments,
    ...(behaviour.kind === 'answer' && { source: behaviour.source }),
  }
}
