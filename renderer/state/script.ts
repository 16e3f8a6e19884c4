import type { ScriptStep } from '../../shared/contract/actions.ts'
import { soundOf, withSound } from '../../shared/shown/script.ts'
import type { Draft } from './ui.ts'

/** What the script of the draft is: its steps, or what keeps it from being done; `missing`: sounds to be chosen. */
export interface DraftScript {
  readonly steps: readonly ScriptStep[]
  /** A sentence that names the line. */
  readonly fault: string | null
  readonly missing: readonly string[]
}

/** Null where there is none. */
export async function readDraftScript({
  script,
  sounds,
}: Pick<Draft, 'script' | 'sounds'>): Promise<DraftScript | null> {
  if (script.trim() === '') return null
  // Loaded when it is needed: with it come the schemas of the steps.
  const { readScriptText } = await import('../../shared/contract/script-text.ts')
  const read = readScriptText(script, { mode: 'rfc4733', path: (written) => written })
  if ('fault' in read) {
    const { line, why } = read.fault
    return { steps: [], fault: line === null ? `The script ${why}.` : `Line ${line}: ${why}.`, missing: [] }
  }
  const recording = read.steps.find((step) => step.kind === 'record')
  if (recording)
    return {
      steps: [],
      fault: `Line ${recording.line}: a script of a window writes no files. Record the call by its own button.`,
      missing: [],
    }
  const named = read.steps.map(soundOf)
  const missing = [...new Set(named.filter((name) => name !== null && !sounds[name]))] as string[]
  const steps = read.steps.map((step, i) => withSound(step, sounds[named[i] ?? ''] ?? ''))
  const fault = missing.length === 0 ? null : `Choose the sound ${missing.join(', ')} that the script plays.`
  return { steps, fault, missing }
}
