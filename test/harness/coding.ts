import type { Codec } from '../../electron/engine/media/codec/codec.ts'

/** So many seconds of two tones and a little noise, the same each time. */
export function speechLike(rateHz: number, seconds: number, amplitude = 9000): Int16Array {
  let state = 7
  return Int16Array.from({ length: rateHz * seconds }, (_, i) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    const t = i / rateHz
    const tones = 0.6 * Math.sin(2 * Math.PI * 440 * t) + 0.3 * Math.sin(2 * Math.PI * (700 + 900 * t) * t)
    return Math.round(amplitude * (tones + (0.1 * state) / 0x8000_0000))
  })
}

/** The payloads of a stream, each of so many ms. */
export function encoded(codec: Codec, samples: Int16Array, ptimeMs = 20, parameters: string | null = null): Buffer[] {
  const encoder = codec.encoder(parameters)
  const length = (ptimeMs * codec.descriptor.sampleRateHz) / 1000
  const payloads: Buffer[] = []
  for (let at = 0; at + length <= samples.length; at += length) {
    const payload = Buffer.alloc(codec.payloadBytes(length))
    payloads.push(payload.subarray(0, encoder.encode(samples.subarray(at, at + length), payload, 0)))
  }
  encoder.close?.()
  return payloads
}

export function decoded(codec: Codec, payloads: readonly Uint8Array[]): Int16Array {
  const decoder = codec.decoder()
  const parts = payloads.map((payload) => decoder.decode(payload, 0, payload.length))
  decoder.close?.()
  return joined(parts)
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The ratio of signal to noise in dB, of samples that come so many later. */
export function snr(before: Int16Array, after: Int16Array, delay: number): number {
  const length = Math.min(before.length, after.length - delay)
  let [signal, noise] = [0, 0]
  for (let i = 0; i < length; i++) {
    signal += before[i]! ** 2
    noise += (before[i]! - after[i + delay]!) ** 2
  }
  return 10 * Math.log10(signal / noise)
}
