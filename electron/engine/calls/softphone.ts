import { parseHostPort } from '../../../shared/base/address.ts'
import type { Trunk } from '../../../shared/contract/commands.ts'
import type { Placed } from '../../../shared/contract/place-call.ts'
import type { TransportName } from '../../../shared/model/transport.ts'
import { addressFault, dialFault } from '../../../shared/wire/sip/dial.ts'
import { parseUri } from '../../../shared/wire/sip/grammar.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import { customHeaderFault } from '../../../shared/wire/sip/write.ts'
import type { Timer } from '../base/clock.ts'
import { answer } from './answering.ts'
import { checkGrowing } from '../base/durable.ts'
import { usage } from '../base/errors.ts'
import { secretsAmong } from '../base/secret-headers.ts'
import type { BookedCall } from './booked-call.ts'
import { Station, localFor, type Context, type Parsed } from '../context.ts'
import { codecNames } from '../../../shared/model/codecs.ts'
import { DigestClient } from '../sip/digest/client.ts'
import type { NextHop } from '../sip/pending.ts'
import type { TransportOptions } from '../sip/transport/transports.ts'
import { PcapFile } from '../trace/capture/pcap-write.ts'
import type { CallTrace } from '../trace/journal/call-trace.ts'

const dtmfAfterMs = 500

/** The calling side. Where a person looks on, calls to it ring. Stations differ by their transport settings only. */
export class Softphone {
  readonly #context: Context
  readonly #touched: (trace: CallTrace) => void
  readonly #stations = new Map<string, Station>()

  constructor(context: Context, touched: (trace: CallTrace) => void) {
    this.#context = context
    this.#touched = touched
  }

  station(options: Omit<TransportOptions, 'connectTimeoutMs'>): Station {
    const key = JSON.stringify(options)
    let station = this.#stations.get(key)
    if (station) return station
    station = new Station(this.#context, options, null, {}, this.#touched)
    const { incoming } = answer(this.#context, station, {
      behaviour: this.#context.attended ? { kind: 'hand' } : { kind: 'reject', code: 480 },
      identifiers: null,
      answerDelayMs: 0,
      codecs: codecNames(),
      encryption: 'allowed',
      rtpPorts: undefined,
      recordDirectory: undefined,
      changed: () => {},
    })
    station.ua.serve({ incoming, turnedAway: () => {} })
    this.#stations.set(key, station)
    return station
  }

  close(): void {
    for (const station of this.#stations.values()) station.close()
  }

  async placeCall(args: Parsed<'call.place'>): Promise<{ id: string }> {
    const { book, random } = this.#context
    const fault = dialFault(args.uri)
    if (fault) throw usage(fault.text)
    const trunk = args.trunk === undefined ? null : this.#context.store.trunk(args.trunk)
    const headers = [...(trunk?.headers ?? []), ...args.headers]
    checkHeaders(headers)
    const proxy = args.proxy ?? trunk?.proxy ?? trunk?.address ?? null
    const hop = nextHop(
      args.uri,
      proxy,
      args.transport ?? (args.proxy === undefined ? trunk?.transport : undefined) ?? null,
    )
    const user = args.user ?? trunk?.user
    const password = args.password ?? (trunk && args.user === undefined ? this.#context.store.secret(trunk.name) : null)
    const domain = proxy === null ? parseUri(args.uri)!.host : parseHostPort(proxy)!.host
    const from = fromUri(args.from ?? trunk?.from, domain)
    // A file that cannot be played is said before anything is sent.
    const source = this.#context.source(args.source)
    const station = this.station({
      localAddress: args.localAddress ?? localFor(hop.uri.host, this.#context.settings),
      tlsCa: args.tlsCa ?? trunk?.tlsCa ?? null,
      tlsInsecure: args.tlsInsecure || (trunk?.tlsInsecure ?? false),
    })
    const callId = station.ua.newCallId()
    if (args.recordTo !== undefined) checkGrowing(args.recordTo)
    const secrets = secretsAmong(headers)
    const pcap = args.pcapTo === undefined ? null : new PcapFile(args.pcapTo, secrets)
    const booked = book.open(
      callId,
      'outbound',
      this.#context.attended,
      { placed: placedAs(args) },
      station.traceLimits,
    )
    booked.trace.secrets = secrets
    if (args.recordTo !== undefined) booked.recording = booked.recordingTo = args.recordTo
    if (pcap) {
      booked.pcap = pcap
      booked.trace.addSink(pcap)
    }
    station.journal.add(booked.trace)
    try {
      const media = await this.#context.openMedia(booked, {
        peer: hop.uri.host,
        localAddress: args.localAddress,
        rtpPorts: args.rtpPorts,
        source,
        recordTo: args.recordTo ?? null,
        codecs: args.codecs ?? trunk?.codecs ?? codecNames(),
        encryption: args.encryption ?? trunk?.encryption ?? 'disabled',
      })
      const call = station.ua.call(
        {
          uri: args.uri,
          hop,
          fromUri: from,
          fromUser: user ?? 'ringback',
          displayName: args.displayName ?? trunk?.displayName ?? null,
          headers,
          ringTimeoutMs: args.ringTimeoutMs,
          digest: new DigestClient(user !== undefined && password ? { username: user, password } : null, random),
        },
        callId,
      )
      station.follow(booked, call)
      this.#whenAnswered(booked, args)
      call.start(media)
    } catch (error) {
      book.observe(booked, 'not-sent', error instanceof Error ? error.message : String(error))
      book.finish(booked)
      throw error
    }
    return { id: booked.trace.id }
  }

  #whenAnswered(
    booked: BookedCall,
    { dtmf, dtmfMode, durationMs }: Pick<Parsed<'call.place'>, 'dtmf' | 'dtmfMode' | 'durationMs'>,
  ): void {
    const call = booked.call!
    const timers: Timer[] = []
    call.events.on('state', (state) => {
      if (state.kind === 'ended') for (const timer of timers) timer.cancel()
      if (state.kind !== 'answered') return
      if (durationMs !== null) timers.push(this.#context.clock.after(durationMs, () => call.hangUp()))
      if (dtmf === '') return
      timers.push(
        this.#context.clock.after(dtmfAfterMs, () => {
          const fault = call.sendDigits(dtmf, dtmfMode)
          if (fault !== null) this.#context.book.observe(booked, 'note', `digits were not sent: ${fault}`)
        }),
      )
    })
  }
}

/** How the call was asked for, as it is kept: without the password, secret header values masked and marked. */
function placedAs(asked: Parsed<'call.place'>): Placed {
  const { password: _, ...args } = asked
  const secret = secretsAmong(args.headers)
  return {
    ...args,
    headers: args.headers.map((header) =>
      secret.includes(header)
        ? { name: header.name, value: 'x'.repeat(header.value.length), secret: true }
        : { ...header, value: redact(header.value) },
    ),
  }
}

/** Throws RingbackError (usage) for the first header that must not be sent. */
function checkHeaders(headers: Trunk['headers']): void {
  for (const { name, value } of headers) {
    const why = customHeaderFault(name, value)
    if (why) throw usage(why)
  }
}

/** Throws RingbackError (usage) for an address that is none, with what was probably meant. */
export function checkAddress(address: string): void {
  const why = addressFault(address)
  if (why) throw usage(why.correction ? `${why.text}; did you mean ${why.correction}` : why.text)
}

/** Throws RingbackError (usage) for settings that cannot work. */
export function checkTrunk(trunk: Trunk): void {
  checkAddress(trunk.address)
  if (trunk.proxy !== undefined) checkAddress(trunk.proxy)
  if (trunk.authentication === 'digest' && trunk.user === undefined)
    throw usage('digest authentication needs a user (--user)')
  checkHeaders(trunk.headers)
}

/** Where a request for that URI goes: to the proxy where there is one. Throws RingbackError (usage). */
export function nextHop(
  uri: string,
  proxy: string | null,
  transport: TransportName | null,
): NextHop & { readonly kind: 'uri' } {
  const named = parseUri(uri)?.params.get('transport')
  const wanted = transport ?? named?.toLowerCase()
  if (wanted === 'ws' || wanted === 'wss')
    throw usage(`transport ${wanted} is not available in this version: use udp, tcp or tls`)
  if (proxy === null) return { kind: 'uri', uri: parseUri(uri)!, transport }
  checkAddress(proxy)
  const { host, port } = parseHostPort(proxy)!
  return {
    kind: 'uri',
    uri: {
      scheme: 'sip',
      user: null,
      password: null,
      host,
      port,
      params: new Map(named ? [['transport', named]] : []),
      headers: null,
    },
    transport,
  }
}

/** A From of the person's choice: a URI as it is, a number at the trunk's domain. Throws RingbackError (usage). */
export function fromUri(from: string | undefined, domain: string): string | null {
  if (from === undefined) return null
  if (/^(sips?|tel):/i.test(from)) {
    if (/[\s<>"]/.test(from)) throw usage(`"${from}" is no URI for From`)
    return from
  }
  if (!/^[A-Za-z0-9+\-_.!~*'()%]+$/.test(from)) throw usage(`"${from}" is neither a number nor a URI for From`)
  return `sip:${from}@${domain}`
}
