import { create } from 'zustand'
import { execute, useEngine } from './engine.ts'
import { select, useUi } from './ui.ts'

/** The minute with a fault: an agent that demands encrypted media, and a call to it that offers none. */
interface Guide {
  /** Null: it does not go on. */
  readonly step: number | null
  readonly agent: string | null
  readonly uri: string
}

export const useGuide = create<Guide>(() => ({ step: null, agent: null, uri: '' }))

/** Starts the agent of the guide and places the call that it refuses. Rejects with a CommandFault. */
export async function startGuide(): Promise<void> {
  endGuide()
  const { id, addresses } = await execute('agent.start', {
    listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
    encryption: 'required',
    behaviour: { kind: 'answer', source: { kind: 'echo' } },
  })
  useGuide.setState({ step: 0, agent: id, uri: `sip:guide@127.0.0.1:${addresses[0]!.port}` })
  useUi.setState({ hint: null })
  await callGuide('disabled')
}

/** Calls the agent of the guide, with one thing changed. Rejects with a CommandFault. */
export async function callGuide(encryption: 'disabled' | 'required'): Promise<void> {
  const { id } = await execute('call.place', {
    uri: useGuide.getState().uri,
    source: { kind: 'marker' },
    durationMs: 6000,
    displayName: 'A minute with a fault',
    encryption,
  })
  select(id)
}

/** Goes on to the next step; after the last one the agent is stopped. */
export function nextStep(steps: number): void {
  const { step } = useGuide.getState()
  if (step !== null && step + 1 < steps) useGuide.setState({ step: step + 1 })
  else endGuide()
}

export function endGuide(): void {
  const { agent } = useGuide.getState()
  useGuide.setState({ step: null, agent: null })
  if (agent !== null && useEngine.getState().agents.has(agent))
    void execute('agent.stop', { id: agent }).catch(() => {})
}
