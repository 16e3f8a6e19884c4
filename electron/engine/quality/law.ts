import type { Laws } from './level.ts'

/** What the bytes of a stream of G.711 are by their content, where that is not what it announces. */
export type Disguised = 'other-law' | 'linear'

/** Smooth, as voices, music and low tones are: 1 is white noise. */
const smooth = 0.35
/** So much rougher is what is played by the wrong law. */
const rougher = 2.5
/** Louder than this the one that is smooth must be: -40 dBFS. */
const loudSquare = 32768 * 32768 * 1e-4
/** So many packets tell it, with hardly any that speaks against it. */
const fewest = 20
const mostAgainst = 0.05
/** Each packet of the first ones is looked at, later only some. */
const first = 128
const later = 64

/**
 * Whether G.711 is coded by the law that is announced: sound is smooth from sample to sample by the right one, and
 * rough by the other, which has its bits in another order (ITU-T G.711). Noise, high tones and silence tell nothing.
 */
export class LawCheck {
  #looked = 0
  #right = 0
  #other = 0
  #linear = 0

  /** A packet with energy. `expected`: so many bytes it has by its timestamps; 0 where that is not known. */
  look(packet: Uint8Array, offset: number, length: number, expected: number, { announced, other }: Laws): void {
    if (this.#looked++ >= first && this.#looked % later !== 0) return
    const asAnnounced = measured(packet, offset, length, announced)
    const asOther = measured(packet, offset, length, other)
    if (isBetter(asAnnounced, asOther)) this.#right++
    else if (isBetter(asOther, asAnnounced)) this.#other++
    else if (expected > 0 && expected * 2 === length)
      for (const high of [0, 1]) {
        const asLinear = measured(linearOf(packet, offset, length, high), 0, length >> 1, null)
        if (isBetter(asLinear, asAnnounced) && isRough(packet, offset + 1 - high, length, announced)) this.#linear++
      }
  }

  /** Null where nothing speaks against what is announced. */
  get disguised(): Disguised | null {
    const most = Math.max(this.#other, this.#linear)
    const against = this.#right + Math.min(this.#other, this.#linear)
    if (most < fewest || against > most * mostAgainst) return null
    return this.#other > this.#linear ? 'other-law' : 'linear'
  }
}

/** Linear samples whose first byte is the high one, or the second. */
function linearOf(packet: Uint8Array, offset: number, length: number, high: number): Int16Array {
  return Int16Array.from({ length: length >> 1 }, (_, i) => {
    const at = offset + 2 * i
    return (packet[at + high]! << 8) | packet[at + 1 - high]!
  })
}

/** Whether every second byte is rough, as the low ones of samples are: those of a high tone of G.711 are smooth. */
function isRough(packet: Uint8Array, from: number, length: number, announced: Int16Array): boolean {
  const second = Uint8Array.from({ length: length >> 1 }, (_, i) => packet[from + 2 * i]!)
  return measured(second, 0, second.length, announced).roughness > smooth
}

/** How rough a signal of so many samples is, and how loud; `table`: what its bytes mean, null where it is samples. */
function measured(
  from: Uint8Array | Int16Array,
  offset: number,
  count: number,
  table: Int16Array | null,
): { readonly roughness: number; readonly variance: number } {
  let [sum, squares, steps] = [0, 0, 0]
  let before = 0
  for (let i = 0; i < count; i++) {
    const value = from[offset + i]!
    const sample = table === null ? value : table[value]!
    sum += sample
    squares += sample * sample
    if (i > 0) steps += (sample - before) * (sample - before)
    before = sample
  }
  const variance = count === 0 ? 0 : squares / count - (sum / count) ** 2
  return { roughness: variance > 0 ? steps / (2 * variance * count) : 1, variance }
}

type Measured = ReturnType<typeof measured>

/** Whether bytes are what one reading makes of them, rather than what the other does. */
const isBetter = (one: Measured, other: Measured): boolean =>
  one.variance >= loudSquare && one.roughness < smooth && one.roughness * rougher < other.roughness
