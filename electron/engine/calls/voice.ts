import { isIp, isIPv6 } from '../../../shared/base/address.ts'
import type { VoiceLine } from '../../../shared/contract/client.ts'
import { codecNames } from '../../../shared/model/codecs.ts'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import { audioOf, type MediaDescription } from '../../../shared/wire/sdp/sdp.ts'
import type { Timer } from '../base/clock.ts'
import { usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { TextSocket } from '../base/text-socket.ts'
import type { Station } from '../stations/station.ts'
import type { Stations } from '../stations/stations.ts'
import type { InboundCall } from '../ua/index.ts'
import type { AnsweringDeps } from './answering.ts'
import type { CallRecord } from './call-record.ts'
import type { Conferences } from './conferences.ts'

const tokenLifeMs = 30_000
const mostTokens = 100
const domain = 'voice.invalid'

interface VoiceDeps extends AnsweringDeps {
  readonly random: Random
  readonly stations: Stations
  readonly conferences: Pick<Conferences, 'goesOnIn'>
}

/** The microphones and speakers of windows: whose leg is let in, and which call it is bridged to (decision 035). */
export class Voice {
  readonly #deps: VoiceDeps
  readonly #tokens = new Map<string, { readonly record: CallRecord; readonly expiry: Timer }>()
  readonly #lines = new Set<Line>()

  constructor(deps: VoiceDeps) {
    this.#deps = deps
  }

  /** Where the phone of a window calls to talk in that call: good once, for half a minute. */
  invite(record: CallRecord): { uri: string } {
    const { clock, random } = this.#deps
    if (record.voiceOf !== null) throw usage(`call "${record.id}" is that of a microphone: nobody talks in it`)
    if (record.call === null) throw usage(`call "${record.id}" is not under way`)
    if (record.waiting) throw usage(`call "${record.id}" rings: answer it first`)
    const token = random.token(24)
    this.#tokens.set(token, { record, expiry: clock.after(tokenLifeMs, () => this.#tokens.delete(token)) })
    for (const oldest of this.#tokens.keys()) if (this.#tokens.size > mostTokens) this.#take(oldest)
    return { uri: `sip:${token}@${domain}` }
  }

  /** A line for one window, until it is closed. */
  open(say: (message: string) => void): VoiceLine {
    const line = new Line(
      this.#deps,
      (token) => this.#take(token),
      say,
      () => this.#lines.delete(line),
    )
    this.#lines.add(line)
    return line
  }

  close(): void {
    for (const line of [...this.#lines]) line.close()
  }

  /** The call of a token, once. */
  #take(token: string): CallRecord | null {
    const known = this.#tokens.get(token)
    this.#tokens.delete(token)
    known?.expiry.cancel()
    return known?.record ?? null
  }
}

/** What the phone of one window speaks with: a station that listens nowhere, and one leg at a time. */
class Line implements VoiceLine {
  readonly #deps: VoiceDeps
  readonly #take: (token: string) => CallRecord | null
  readonly #say: (message: string) => void
  readonly #closed: () => void
  readonly #station: Station
  #socket: TextSocket | null = null
  #leg: CallRecord | null = null

  constructor(
    deps: VoiceDeps,
    take: (token: string) => CallRecord | null,
    say: (message: string) => void,
    closed: () => void,
  ) {
    this.#deps = deps
    this.#take = take
    this.#say = say
    this.#closed = closed
    this.#station = deps.stations.open({ localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null })
    this.#station.ua.serve({ incoming: (call) => this.#incoming(call), turnedAway: () => {} })
  }

  take(message: string): void {
    this.#deps.boundary.run('voice', () => this.#connected().take(message))
  }

  close(): void {
    this.#leg?.call?.hangUp()
    this.#socket?.destroy()
    this.#deps.stations.close(this.#station)
    this.#closed()
  }

  /** One that was silent for long is closed, like any connection; the next message opens another. */
  #connected(): TextSocket {
    if (this.#socket?.open) return this.#socket
    this.#socket = new TextSocket(this.#say)
    this.#station.endpoint.accept('ws', this.#socket)
    return this.#socket
  }

  #incoming(call: InboundCall): void {
    const { records, boundary } = this.#deps
    const record = this.#take(call.dialled ?? '')
    const audio = offered(call)
    if (!record?.call) return call.reject(404)
    if (!audio) return call.reject(488)
    this.#leg?.call?.hangUp()
    const leg = (this.#leg = records.begin(this.#station, call.callId, null, record.id))
    leg.attach(call)
    this.#follow(call, leg, record)
    boundary.run('voice leg', () => this.#answer(call, leg, record, audio))
  }

  /** Until the call or the leg ends. What was said in a conference goes on in the calls that are left of it. */
  #follow(call: InboundCall, leg: CallRecord, record: CallRecord): void {
    let { muted } = record.switches
    const stops = [
      record.events.on('changed', () => {
        if (!record.over) ({ muted } = record.switches)
      }),
      record.events.on('ended', () => {
        stop()
        const next = this.#deps.conferences.goesOnIn(record)
        if (!next || next.switches.voice !== null || !leg.media?.negotiated) return call.hangUp()
        leg.voiceOf = next.id
        // Who had muted the microphone is not heard all at once by those who are left.
        if (muted && !next.switches.muted) next.mute(true)
        talk(next, leg)
        this.#follow(call, leg, next)
      }),
      call.events.on('state', ({ kind }) => {
        if (kind !== 'ending' && kind !== 'ended') return
        stop()
        if (record.switches.voice === leg.id) talk(record, null)
      }),
    ]
    const stop = () => stops.forEach((end) => end())
  }

  async #answer(call: InboundCall, leg: CallRecord, record: CallRecord, audio: MediaDescription): Promise<void> {
    const { media: opener, records } = this.#deps
    call.ring()
    await agreed(record)
    if (call.state.kind !== 'ringing') return
    const choice = {
      ...optionsFor(audio, codecOf(record)),
      localAddress: null,
      rtpPorts: undefined,
      encryption: 'dtls',
      source: await opener.source({ kind: 'silence' }),
      recordTo: null,
    } as const
    const media = leg.hears(await opener.open(choice, leg.tap()))
    const fault = await call.answer(media)
    if (fault !== null || record.call === null) {
      media.close()
      return call.hangUp()
    }
    const before = records.call(record.switches.voice ?? '')
    talk(record, leg)
    before?.call?.hangUp()
  }
}

const codecOf = ({ media }: CallRecord): string | null => media?.negotiated?.codec.name ?? null

/** A window's leg and the call hear each other from now on; null: its own source goes on. Throws RingbackError. */
function talk(record: CallRecord, leg: CallRecord | null): void {
  const [ours, theirs] = [record.media, leg && leg.media]
  if (!ours || (leg && !theirs)) throw usage(`call "${record.id}" has no audio yet`)
  ours.voices.speak(theirs?.voices ?? null)
  theirs?.voices.speak(ours.voices)
  record.switch({ voice: leg?.id ?? null })
  record.observe('note', leg ? 'a person talks by a microphone' : 'nobody talks any more: the chosen source goes on')
}

/** Until then nobody knows what is best spoken. Resolves when the call is over, too. */
function agreed(record: CallRecord): Promise<void> {
  return new Promise((resolve) => {
    const ends: (() => void)[] = []
    const look = () => {
      if (codecOf(record) === null && !record.over) return
      for (const end of ends) end()
      resolve()
    }
    ends.push(record.events.on('changed', look), record.events.on('ended', look))
    look()
  })
}

function offered({ request }: InboundCall): MediaDescription | null {
  const session = findSession(request)?.session
  return session ? audioOf(session) : null
}

/** The browser is met where it says that it is. What it codes as the call does is not coded otherwise. */
function optionsFor({ formats, candidates = [] }: MediaDescription, codec: string | null) {
  const hosts = candidates.map(({ host }) => host).filter(isIp)
  const has = codec !== null && formats.some((format) => format.codec.toLowerCase() === codec.toLowerCase())
  return {
    peer: hosts.find((host) => !isIPv6(host)) ?? hosts[0] ?? '127.0.0.1',
    codecs: has ? [codec] : codecNames(),
  }
}
