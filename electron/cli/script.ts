import { dirname, resolve } from 'node:path'
import type { ScriptStep } from '../../shared/contract/actions.ts'
import { musicForms } from '../../shared/contract/music.ts'
import { readScriptText } from '../../shared/contract/script-text.ts'
import type { DtmfMode } from '../../shared/model/dtmf.ts'
import { usage } from '../engine/base/errors.ts'
import { readText } from './text-file.ts'

const mostBytes = 1024 * 1024

/** The actions of a script, a line each. */
export const scriptActions = `  wait for speech [timeout TIME]            until the peer speaks (timeout: 30s)
  wait for silence [TIME] [timeout TIME]    until it has been silent for so long (1s), from this line on
  wait TIME                                 like 2s or 500ms
  say TEXT                                  by the system's own program for speech, to its end
  play FILE.wav                             to its end; a path is one from the folder of the script
  dtmf DIGITS
  hold, hold MUSIC                          MUSIC, which the peer hears then, is ${musicForms}
  resume, mute, unmute, reinvite, update
  record FILE.wav, record                   begins a recording, ends it
  refer URI
  hang up                                   as at the end of the script`

/** A script: a step for each line that is neither empty nor a comment (#). Throws RingbackError, with the line. */
export function readScript(file: string, mode: DtmfMode): ScriptStep[] {
  const text = readText(file, `the script ${file}`, mostBytes)
  const read = readScriptText(text, { mode, path: (written) => resolve(dirname(file), written) })
  if ('steps' in read) return read.steps
  const { line, why } = read.fault
  throw usage(line === null ? `${file} ${why}` : `${file} line ${line}: ${why}`)
}
