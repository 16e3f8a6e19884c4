import { dirname, resolve } from 'node:path'
import { millisecondsOf } from '../../shared/base/time.ts'
import { scriptStepSchema, type ScriptStep } from '../../shared/contract/actions.ts'
import type { DtmfMode } from '../../shared/model/dtmf.ts'
import { usage } from '../engine/base/errors.ts'
import { readText } from './text-file.ts'

const mostBytes = 1024 * 1024
const mostSteps = 1000
const mostShown = 60

/** The actions of a script, a line each. */
export const scriptActions = `  wait for speech [timeout TIME]            until the peer speaks (timeout: 30s)
  wait for silence [TIME] [timeout TIME]    until it has been silent for so long (1s), from this line on
  wait TIME                                 like 2s or 500ms
  say TEXT                                  by the system's own program for speech, to its end
  play FILE.wav                             to its end; a path is one from the folder of the script
  dtmf DIGITS
  hold, resume, mute, unmute, reinvite, update
  record FILE.wav, record                   begins a recording, ends it
  refer URI
  hang up                                   as at the end of the script`

type Raw = Record<string, unknown> & { readonly kind: string }

/** A script: a step for each line that is neither empty nor a comment (#). Throws RingbackError, with the line. */
export function readScript(file: string, mode: DtmfMode): ScriptStep[] {
  const text = readText(file, `the script ${file}`, mostBytes)
  const steps = parseScript(text, mode, dirname(file), (line, why) => usage(`${file} line ${line}: ${why}`))
  if (steps.length === 0) throw usage(`${file} has no action: write one a line, like "wait for speech"`)
  if (steps.length > mostSteps) throw usage(`${file} has ${steps.length} actions: at most ${mostSteps} can be done`)
  return steps
}

function parseScript(
  text: string,
  mode: DtmfMode,
  folder: string,
  fault: (line: number, why: string) => Error,
): ScriptStep[] {
  const steps: ScriptStep[] = []
  for (const [i, whole] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const written = whole.trim()
    if (written === '' || written.startsWith('#')) continue
    const raw = rawStep(written, mode, folder)
    if (typeof raw === 'string') throw fault(i + 1, raw)
    const step = scriptStepSchema.safeParse({ ...raw, line: i + 1 })
    if (!step.success) throw fault(i + 1, `"${short(written)}" cannot be done: ${step.error.issues[0]!.message}`)
    steps.push(step.data)
  }
  return steps
}

/** A step as it is written, or why it is none. */
function rawStep(written: string, mode: DtmfMode, folder: string): Raw | string {
  const [word = '', ...rest] = written.split(/\s+/)
  const argument = written.slice(word.length).trim()
  switch (word.toLowerCase()) {
    case 'wait':
      return (
        waiting(rest.map((part) => part.toLowerCase())) ??
        `"${short(written)}" is no wait: write wait for speech, wait for silence 1s or wait 2s, with timeout 10s ` +
          'behind the first two'
      )
    case 'say':
      return { kind: 'say', text: unquoted(argument) }
    case 'play':
      return argument === '' ? 'play needs a WAV file' : { kind: 'play', path: resolve(folder, unquoted(argument)) }
    case 'dtmf':
      return { kind: 'dtmf', digits: argument, mode }
    case 'refer':
      return { kind: 'refer', to: argument }
    case 'record':
      return { kind: 'record', file: argument === '' ? null : resolve(folder, unquoted(argument)) }
    case 'hang':
      if (argument.toLowerCase() === 'up') return { kind: 'hangup' }
      break
    case 'hangup':
    case 'hold':
    case 'resume':
    case 'mute':
    case 'unmute':
    case 'reinvite':
    case 'update':
      return argument === '' ? { kind: word.toLowerCase() } : `${word} takes nothing behind it`
  }
  return (
    `"${short(written)}" is no action: choose of wait for speech, wait for silence, wait TIME, say TEXT, ` +
    'play FILE.wav, dtmf DIGITS, hold, resume, mute, unmute, reinvite, update, record, refer URI and hang up'
  )
}

/** Of the words behind `wait`; null where they are none. */
function waiting(words: readonly string[]): Raw | null {
  const [first, second] = words
  if (first !== 'for') return words.length === 1 ? withTime('wait', 'ms', first!) : null
  const [value, ...more] = words.slice(2)
  if (second === 'speech') return withTimeout({ kind: 'wait-for-speech' }, words.slice(2))
  if (second !== 'silence') return null
  if (value === undefined || value === 'timeout') return withTimeout({ kind: 'wait-for-silence' }, words.slice(2))
  const silence = withTime('wait-for-silence', 'ms', value)
  return silence && withTimeout(silence, more)
}

function withTimeout(raw: Raw, words: readonly string[]): Raw | null {
  if (words.length === 0) return raw
  const timeoutMs = words[0] === 'timeout' && words.length === 2 ? millisecondsOf(words[1]!) : null
  return timeoutMs === null ? null : { ...raw, timeoutMs }
}

function withTime(kind: string, name: string, text: string): Raw | null {
  const ms = millisecondsOf(text)
  return ms === null ? null : { kind, [name]: ms }
}

const unquoted = (text: string): string => (/^"[^"]*"$/.test(text) ? text.slice(1, -1) : text)
const short = (text: string): string => text.slice(0, mostShown)
