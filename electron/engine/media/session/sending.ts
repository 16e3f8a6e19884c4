import type { Address } from '../../../../shared/base/address.ts'
import { usualPtimeMs } from '../../../../shared/model/codecs.ts'
import type { Clock } from '../../base/clock.ts'
import { explainError } from '../../base/errors.ts'
import type { Outgoing } from '../audio/outgoing.ts'
import type { ReceivedAudio } from '../audio/received-audio.ts'
import type { Recording } from '../audio/recording.ts'
import type { Allowance } from '../stream/allowance.ts'
import type { RtpReceiver } from '../stream/receiver.ts'
import type { RtpSender, SendFormat } from '../stream/sender.ts'
import type { TimedImpairment } from '../stream/timed-impairment.ts'
import type { MediaTransport } from '../transport/transport.ts'
import type { Paced, Pacer } from './pacer.ts'

export interface SendingParts {
  readonly clock: Clock
  readonly pacer: Pacer
  readonly transport: MediaTransport
  readonly allowance: Allowance
  readonly sender: RtpSender
  readonly receiver: RtpReceiver
  readonly outgoing: Outgoing
  readonly audio: ReceivedAudio
  readonly recording: Recording
  /** What goes wrong on purpose; null for nothing. */
  readonly impairment: TimedImpairment | null
  /** So often a packet may leave. */
  readonly copies: number
  /** Hears why nothing more is sent. */
  stopped(text: string): void
}

/** What happens once in a packet interval: a frame is made, recorded, and sent where it may be. */
export class Sending implements Paced {
  intervalMs = usualPtimeMs
  readonly #parts: SendingParts
  #rateHz = 0
  #on = false
  #failed = false
  #destination: Address | null = null

  constructor(parts: SendingParts) {
    this.#parts = parts
  }

  /** Sends like that from now on, or nothing. */
  use(format: SendFormat, sends: boolean): void {
    const { pacer, sender, outgoing } = this.#parts
    const on = sends && !this.#failed
    const otherInterval = format.ptimeMs !== this.intervalMs
    this.#rateHz = format.codec.descriptor.sampleRateHz
    this.intervalMs = format.ptimeMs
    sender.use(format)
    outgoing.use(this.#rateHz, (format.ptimeMs * this.#rateHz) / 1000)
    if (this.#on && (otherInterval || !on)) pacer.remove(this)
    if (on && (otherInterval || !this.#on)) pacer.add(this)
    this.#on = on
  }

  /** Called by the pacer. */
  tick(): void {
    const { clock, transport, allowance, sender, receiver, outgoing, audio, recording, impairment, copies } =
      this.#parts
    const received = audio.pull(outgoing.samples)
    const { destination } = receiver
    const bytes = copies * (sender.packetBytes + transport.overheadBytes)
    const can = destination !== null && transport.isReady
    const may =
      can && impairment?.speaks(clock.monotonicMs(), sender, receiver.hasHeard) !== false && allowance.spend(bytes)
    // Nothing of the source is lost before it may be heard.
    const frame = may || sender.hasBegun ? outgoing.next(received) : outgoing.silence()
    recording.write(frame, received, this.#rateHz)
    if (may) {
      this.#destination = destination
      sender.next(frame, this.#send, outgoing.coded)
    }
    if (sender.hasBegun) sender.pass()
  }

  /** What `tick` threw, or those who hear of packets: nothing more is sent. */
  failed(error: unknown): void {
    this.#failed = true
    this.stop()
    this.#parts.stopped(`sending stopped: ${explainError(error)}`)
  }

  stop(): void {
    this.#on = false
    this.#parts.pacer.remove(this)
  }

  readonly #send = (packet: Uint8Array): void => this.#parts.transport.sendRtp(packet, this.#destination!)
}
