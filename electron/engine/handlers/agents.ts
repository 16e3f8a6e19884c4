import type { Agents } from '../calls/agents.ts'
import type { Handlers } from './handlers.ts'

export function agentHandlers(agents: Agents): Handlers<'agent'> {
  return {
    'agent.start': (args) => agents.start(args),
    'agent.stop': ({ id }) => agents.stop(id),
  }
}
