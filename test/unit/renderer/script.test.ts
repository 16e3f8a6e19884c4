import { describe, expect, it } from 'vitest'
import { readScriptText } from '../../../shared/contract/script-text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { scriptProgress, stepText } from '../../../shared/shown/script.ts'

const script = ['wait for speech timeout 10s', 'say Hello', 'wait for silence 1s', 'dtmf 12', 'wait 500ms', 'hang up']
const read = readScriptText(script.join('\n'), { mode: 'rfc4733', path: (written) => written })
const steps = 'steps' in read ? read.steps : []
const report = (observations: readonly (readonly [string, string])[], endedAt: string | null = null) =>
  ({
    placed: { script: steps },
    observations: observations.map(([kind, value]) => ({
      at: '',
      kind,
      text: 'line 2 of the script (say): why',
      value,
    })),
    timeline: { endedAt },
  }) as unknown as CallReport

describe('the script of a call', () => {
  it('is written as it was read', () => {
    expect(steps.map(stepText)).toEqual(script)
  })

  it('is told line by line', () => {
    const state = (...args: Parameters<typeof report>) => scriptProgress(report(...args)).map((step) => step.state[0])
    expect(state([]).join('')).toBe('wwwwww')
    expect(
      state([
        ['script-step', '1'],
        ['script-step', '2'],
      ]).join(''),
    ).toBe('drwwww')
    const failed = [
      ['script-step', '2'],
      ['script-failed', '2'],
    ] as const
    expect(state(failed, 'then').join('')).toBe('dfllll')
    expect(state([['script-step', '6']], 'then').join('')).toBe('dddddd')
  })
})
