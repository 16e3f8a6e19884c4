import { musicForms, musicNamed } from './music.ts'
import { millisecondsOf } from '../base/time.ts'
import type { DtmfMode } from '../model/dtmf.ts'
import { scriptStepSchema, type ScriptStep } from './actions.ts'

const mostSteps = 1000
const mostShown = 60

type Raw = Record<string, unknown> & { readonly kind: string }

/** Something that is wrong in a script; `line` from 1, null where it is about no line. A clause. */
export interface ScriptFault {
  readonly line: number | null
  readonly why: string
}

interface Reading {
  /** Of digits. */
  readonly mode: DtmfMode
  /** Where a file that a line names is. */
  path(written: string): string
}

/** A script as people write it: a step for each line that is neither empty nor a comment (#). */
export function readScriptText(
  text: string,
  reading: Reading,
): { readonly steps: ScriptStep[] } | { readonly fault: ScriptFault } {
  const steps: ScriptStep[] = []
  for (const [i, whole] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const written = whole.trim()
    if (written === '' || written.startsWith('#')) continue
    const raw = rawStep(written, reading)
    if (typeof raw === 'string') return { fault: { line: i + 1, why: raw } }
    const step = scriptStepSchema.safeParse({ ...raw, line: i + 1 })
    if (!step.success)
      return { fault: { line: i + 1, why: `"${short(written)}" cannot be done: ${step.error.issues[0]!.message}` } }
    steps.push(step.data)
  }
  if (steps.length === 0)
    return { fault: { line: null, why: 'has no action: write one a line, like "wait for speech"' } }
  if (steps.length > mostSteps)
    return { fault: { line: null, why: `has ${steps.length} actions: at most ${mostSteps} can be done` } }
  return { steps }
}

/** A step as it is written, or why it is none. */
function rawStep(written: string, { mode, path }: Reading): Raw | string {
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
      return argument === '' ? 'play needs a WAV file' : { kind: 'play', path: path(unquoted(argument)) }
    case 'dtmf':
      return { kind: 'dtmf', digits: argument, mode }
    case 'refer':
      return { kind: 'refer', to: argument }
    case 'record':
      return { kind: 'record', file: argument === '' ? null : path(unquoted(argument)) }
    case 'hang':
      if (argument.toLowerCase() === 'up') return { kind: 'hangup' }
      break
    case 'hold': {
      if (argument === '') return { kind: 'hold' }
      const music = musicNamed(unquoted(argument))
      if (!music) return `hold takes ${musicForms} behind it, or nothing`
      return { kind: 'hold', music: music.kind === 'file' ? { ...music, path: path(music.path) } : music }
    }
    case 'hangup':
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
