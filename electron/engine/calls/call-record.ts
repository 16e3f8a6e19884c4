import type { Micros } from '../../../shared/base/time.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import type { PersonaReport } from '../../../shared/contract/persona.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { Observation } from '../../../shared/model/wire.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import { Emitter } from '../base/emitter.ts'
import { RingbackError, usage } from '../base/errors.ts'
import type { DtmfMode } from '../../../shared/model/dtmf.ts'
import type { MusicAt } from '../media/audio/source.ts'
import type { MediaSession } from '../media/session/session.ts'
import type { MediaTap } from '../media/session/tap.ts'
import type { Extent, KnownCall } from '../known-calls.ts'
import type { CallPackets } from '../report/exports.ts'
import type { Asked } from '../report/report.ts'
import type { PacketRing } from '../trace/capture/packet-ring.ts'
import type { PcapFile } from '../trace/capture/pcap-write.ts'
import type { CallProjection } from '../trace/facts/call-projection.ts'
import type { CallTrace } from '../trace/journal/call-trace.ts'
import type { Call } from '../ua/index.ts'
import { allOff, type CallRecordEvents, type Live, type Phase, type Switches, type Waiting } from './call-phase.ts'
import { CallTap } from './call-tap.ts'
import type { CallViews } from './call-view.ts'
import { DrawnReport } from './drawn-report.ts'
import { transfer, type TransferResult } from './transfers.ts'

export interface CallRecordParts {
  readonly clock: Clock
  readonly boundary: Boundary
  readonly projection: CallProjection
  readonly asked: Asked
  /** The call that it brings the microphone of a window to. */
  readonly voiceOf?: string | null
  /** The newest packets, where a person may ask for them. */
  readonly ring: PacketRing | null
  readonly views: CallViews
}

/**
 * A call of this engine, and the only one who changes what is known of it: its trace, its session while it lives, its
 * recording.
 */
export class CallRecord implements KnownCall {
  readonly events = new Emitter<CallRecordEvents>()
  readonly projection: CallProjection
  readonly asked: Asked
  /** The agent that took it. */
  readonly agent: string | null
  /** The call that it brings the microphone of a window to. */
  voiceOf: string | null
  readonly #report: DrawnReport
  readonly #ring: PacketRing | null
  readonly #views: CallViews
  readonly #clock: Clock
  readonly #boundary: Boundary
  #phase: Phase = { kind: 'opening' }
  #media: MediaSession | null = null
  #pcap: PcapFile | null = null
  /** The file of the last recording, complete or still growing. */
  #recording: string | null = null

  constructor({ clock, boundary, projection, asked, voiceOf = null, ring, views }: CallRecordParts) {
    this.#clock = clock
    this.#boundary = boundary
    this.projection = projection
    this.asked = asked
    this.agent = asked.agent ?? null
    this.voiceOf = voiceOf
    this.#report = new DrawnReport(projection, asked)
    this.#ring = ring
    this.#views = views
    if (ring) this.trace.addSink(ring)
  }

  get id(): string {
    return this.trace.id
  }

  get trace(): CallTrace {
    return this.projection.trace
  }

  get over(): boolean {
    return this.#phase.kind === 'ended'
  }

  get endedAt(): Micros | null {
    return this.#phase.kind === 'ended' ? this.#phase.at : null
  }

  /** The session; null before and after. */
  get call(): Call | null {
    return this.#phase.kind === 'live' ? this.#phase.call : null
  }

  get waiting(): boolean {
    return this.#ringing !== null
  }

  /** What is on in it while it is under way. */
  get switches(): Switches {
    return this.#phase.kind === 'live' ? this.#phase : allOff
  }

  /** Null before it is opened, and after the end. */
  get media(): MediaSession | null {
    return this.#media
  }

  /** The file that the audio goes to at this moment. */
  get recordingTo(): string | null {
    return this.#phase.kind === 'live' && this.#phase.recording ? this.#recording : null
  }

  get recording(): string | null {
    return this.#recording
  }

  /** Every packet and message goes to that file until the end. */
  writeTo(pcap: PcapFile): void {
    this.#pcap = pcap
    this.trace.addSink(pcap)
  }

  /** Gives back the media that its session is to speak with; muting and recording act on it until the end. */
  hears(media: MediaSession): MediaSession {
    media.agreed = () => this.events.emit('changed', null)
    return (this.#media = media)
  }

  /** The call is under way: its end completes the report. `recordTo`: what its media was opened with. */
  attach(call: Call, recordTo: string | null = null): void {
    this.#recording = recordTo
    this.#phase = { kind: 'live', call, waiting: null, ...allOff, recording: recordTo !== null }
    call.events.on('state', (state) => {
      if (state.kind === 'ended') return this.end(state.cause)
      this.events.emit('moved', null)
      this.events.emit('changed', null)
    })
  }

  /** A person is to answer it or to refuse it. */
  wait(waiting: Waiting): void {
    this.#change({ waiting })
  }

  /** Throws RingbackError: the call does not wait, or cannot be answered. */
  async answer(source: SourceArgs): Promise<void> {
    await this.#waiting().answer(source)
    if (this.#phase.kind === 'live') this.#change({ waiting: null })
  }

  /** Throws RingbackError (usage) when the call does not wait for an answer. */
  reject(code: number): void {
    this.#waiting().call.reject(code)
  }

  /** Throws RingbackError (usage) when the call is over. */
  hangUp(): void {
    this.#live().call.hangUp()
  }

  /** `music`: what the peer then hears, in place of what the call sends. Throws RingbackError: over, or not agreed. */
  hold(on: boolean, music: MusicAt | null = null): Promise<void> {
    const { call } = this.#live()
    return new Promise((resolve, reject) => {
      call.hold(on, (fault) => {
        if (fault !== null) return reject(new RingbackError('peer', `${on ? 'hold' : 'resume'} failed: ${fault}`))
        this.#media?.music(on ? music : null)
        if (this.#phase.kind === 'live') this.#change({ held: on })
        resolve()
      })
    })
  }

  /** Throws RingbackError (usage) when the call is over. */
  mute(on: boolean): void {
    this.switch({ muted: on })
    this.#media?.mute(on)
  }

  /** Throws RingbackError (usage) when the call is over. */
  switch(to: Partial<Switches>): void {
    this.#change(to)
  }

  /** Records both directions to that file from now on; null ends that. Throws RingbackError. */
  record(file: string | null): void {
    this.#live()
    if (!this.#media) throw usage('there is no audio to record yet')
    this.#media.record(file)
    this.#recording = file ?? this.#recording
    this.#change({ recording: file !== null })
  }

  /** Throws RingbackError (usage) when the digits cannot be sent. */
  sendDigits(digits: string, mode: DtmfMode): void {
    const fault = this.#live().call.sendDigits(digits, mode)
    if (fault !== null) throw usage(`digits were not sent: ${fault}`)
  }

  /** Asks the peer to call `target` (a Refer-To value). Throws RingbackError: it is over, or that came to nothing. */
  async transfer(target: string): Promise<TransferResult> {
    return transfer(this, this.#live().call, target)
  }

  observe(kind: Observation['kind'], text: string, value?: string): void {
    this.trace.observe({ at: this.#clock.nowUs(), kind, text, ...(value === undefined ? {} : { value }) })
    this.traceChanged()
  }

  /** A message or an observation came to its trace. */
  traceChanged(): void {
    this.#report.grew()
    this.events.emit('changed', null)
  }

  /** Where its media reports packets; `heard` gets each digit that the peer dials. */
  tap(heard?: (digit: string) => void): MediaTap {
    return new CallTap(this, heard)
  }

  /** With the messages from number `from` on. */
  report(from = 0): CallReport {
    return this.#report.at(this.#clock.nowUs(), this.#phase.kind === 'ended' ? this.#phase : null, from)
  }

  annotate(note: string | null): void {
    this.#report.annotate(note)
    this.events.emit('moved', null)
  }

  /** What the persona that its agent plays made of it, as far as it came. */
  plays(persona: PersonaReport): void {
    this.#report.plays(persona)
    this.traceChanged()
  }

  view(): CallView {
    return this.#views.of(this)
  }

  extent(): Extent {
    const { trace, streams } = this.projection
    return { messages: trace.messages.length, samples: streams.all.map(({ series }) => series?.count ?? 0) }
  }

  samples(since: readonly number[]): Sample[][] {
    return this.projection.streams.all.map(({ series }, i) => series?.since(since[i] ?? 0) ?? [])
  }

  packets(): CallPackets | null {
    if (!this.#ring) return null
    return { pcap: this.#ring.export(this.trace.messages, this.asked.secrets), dropped: this.#ring.dropped }
  }

  /** The call is over: its report is final. `cause`: as its session knows it; null where there was none. */
  end(cause: EndCause | null = null): void {
    if (this.#phase.kind === 'ended') return
    this.#phase = { kind: 'ended', at: this.#clock.nowUs(), cause }
    this.#media = null
    this.#pcap?.close()
    if (this.#pcap?.fault) this.observe('not-kept', this.#pcap.fault)
    this.trace.close()
    this.#boundary.run('end of a call', () => this.events.emit('ended', this.report()))
  }

  #change(to: Partial<Omit<Live, 'kind' | 'call'>>): void {
    this.#phase = { ...this.#live(), ...to }
    this.events.emit('changed', null)
  }

  #live(): Live {
    if (this.#phase.kind === 'live') return this.#phase
    throw usage(`call "${this.id}" is ${this.#phase.kind === 'ended' ? 'over' : 'not under way yet'}`)
  }

  /** Who waits for a person; null when nobody does, or no more. */
  get #ringing(): Waiting | null {
    const waiting = this.#phase.kind === 'live' ? this.#phase.waiting : null
    return waiting?.call.state.kind === 'ringing' ? waiting : null
  }

  #waiting(): Waiting {
    if (!this.#ringing) throw usage(`call "${this.id}" does not wait for an answer here`)
    return this.#ringing
  }
}
