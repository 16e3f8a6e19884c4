import { parseHostPort } from '../../../shared/base/address.ts'
import type { Trunk, Parsed } from '../../../shared/contract/commands.ts'
import type { Music } from '../../../shared/contract/music.ts'
import { placeCallSchema, type Placed } from '../../../shared/contract/place-call.ts'
import { parseUri } from '../../../shared/wire/sip/grammar.ts'
import { callerWrongs, impairmentsWith, wrongWords } from '../../../shared/model/wrong.ts'
import { headerKey } from '../../../shared/wire/sip/message.ts'
import { redact } from '../../../shared/wire/sip/redact.ts'
import { customHeaderFault } from '../../../shared/words/own-headers.ts'
import { answer, type AnsweringDeps } from './answering.ts'
import { checkGrowing } from '../base/durable.ts'
import { explainError, usage } from '../base/errors.ts'
import type { Random } from '../base/random.ts'
import { secretsAmong } from '../base/secret-headers.ts'
import type { EncryptionForm } from '../../../shared/model/encryption.ts'
import { usualCodecs } from '../../../shared/model/codecs.ts'
import { anyLocalAddress } from '../../../shared/model/local-address.ts'
import type { Feed } from '../feed.ts'
import type { CallRecord } from './call-record.ts'
import { DigestClient } from '../sip/digest/client.ts'
import { checkAddress, fromUri, nextHop, requestUri } from '../stations/next-hop.ts'
import { transportOf } from '../stations/transport-of.ts'
import { askWhenSilent } from './silence.ts'
import { prepareScript, runScript } from './script.ts'
import { atTimes, prepareTimeline, timelineOf, type Timed } from './timeline.ts'
import { followRefers, referToCall, type PlacedFor, type TransferResult } from './transfers.ts'
import type { StationPool } from '../stations/station-pool.ts'
import type { Station } from '../stations/station.ts'
import type { Profile } from '../store/profile.ts'
import type { OutboundCall, Referred } from '../ua/index.ts'
import { PcapFile } from '../trace/capture/pcap-write.ts'

const dtmfAfterMs = 500

interface SoftphoneDeps extends AnsweringDeps {
  readonly random: Random
  readonly profile: Profile
  readonly stations: StationPool
  /** A person looks on: calls to it ring. */
  readonly attended: boolean
  readonly feed: Feed
}

/** A call that has a record and could not be sent. */
interface NotSent {
  readonly record: CallRecord
  readonly error: unknown
}

/** The call that was sent. Throws why it was not. */
function sent(outcome: PlacedFor | NotSent): PlacedFor {
  if ('error' in outcome) throw outcome.error
  return outcome
}

/** The calling side. Where a person looks on, calls to it ring. Stations differ by their transport settings only. */
export class Softphone {
  readonly #deps: SoftphoneDeps

  constructor(deps: SoftphoneDeps) {
    this.#deps = deps
  }

  /** What happens to calls that come in at a station of ours. */
  serve(station: Station): void {
    const { incoming } = answer(this.#deps, station, {
      behaviour: this.#deps.attended ? { kind: 'hand' } : { kind: 'reject', code: 480 },
      id: null,
      identifiers: null,
      answerDelayMs: 0,
      codecs: usualCodecs(),
      encryption: 'allowed',
      rtpPorts: undefined,
      recordDirectory: undefined,
      changed: () => {},
    })
    station.ua.serve({ incoming, turnedAway: () => {} })
  }

  async placeCall(args: Parsed<'call.place'>): Promise<{ id: string }> {
    const { record } = sent(await this.#place(args))
    return { id: record.id }
  }

  /** The same, where a call that this computer could not send is a call too: its report says why. */
  async tryCall(args: Parsed<'call.place'>): Promise<CallRecord> {
    return (await this.#place(args)).record
  }

  /**
   * Places the call that a peer asked for by REFER. `by`: the settings of that peer's call; what stood in it for the
   * peer alone is left out.
   */
  async placeReferred(
    by: Partial<Parsed<'call.place'>>,
    { uri, replaces, by: referrer }: Referred,
  ): Promise<PlacedFor> {
    const { recordTo: _recording, pcapTo: _capture, ...kept } = by
    const headers = [
      ...(replaces === null ? [] : [{ name: 'Replaces', value: replaces }]),
      ...(referrer === null ? [] : [{ name: 'Referred-By', value: referrer }]),
    ]
    const args = { ...placeCallSchema.parse({ uri }), ...kept, uri, headers, dtmf: '', timeline: [], script: [] }
    return sent(await this.#place(args))
  }

  /**
   * Asks the peer of a call to call somebody else: `to`, a URI or a number at its trunk, or whoever `other` goes on
   * with, whose place it then takes. Throws RingbackError: it cannot be asked, or it came to nothing.
   */
  async transfer(record: CallRecord, to: string | CallRecord): Promise<TransferResult> {
    if (typeof to !== 'string') return record.transfer(referToCall(to))
    const { placed } = record.asked
    const trunk = placed?.trunk === undefined ? null : this.#deps.profile.store.trunk(placed.trunk)
    return record.transfer(`<${requestUri(to, trunk?.address ?? placed?.proxy ?? null)}>`)
  }

  /** Throws RingbackError: the music cannot be played, the call is over, or the peer did not agree. */
  async hold(record: CallRecord, on: boolean, music?: Music): Promise<void> {
    // The rate of the codec that was agreed may be none of the usual ones.
    const agreed = record.media?.negotiated?.codec.name
    const codecs = agreed === undefined ? undefined : [agreed]
    await record.hold(on, await this.#deps.media.music(music, codecs))
  }

  async #place(args: Parsed<'call.place'>): Promise<PlacedFor | NotSent> {
    const { records, random, profile, media: opener } = this.#deps
    const trunk = args.trunk === undefined ? null : profile.store.trunk(args.trunk)
    const uri = requestUri(args.uri, trunk?.address ?? args.proxy ?? null)
    const left = new Set(args.withoutHeaders?.map(headerKey))
    const headers = [...(trunk?.headers ?? []).filter(({ name }) => !left.has(headerKey(name))), ...args.headers]
    checkHeaders(headers)
    const proxy = args.proxy ?? trunk?.proxy ?? trunk?.address ?? null
    const hop = nextHop(uri, proxy, args.transport ?? (args.proxy === undefined ? trunk?.transport : undefined) ?? null)
    const user = args.user ?? trunk?.user
    const password = args.password ?? (trunk && args.user === undefined ? profile.store.secret(trunk.name) : null)
    const credentials = args.digest !== false && user !== undefined && password ? { username: user, password } : null
    const domain = proxy === null ? parseUri(uri)!.host : parseHostPort(proxy)!.host
    const from = fromUri(args.from ?? trunk?.from, domain)
    if (args.source.kind === 'microphone' && !this.#deps.attended)
      throw usage('a microphone is that of a window, and none is open: choose another source')
    // A file that cannot be played is said before anything is sent.
    const codecs = args.codecs ?? trunk?.codecs ?? usualCodecs()
    const source = await opener.source(args.source, codecs)
    const script = await prepareScript(opener, args.script ?? [], codecs)
    const timeline = await prepareTimeline(opener, args.timeline, codecs)
    const local =
      args.localAddress === anyLocalAddress ? null : (args.localAddress ?? profile.localAddressFor(hop.uri.host))
    const station = this.#deps.stations.with(transportOf(local, args, trunk, trunk && profile.identityOf(trunk)))
    const callId = station.ua.newCallId()
    if (args.recordTo !== undefined) checkGrowing(args.recordTo)
    const secrets = secretsAmong(headers)
    const pcap = args.pcapTo === undefined ? null : new PcapFile(args.pcapTo, secrets)
    const record = records.place(station, callId, { placed: placedAs(args), secrets })
    if (pcap) record.writeTo(pcap)
    try {
      const choice = {
        peer: hop.uri.host,
        localAddress: local,
        rtpPorts: args.rtpPorts,
        source,
        recordTo: args.recordTo ?? null,
        ptimeMs: args.ptimeMs,
        silenceMs: args.mediaTimeoutMs,
        latch: args.latch,
        rtcpXr: args.rtcpXr,
        impairments: impairmentsWith(args.impairments, args.wrong ?? []),
        codecs,
        encryption: args.encryption ?? trunk?.encryption ?? 'disabled',
        form: args.encryptionForm ?? trunk?.encryptionForm,
        formTaken: trunk ? this.#remember(trunk, record) : undefined,
        suites: args.srtpSuites ?? trunk?.srtpSuites,
      }
      const media = record.hears(await opener.open(choice, record.tap()))
      const call = station.ua.call(
        {
          uri,
          hop,
          fromUri: from,
          fromUser: user ?? 'ringback',
          displayName: args.displayName ?? trunk?.displayName ?? null,
          headers,
          ringTimeoutMs: args.ringTimeoutMs,
          wrong: args.wrong ?? [],
          followsRefer: args.followRefer,
          digest: new DigestClient(credentials, random),
        },
        callId,
      )
      for (const name of args.wrong ?? []) record.observe('on-purpose', wrongWords(callerWrongs[name]), name)
      const refer = (to: string) => this.transfer(record, to)
      // Before the record ends with the call, it hears what of the script was left undone.
      runScript({ ...this.#deps, record, call, media, refer, endsCall: args.durationMs === null }, script)
      record.attach(call, args.recordTo)
      const timed = [...askedFor(record, call, args), ...timelineOf(record, call, timeline, refer)]
      atTimes(this.#deps.clock, call, timed)
      if (args.followRefer)
        followRefers(this.#deps.boundary, record, call, (referred) => this.placeReferred(args, referred))
      askWhenSilent(this.#deps, station, record, call, hop)
      call.start(media)
      return { record, call }
    } catch (error) {
      record.observe('not-sent', error instanceof Error ? error.message : String(error))
      record.end()
      return { record, error }
    }
  }

  /** The trunk took encryption in that form, after it had refused the other: the next call begins with it. */
  #remember({ name }: Trunk, record: CallRecord): (form: EncryptionForm) => void {
    return (form) => {
      try {
        this.#deps.profile.store.setTrunkForm(name, form)
        this.#deps.feed.change({ kind: 'trunk', id: name })
      } catch (error) {
        record.observe('note', `how the trunk takes media encryption was not kept: ${explainError(error)}`)
      }
    }
  }
}

/** What a call does after its answer without a timeline: its digits, and its end. */
function askedFor(
  record: CallRecord,
  call: OutboundCall,
  { dtmf, dtmfMode, durationMs }: Pick<Parsed<'call.place'>, 'dtmf' | 'dtmfMode' | 'durationMs'>,
): Timed[] {
  const dial = () => {
    const fault = call.sendDigits(dtmf, dtmfMode)
    if (fault !== null) record.observe('note', `digits were not sent: ${fault}`)
  }
  return [
    ...(durationMs === null ? [] : [{ atMs: durationMs, act: () => call.hangUp() }]),
    ...(dtmf === '' ? [] : [{ atMs: dtmfAfterMs, act: dial }]),
  ]
}

/**
 * How the call was asked for, as it is kept: without the password; header values that are secret, or have a secret in
 * them, are masked and marked.
 */
function placedAs(asked: Parsed<'call.place'>): Placed {
  const { password: _password, tlsIdentity: _identity, ...args } = asked
  const secret = secretsAmong(args.headers)
  return {
    ...args,
    headers: args.headers.map((header) => {
      const value = secret.includes(header) ? 'x'.repeat(header.value.length) : redact(header.value)
      return { ...header, value, ...(value !== header.value && { secret: true }) }
    }),
  }
}

/** Throws RingbackError (usage) for the first header that must not be sent. */
function checkHeaders(headers: Trunk['headers']): void {
  for (const { name, value } of headers) {
    const why = customHeaderFault(name, value)
    if (why) throw usage(why.text, why.remedy)
  }
}

/** Throws RingbackError (usage) for settings that cannot work. */
export function checkTrunk(trunk: Trunk): void {
  checkAddress(trunk.address)
  if (trunk.proxy !== undefined) checkAddress(trunk.proxy)
  if (trunk.from !== undefined && parseUri(trunk.from)?.password)
    throw usage('a password has no place in From, which everybody sees: leave it out')
  if (trunk.authentication === 'digest' && trunk.user === undefined)
    throw usage('digest authentication needs a user', { code: 'set-user' })
  checkHeaders(trunk.headers)
}
