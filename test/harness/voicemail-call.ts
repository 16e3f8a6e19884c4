import { ulaw } from '../../electron/engine/media/codec/g711.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import type { Vantage } from '../../shared/model/facts.ts'
import { madeSpeech } from './made-speech.ts'
import { TraceBuilder } from './traces.ts'

/** What the called party is heard to do for a while. */
export interface Part {
  readonly seconds: number
  /** A tone of so many Hz, speech, or silence. */
  readonly sound: number | 'speech' | 'silence'
}

/** The payloads of what the called party says from the answer on. */
function said(parts: readonly Part[]): Uint8Array[] {
  const samples = parts.flatMap(({ seconds, sound }) => {
    if (sound === 'speech') return [...madeSpeech(seconds, 8000, 5, -18)]
    const at = (i: number) => (sound === 'silence' ? 0 : 9000 * Math.sin((2 * Math.PI * sound * i) / 8000))
    return Array.from({ length: seconds * 8000 }, (_, i) => Math.round(at(i)))
  })
  return Array.from({ length: Math.floor(samples.length / 160) }, (_, n) => {
    const payload = new Uint8Array(160)
    ulaw.encode(Int16Array.from(samples.slice(n * 160, n * 160 + 160)), payload, 0)
    return payload
  })
}

/** A call whose called party says that from the answer on. */
export function answeredBy(parts: readonly Part[], vantage: Vantage = 'outbound'): CallReport {
  const payloads = said(parts)
  return new TraceBuilder(vantage)
    .answered()
    .rtp('received', { fromMs: 1000, packets: payloads.length, payload: (n) => payloads[n]! })
    .rtp('sent', { fromMs: 1000, packets: payloads.length, fill: 0xff })
    .at(1000 + payloads.length * 20)
}

export const speech = (seconds: number): Part => ({ seconds, sound: 'speech' })
export const quiet = (seconds = 3): Part => ({ seconds, sound: 'silence' })
export const beep = (seconds = 0.4, hz = 1000): Part => ({ seconds, sound: hz })
/** That of a machine: 5 s, from half a second after the answer on. */
export const greeting: readonly Part[] = [quiet(0.5), speech(5), quiet(0.6)]
