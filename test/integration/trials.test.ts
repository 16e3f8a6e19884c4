import { afterEach, describe, expect, it } from 'vitest'
import { Engine } from '../../electron/engine/engine.ts'
import { mergeWebhook } from '../../shared/contract/merge.ts'
import type { TrialView } from '../../shared/contract/trial.ts'
import type { AgentView } from '../../shared/contract/state.ts'
import type { WebhookView } from '../../shared/contract/webhook.ts'

const engines: Engine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
})

/** An engine and what a window sees of it. */
function watched() {
  const engine = new Engine({ profile: null })
  engines.push(engine)
  const seen: { trial: TrialView | null; webhook: WebhookView | null; agents: Map<string, AgentView> } = {
    trial: null,
    webhook: null,
    agents: new Map(),
  }
  engine.subscribe({ reports: 'watched' }, ({ changes }) => {
    for (const change of changes) {
      if (change.kind === 'trial') seen.trial = change.trial
      if (change.kind === 'webhook') seen.webhook = mergeWebhook(seen.webhook ?? undefined, change.webhook)
      if (change.kind === 'agent') seen.agents.set(change.agent.id, change.agent)
      if (change.kind === 'gone' && change.of === 'agent') seen.agents.delete(change.id)
    }
  })
  return { engine, seen }
}

describe('a trial', () => {
  it('asks the built-in webhook, whose log shows it, and leaves nothing behind', { timeout: 30_000 }, async () => {
    const { engine, seen } = watched()
    await engine.execute('trial.start', { persona: 'elevenlabs' })
    await expect.poll(() => seen.trial?.done, { timeout: 20_000 }).toBe(true)
    expect(seen.trial!.steps.map(({ name, state }) => [name, state])).toEqual([
      ['agent', 'done'],
      ['call', 'done'],
      ['persona', 'done'],
      ['webhook', 'done'],
      ['variables', 'done'],
      ['to-peer', 'done'],
      ['from-peer', 'done'],
    ])
    expect(seen.webhook).toMatchObject({ persona: 'elevenlabs', faults: [] })
    expect(seen.webhook!.requests).toMatchObject([{ method: 'POST', answered: { status: 200 } }])
    expect(seen.agents.size).toBe(0)
    await expect(fetch(seen.webhook!.url)).rejects.toThrow()
  })

  it('ends with its engine, and at once when it is stopped', { timeout: 30_000 }, async () => {
    const { engine, seen } = watched()
    const { id } = await engine.execute('trial.start', { persona: 'livekit' })
    await engine.execute('trial.stop', { id })
    await expect.poll(() => seen.trial).toMatchObject({ done: true, stopped: true })
    await engine.execute('trial.start', { persona: 'elevenlabs' })
    await expect.poll(() => seen.trial?.steps[1]!.state, { timeout: 10_000 }).toBe('done')
    const { url } = seen.webhook!
    await engines.pop()!.close()
    await expect(fetch(url)).rejects.toThrow()
  })
})
