import type { CallAudio } from '../../../shared/contract/call-files.ts'

/** Below it nothing is heard, -60 dBFS. */
const silent = 32_768 * 10 ** (-60 / 20)
const frameMs = 20
const shortestMs = 1000
const most = 2000

/** Where nothing is heard for more than a second. */
export function silencesOf(samples: Int16Array, rateHz: number): CallAudio['silences'] {
  const frame = Math.max(1, Math.round((rateHz * frameMs) / 1000))
  const found: CallAudio['silences'] = []
  let from: number | null = null
  const end = (at: number) => {
    const lengthMs = from === null ? 0 : ((at - from) * 1000) / rateHz
    if (lengthMs > shortestMs && found.length < most) found.push({ atMs: (from! * 1000) / rateHz, lengthMs })
    from = null
  }
  for (let at = 0; at < samples.length; at += frame) {
    let sum = 0
    const to = Math.min(samples.length, at + frame)
    for (let i = at; i < to; i++) sum += samples[i]! * samples[i]!
    if (Math.sqrt(sum / (to - at)) < silent) from ??= at
    else end(at)
  }
  end(samples.length)
  return found
}
