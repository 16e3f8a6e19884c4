import type { Coded } from '../codec/codec.ts'
import { inbandTimes } from '../stream/dtmf.ts'
import type { Mix } from './mix.ts'
import { Said } from './said.ts'
import { SampleSource, marker, type AudioSource, type MusicAt, type SourceSpec } from './source.ts'
import { dtmfTone } from './tones.ts'

/** By their number of samples: one for all calls, since each is sent before the next is made. */
const frames = new Map<number, Int16Array<ArrayBuffer>>()

function frameOf(samples: number): Int16Array<ArrayBuffer> {
  let frame = frames.get(samples)
  if (!frame) frames.set(samples, (frame = new Int16Array(samples)))
  return frame
}

/** What is said in place of a source: it fills frames of any rate. */
export interface Guest {
  /** What the frame that was read last is coded as already; null: it is not. */
  readonly coded: Coded | null
  read(frame: Int16Array, rateHz: number): void
  /** It says nothing more. */
  close(): void
}

/** What is said into a call: its source or a guest, tones in place of it, or silence while it is muted. */
export class Outgoing {
  readonly #spec: SourceSpec
  /** A marker begins with the frame that is made now. */
  readonly #markerBegins: () => void
  #source: AudioSource | null = null
  #music: AudioSource | null = null
  #musicAt: MusicAt | null = null
  #marker: SampleSource | null = null
  #rateHz = 0
  #frame = new Int16Array(0)
  #overlay: SampleSource | null = null
  /** Frames that the overlay still lasts. */
  #overlayLeft = 0
  /** Hears that the overlay is over. */
  #overlayDone: (() => void) | null = null
  muted = false
  /** The source waits meanwhile. */
  guest: Guest | null = null
  /** What others of a conference say beside it. */
  mix: Mix | null = null
  readonly said = new Said()
  /** What the last frame is coded as already, so that it need not be coded once more; null: it is not. */
  coded: Coded | null = null

  constructor(spec: SourceSpec, markerBegins: () => void) {
    this.#spec = spec
    this.#markerBegins = markerBegins
  }

  /** Frames are of that rate and length from now on; another rate begins the source again. */
  use(rateHz: number, samples: number): void {
    if (rateHz !== this.#rateHz) {
      this.#marker = this.#spec.kind === 'marker' ? marker(rateHz) : null
      this.#source = this.#spec.kind === 'samples' ? this.#spec.at(rateHz) : this.#marker
      this.#music = this.#musicAt?.(rateHz) ?? null
      this.#endOverlay()
      this.#rateHz = rateHz
    }
    if (this.#frame.length !== samples) this.#frame = frameOf(samples)
    this.said.use(rateHz, samples)
  }

  /** Whether it says anything but what it hears. */
  get hasSource(): boolean {
    return this.#spec.kind !== 'echo'
  }

  /** What a peer on hold hears in place of source and guest, made at a rate; null: those again. */
  music(at: MusicAt | null): void {
    this.#musicAt = at
    this.#music = this.#rateHz === 0 ? null : (at?.(this.#rateHz) ?? null)
  }

  get samples(): number {
    return this.#frame.length
  }

  /** The next frame; good until the one after it. `received`: what is due of the peer's, for echo. */
  next(received: Int16Array | null): Int16Array {
    const frame = this.#frame
    if (this.#music) this.#music.read(frame)
    else if (this.guest) this.guest.read(frame, this.#rateHz)
    // An echo would have the others of a conference hear the peer twice, and the peer itself.
    else if (this.mix && !(this.mix.speaks && this.hasSource)) frame.fill(0)
    else if (this.#source) {
      if (this.#marker?.isAtStart) this.#markerBegins()
      this.#source.read(frame)
    } else if (received?.length === frame.length) frame.set(received)
    else frame.fill(0)
    this.coded = this.muted || this.#overlay || this.#music || this.mix ? null : (this.guest?.coded ?? null)
    if (this.#overlay) {
      this.#overlay.read(frame)
      if (--this.#overlayLeft <= 0) this.#endOverlay()
    }
    if (this.muted) frame.fill(0)
    this.said.push(frame)
    if (!this.#music) this.mix?.addTo(frame, this.#rateHz)
    return frame
  }

  /** A frame of silence, while nothing of the source may be lost. */
  silence(): Int16Array {
    this.#frame.fill(0)
    this.coded = null
    return this.#frame
  }

  /** Digits as tones in place of the source. */
  dial(digits: string): void {
    const gap = new Int16Array(Math.round((inbandTimes.gapMs * this.#rateHz) / 1000))
    const parts = [...digits].flatMap((digit) => [dtmfTone(digit, inbandTimes.digitMs, this.#rateHz), gap])
    const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      samples.set(part, at)
      at += part.length
    }
    this.play(samples, () => {})
  }

  /** Samples in place of the source; `done` hears that they have left, or that something else took their place. */
  play(samples: Int16Array, done: () => void): void {
    this.#endOverlay()
    this.#overlay = new SampleSource(samples, false)
    this.#overlayLeft = Math.max(1, Math.ceil(samples.length / this.#frame.length))
    this.#overlayDone = done
  }

  #endOverlay(): void {
    const done = this.#overlayDone
    this.#overlay = this.#overlayDone = null
    done?.()
  }
}
