import type { Agents } from '../calls/agents.ts'
import type { Registrations } from '../trunks/registrations.ts'
import type { Handlers } from './handlers.ts'

export function agentHandlers(agents: Agents, registrations: Registrations): Handlers<'agent' | 'webhook'> {
  const { webhooks } = agents
  const registered = new Map<string, string>()
  return {
    'agent.start': async ({ register, ...args }) => {
      const settings = register && registrations.transportOf(register)
      const started = await agents.start(args, settings)
      if (!register) return started
      try {
        registered.set(started.id, registrations.start(register, agents.station(started.id)).id)
      } catch (error) {
        await agents.stop(started.id)
        throw error
      }
      return { ...started, registration: registered.get(started.id)! }
    },
    'agent.stop': async ({ id }) => {
      const registration = registered.get(id)
      registered.delete(id)
      if (registration !== undefined) await registrations.end(registration)
      return agents.stop(id)
    },
    'webhook.start': (args) => webhooks.start(args),
    'webhook.set': (args) => webhooks.set(args),
    'webhook.stop': ({ id }) => webhooks.stop(id),
  }
}
