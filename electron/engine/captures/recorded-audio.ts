import { readFileSync } from 'node:fs'
import type { CallAudio, Way } from '../../../shared/contract/call-files.ts'
import { explainError, machine } from '../base/errors.ts'
import { wavHeader } from '../media/audio/wav.ts'
import { silencesOf } from './silences.ts'

const headerBytes = 44
const mostBytes = 32 * 1024 * 1024

/** One direction of a recording of ours: stereo, left what was sent. Throws RingbackError (machine). */
export function recordedAudio(file: string, way: Way): CallAudio {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw machine(`cannot read the recording: ${explainError(error)}`, error)
  }
  const rateHz = bytes.readUInt32LE(24)
  const isCut = bytes.length > headerBytes + mostBytes
  const frames = Math.max(0, Math.floor((Math.min(bytes.length, headerBytes + mostBytes) - headerBytes) / 4))
  const samples = Int16Array.from({ length: frames }, (_, i) =>
    bytes.readInt16LE(headerBytes + i * 4 + (way === 'to-peer' ? 0 : 2)),
  )
  return {
    wav: Buffer.concat([wavHeader(1, rateHz, samples.byteLength), new Uint8Array(samples.buffer)]).toString('base64'),
    rateHz,
    codec: null,
    startedAt: null,
    lost: [],
    silences: silencesOf(samples, rateHz),
    note: `From the recording: its place in the call is not known.${isCut ? ' Only its beginning is here.' : ''}`,
  }
}
