import type { Micros } from '../../../shared/base/time.ts'

/** One tone, alone. */
export interface Beep {
  readonly from: Micros
  readonly to: Micros
  readonly hz: number
}

/** A packet is a tone where so much of its energy is at one frequency. */
const share = 0.9
const [lowestHz, highestHz] = [300, 3000]
/** From packet to packet a tone stays as loud, and where it is. */
const mostLouder = 1.3
const mostOffHz = 20
/** Shorter ones are of speech. */
const leastUs = 80_000
/** A packet that comes so long after the one before belongs to another sound. */
const pauseUs = 100_000
/** Packets as loud as the one before that are no tone: the next ones are hardly one, and ever more of them. */
const [skippedFirst, skippedMost] = [4, 64]
/** What goes on for longer is no beep. */
const longestUs = 4_000_000
/** Beeps beyond these tell nothing more. */
const most = 20

/** Finds single tones in a stream, packet by packet. What changes its loudness is none, and costs nothing. */
export class Beeps {
  readonly #found: { from: Micros; to: Micros; hz: number }[] = []
  #before = 0
  #beforeAt: Micros = 0
  #steadySince: Micros = 0
  #skip = 0
  #skipNext = skippedFirst
  #open: { from: Micros; to: Micros; hz: number; packets: number } | null = null

  /** Whether a packet of that mean square may be of a tone: then it is to be looked at. */
  isSteady(at: Micros, meanSquare: number): boolean {
    const isSteady = meanSquare < this.#before * mostLouder && meanSquare * mostLouder > this.#before
    if (at - this.#beforeAt > pauseUs || !isSteady) {
      this.#steadySince = at
      this.#close()
      this.#skip = 0
      this.#skipNext = skippedFirst
    }
    this.#before = meanSquare
    this.#beforeAt = at
    if (this.#open && at - this.#open.from > longestUs) {
      this.#open.to = at
      return false
    }
    return this.#steadySince !== at && this.#found.length < most && this.#skip-- <= 0
  }

  look(at: Micros, samples: Int16Array, rateHz: number): void {
    const { hz, share: toneShare } = toneOf(samples, rateHz)
    const isTone = toneShare >= share && hz >= lowestHz && hz <= highestHz
    if (!isTone || (this.#open && Math.abs(this.#open.hz - hz) > mostOffHz)) {
      this.#close()
      this.#steadySince = at
      this.#skip = isTone ? 0 : this.#skipNext
      this.#skipNext = Math.min(skippedMost, 2 * this.#skipNext)
      return
    }
    const { hz: mean, packets, from } = this.#open ?? { hz, packets: 0, from: this.#steadySince }
    this.#open = { from, to: at, hz: mean + (hz - mean) / (packets + 1), packets: packets + 1 }
  }

  /** Each from its first packet to its last, the one that goes on among them. */
  get all(): readonly Beep[] {
    return [...this.#found, ...(this.#isLong() ? [this.#open!] : [])].map(({ from, to, hz: at }) => ({
      from,
      to,
      hz: Math.round(at),
    }))
  }

  #isLong(): boolean {
    return this.#open !== null && this.#open.to - this.#open.from >= leastUs
  }

  #close(): void {
    if (this.#isLong()) this.#found.push(this.#open!)
    this.#open = null
  }
}

/**
 * Where a signal would be a single tone: x[n+1] + x[n-1] = 2 cos(w) x[n]; and how much of its energy lies there, which
 * is what Goertzel's filter finds.
 */
function toneOf(samples: Int16Array, rateHz: number): { readonly hz: number; readonly share: number } {
  let [across, energy] = [0, 0]
  for (let n = 1; n < samples.length - 1; n++) {
    across += (samples[n + 1]! + samples[n - 1]!) * samples[n]!
    energy += samples[n]! * samples[n]!
  }
  if (energy === 0 || Math.abs(across) >= 2 * energy) return { hz: 0, share: 0 }
  const twice = across / energy
  const hz = (Math.acos(twice / 2) * rateHz) / (2 * Math.PI)
  let [one, two] = [0, 0]
  for (let n = 0; n < samples.length; n++) {
    const next = samples[n]! + twice * one - two
    two = one
    one = next
  }
  return { hz, share: (2 * (one * one + two * two - twice * one * two)) / (samples.length * energy) }
}
