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
