import { describe, expect, it } from 'vitest'
import { trialSteps, type TrialFacts } from '../../../electron/engine/trials/steps.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { elevenLabsPersona } from '../../../shared/providers/personas/elevenlabs/persona.ts'
import { providerNamed } from '../../../shared/providers/index.ts'

const nothing: TrialFacts = {
  definition: elevenLabsPersona,
  facts: providerNamed('ElevenLabs'),
  listening: null,
  fault: null,
  caller: null,
  agent: null,
  over: false,
}
const states = (facts: Partial<TrialFacts>) => trialSteps({ ...nothing, ...facts }).map(({ state }) => state)

describe('the steps of a trial', () => {
  it('wait for the agent to listen, and each names its document', () => {
    expect(states({})).toEqual(['running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'])
    expect(trialSteps(nothing)[2]!.source).toMatchObject({
      source: expect.stringContaining('ElevenLabs'),
      asOf: '2026',
    })
    expect(trialSteps(nothing)[5]!.source).toBeNull()
  })

  it('leave out the webhook of a persona whose server would have to accept the call', () => {
    const definition = { ...elevenLabsPersona, ownerAccepts: true } as const
    expect(trialSteps({ ...nothing, definition })[3]).toMatchObject({ state: 'not-part' })
  })

  it('say why the agent does not listen, and that nothing else was reached', () => {
    const [agent, call] = trialSteps({ ...nothing, fault: 'the port is taken', over: true })
    expect(agent).toMatchObject({ state: 'failed', text: 'the port is taken' })
    expect(call).toMatchObject({ state: 'waiting', text: 'not reached: “The agent listens” failed' })
  })

  it('say what a persona refused and what to do', () => {
    const agent = {
      persona: { decision: 'refused', because: 'no', next: 'Change it.', path: [], variables: [] },
      timeline: { answeredAt: null },
    } as unknown as CallReport
    const caller = {
      outcome: 'refused',
      status: { code: 403, reason: 'Forbidden' },
      findings: [],
      timeline: { answeredAt: null },
    } as unknown as CallReport
    const steps = trialSteps({ ...nothing, listening: 'TCP 127.0.0.1:1', caller, agent, over: true })
    expect(steps.map(({ state }) => state).slice(0, 3)).toEqual(['done', 'failed', 'failed'])
    expect(steps[2]!.text).toBe('refused: no. Change it.')
  })
})
