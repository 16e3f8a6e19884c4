import { describe, expect, it } from 'vitest'
import { readScriptText } from '../../../shared/contract/script-text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { scriptProgress, soundOf, stepText, withSound } from '../../../shared/shown/script.ts'

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

  it('keeps the music of a hold, and the file of it that a window handed over', () => {
    const held = ['hold', 'hold silence', 'hold tone:440', 'hold my music.wav']
    const holds = readScriptText(held.join('\n'), { mode: 'rfc4733', path: (written) => written })
    if ('fault' in holds) throw new Error(holds.fault.why)
    expect(holds.steps.map(stepText)).toEqual(held)
    expect(holds.steps.map(soundOf)).toEqual([null, null, null, 'my music.wav'])
    expect(withSound(holds.steps[3]!, 'file:sounds/1')).toMatchObject({ music: { path: 'file:sounds/1' } })
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
