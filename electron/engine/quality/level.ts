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

/** Reads the level of a payload that lies in a packet; allocates nothing. */
export interface Meter {
  measure(packet: Uint8Array, offset: number, length: number, into: Level): void
}

/** For a codec of one byte a sample, from the linear value of each code. */
export function tableMeter(linear: Int16Array): Meter {
  const squareOf = Float64Array.from(linear, (value) => value * value)
  return {
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
