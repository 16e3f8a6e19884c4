const lobes = 16

/** Band-limited resampling of 16-bit samples (windowed sinc, Hann). The same rate returns the same samples. */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples
  const ratio = fromHz / toHz
  const cutoff = Math.min(1, 1 / ratio)
  const reach = Math.ceil(lobes / cutoff)
  const out = new Int16Array(Math.floor(samples.length / ratio))
  for (let i = 0; i < out.length; i++) {
    const centre = i * ratio
    const first = Math.max(0, Math.ceil(centre - reach))
    const last = Math.min(samples.length - 1, Math.floor(centre + reach))
    let sum = 0
    for (let j = first; j <= last; j++) {
      const x = centre - j
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / reach)
      const angle = Math.PI * x * cutoff
      sum += samples[j]! * window * cutoff * (angle === 0 ? 1 : Math.sin(angle) / angle)
    }
    out[i] = Math.max(-32768, Math.min(32767, Math.round(sum)))
  }
  return out
}
