import type { ScriptStep } from '../contract/actions.ts'
import type { Music } from '../contract/music.ts'
import type { CallReport } from '../contract/report.ts'

/** A step as a script says it. */
export function stepText(step: ScriptStep): string {
  switch (step.kind) {
    case 'wait':
      return `wait ${timeText(step.ms)}`
    case 'wait-for-speech':
      return `wait for speech${patience(step.timeoutMs)}`
    case 'wait-for-silence':
      return `wait for silence ${timeText(step.ms)}${patience(step.timeoutMs)}`
    case 'say':
      return `say ${step.text}`
    case 'play':
      return `play ${playedAs(step.path)}`
    case 'dtmf':
      return `dtmf ${step.digits}`
    case 'refer':
      return `refer ${step.to}`
    case 'record':
      return step.file === null ? 'record' : `record ${step.file}`
    case 'hangup':
      return 'hang up'
    case 'hold':
      return step.music === undefined ? 'hold' : `hold ${musicText(step.music)}`
    case 'resume':
    case 'mute':
    case 'unmute':
    case 'reinvite':
    case 'update':
      return step.kind
  }
}

const musicText = (music: Music): string =>
  music.kind === 'file' ? playedAs(music.path) : music.kind === 'tone' ? `tone:${music.hz}` : music.kind

/** The file of a step, as `withSound` sets it; null where it needs none. */
export function soundOf(step: ScriptStep): string | null {
  if (step.kind === 'play') return step.path
  return step.kind === 'hold' && step.music?.kind === 'file' ? step.music.path : null
}

/** The step with another file. */
export function withSound(step: ScriptStep, path: string): ScriptStep {
  if (step.kind === 'play') return { ...step, path }
  return step.kind === 'hold' && step.music?.kind === 'file' ? { ...step, music: { kind: 'file', path } } : step
}

/** A sound as a script names it: what a window handed over is known by an id. */
export const playedAs = (path: string): string => path.replace(/^file:sounds\//, '')

const timeText = (ms: number) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`)
const usualTimeoutMs = 30_000
const patience = (timeoutMs: number) => (timeoutMs === usualTimeoutMs ? '' : ` timeout ${timeText(timeoutMs)}`)

/** How far a step of a script is: `left` where the call was over before it. */
export interface ScriptProgress {
  readonly text: string
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'left'
  /** Of what failed; a sentence. */
  readonly why: string | null
}

/** How far the script of a call is, line by line; empty where it has none. */
export function scriptProgress({ placed, observations, timeline }: CallReport): ScriptProgress[] {
  const steps = placed?.script ?? []
  const of = (kind: string) => observations.filter((one) => one.kind === kind)
  const begun = Number(of('script-step').at(-1)?.value ?? 0)
  const [failure] = of('script-failed')
  const failed = Number(failure?.value ?? 0)
  const over = timeline.endedAt !== null
  return steps.map((step, i) => {
    const n = i + 1
    const text = stepText(step)
    if (failure && n === failed) return { text, state: 'failed', why: failure.text }
    if (n < begun || (n === begun && over)) return { text, state: 'done', why: null }
    if (n === begun) return { text, state: 'running', why: null }
    return { text, state: over ? 'left' : 'waiting', why: null }
  })
}
