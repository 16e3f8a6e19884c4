import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { CallAudio, Way } from '../../../shared/contract/call-files.ts'
import { explainError, machine } from '../base/errors.ts'
import { wavHeaderBytes } from '../../../shared/base/wav.ts'
import { wavOf } from '../media/audio/wav.ts'
import { silencesOf } from './silences.ts'

const mostBytes = 32 * 1024 * 1024

/** One direction of a recording of ours: stereo, left what was sent. Throws RingbackError (machine). */
export function recordedAudio(file: string, way: Way): CallAudio {
  const { bytes, isCut } = beginningOf(file)
  if (bytes.length < wavHeaderBytes) throw machine('there is no sound in the recording: it ends inside of its header')
  const rateHz = bytes.readUInt32LE(24)
  const samples = new Int16Array(Math.floor((bytes.length - wavHeaderBytes) / 4))
  for (let [i, at] = [0, wavHeaderBytes + (way === 'to-peer' ? 0 : 2)]; i < samples.length; i++, at += 4)
    samples[i] = bytes.readInt16LE(at)
  return {
    wav: wavOf({ samples, rateHz }).toString('base64'),
    rateHz,
    codec: null,
    startedAt: null,
    lost: [],
    silences: silencesOf(samples, rateHz),
    note: `From the recording: its place in the call is not known.${isCut ? ' Only its beginning is here.' : ''}`,
  }
}

function beginningOf(file: string): { readonly bytes: Buffer; readonly isCut: boolean } {
  let opened: number | null = null
  try {
    opened = openSync(file, 'r')
    const { size } = fstatSync(opened)
    const bytes = Buffer.alloc(Math.min(size, wavHeaderBytes + mostBytes))
    return { bytes: bytes.subarray(0, readSync(opened, bytes)), isCut: size > bytes.length }
  } catch (error) {
    throw machine(`cannot read the recording: ${explainError(error)}`, error)
  } finally {
    if (opened !== null) closeSync(opened)
  }
}
