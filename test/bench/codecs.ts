import { codecOf } from '../../electron/engine/media/codec/index.ts'
import { g722 as descriptor, opus as opusDescriptor, type CodecDescriptor } from '../../shared/model/codecs.ts'
import { speechLike } from '../harness/coding.ts'
import { median, type Row } from './row.ts'

/** How many times faster than real time one core codes and decodes packets of 20 ms. */
function timesRealTime(of: CodecDescriptor): number {
  const codec = codecOf(of)!
  const length = of.sampleRateHz / 50
  const samples = speechLike(of.sampleRateHz, 5)
  const [encoder, decoder] = [codec.encoder(), codec.decoder()]
  const payload = new Uint8Array(codec.payloadBytes(length))
  const round = (): number => {
    const start = performance.now()
    for (let at = 0; at + length <= samples.length; at += length)
      decoder.decode(payload, 0, encoder.encode(samples.subarray(at, at + length), payload, 0))
    return 5000 / (performance.now() - start)
  }
  round()
  return median(Array.from({ length: 9 }, round))
}

export function codecSpeed(): Promise<Row> {
  const [wide, full] = [timesRealTime(descriptor), timesRealTime(opusDescriptor)]
  return Promise.resolve({
    what: 'G.722 coded and decoded, one core',
    measured: `${wide.toFixed(0)} times real time; Opus ${full.toFixed(0)} times`,
    mark: 'at least 300 times',
    figure: -wide,
    ok: wide >= 300,
  })
}
