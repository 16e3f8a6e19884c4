import { execFileSync } from 'node:child_process'
import { findPeer } from './install-peers.ts'

const most = 256 * 1024 * 1024

/** What ffmpeg makes of that input: its options before and after `-i`. */
function converted(input: Uint8Array, before: readonly string[], after: readonly string[]): Buffer {
  return execFileSync(
    findPeer('ffmpeg')!,
    ['-nostdin', '-loglevel', 'error', ...before, '-i', 'pipe:0', ...after, 'pipe:1'],
    { input, maxBuffer: most },
  )
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int16Array) => new Uint8Array(buffer, byteOffset, byteLength)
const raw = (rateHz: number) => ['-f', 's16le', '-ar', String(rateHz), '-ac', '1']

/** ffmpeg as a coder of G.722. */
export const ffmpegG722 = {
  encode: (samples: Int16Array): Buffer => converted(bytesOf(samples), raw(16_000), ['-c:a', 'g722', '-f', 'g722']),
  decode(bytes: Uint8Array): Int16Array {
    const pcm = converted(bytes, ['-f', 'g722'], raw(16_000))
    return Int16Array.from({ length: pcm.length >> 1 }, (_, i) => pcm.readInt16LE(2 * i))
  },
}
