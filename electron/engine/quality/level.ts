/**
 * Levels in dBFS: RMS relative to a full-scale square wave (32768), so a full-scale sine is -3.01 dBFS.
 * -96 stands for digital silence and anything below one step of 16 bits.
 */
export const floorDbfs = -96

export function toDbfs(meanSquare: number): number {
  if (meanSquare <= 0) return floorDbfs
  return Math.max(floorDbfs, Math.round(100 * 10 * Math.log10(meanSquare / (32768 * 32768))) / 100)
}

/** The mean square of linear samples. */
export function meanSquare(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return samples.length === 0 ? 0 : sum / samples.length
}

/** Below this for a second is silence (media without energy). */
export const silenceDbfs = -60

/**
 * What was measured of a payload: the sum of the squares of so many linear samples, and the largest of them without its
 * sign.
 */
export interface Level {
  squares: number
  samples: number
  peak: number
}

/** Reads the level of a payload that lies in a packet. */
export interface Meter {
  measure(packet: Uint8Array, offset: number, length: number, into: Level): void
  /** For the payloads of one stream, in their order: where what came before has to be known. */
  begin?(): Meter
  /** What a cipher makes of it has a level of its own, that of noise. */
  readonly tellsCipher?: boolean
  /** Of G.711: what its bytes mean, and what they would mean by the other law. */
  readonly laws?: Laws
  /** The linear samples of the payload that was measured last, good until the next; left out where nobody has them. */
  readonly audio?: {
    readonly rateHz: number
    samples(packet: Uint8Array, offset: number, length: number): Int16Array
  }
}

/** The linear value of each byte by the law that is announced, and by the other. */
export interface Laws {
  readonly announced: Int16Array
  readonly other: Int16Array
}

/** For G.711, from the linear value of each code by either law. Allocates nothing but a buffer for all its streams. */
export function lawMeter(laws: Laws, rateHz: number): Meter {
  const { announced } = laws
  const squareOf = Float64Array.from(announced, (value) => value * value)
  let decoded = new Int16Array(0)
  return {
    tellsCipher: true,
    laws,
    audio: {
      rateHz,
      samples(packet, offset, length) {
        if (decoded.length < length) decoded = new Int16Array(length)
        for (let i = 0; i < length; i++) decoded[i] = announced[packet[offset + i]!]!
        return decoded.subarray(0, length)
      },
    },
    measure(packet, offset, length, into) {
      let squares = 0
      let most = 0
      for (let i = offset; i < offset + length; i++) {
        const square = squareOf[packet[i]!]!
        squares += square
        if (square > most) most = square
      }
      into.squares = squares
      into.samples = length
      into.peak = Math.sqrt(most)
    },
  }
}

interface Decoding {
  decode(packet: Uint8Array, offset: number, length: number): Int16Array
}

/** For a codec whose payloads must be decoded, one after the other, to know how loud they are. */
export function decodingMeter(decoder: () => Decoding, rateHz: number): Meter {
  const begin = (): Meter => {
    const decoding = decoder()
    let last = new Int16Array(0)
    return {
      audio: { rateHz, samples: () => last },
      measure(packet, offset, length, into) {
        last = decoding.decode(packet, offset, length) as Int16Array<ArrayBuffer>
        measureSamples(last, into)
      },
    }
  }
  return { begin, measure: (packet, offset, length, into) => begin().measure(packet, offset, length, into) }
}

function measureSamples(samples: Int16Array, into: Level): void {
  let squares = 0
  let most = 0
  for (let i = 0; i < samples.length; i++) {
    const square = samples[i]! * samples[i]!
    squares += square
    if (square > most) most = square
  }
  into.squares = squares
  into.samples = samples.length
  into.peak = Math.sqrt(most)
}
