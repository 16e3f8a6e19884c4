import type { PersonaDefinition } from '../persona.ts'
import { documentSchema, projectOf } from './config.ts'
import { LiveKitPersona } from './persona.ts'

export const liveKitPersona: PersonaDefinition = {
  name: 'livekit',
  provider: 'LiveKit',
  title: 'a project with inbound trunks and dispatch rules, as its command line creates them',
  transports: ['udp', 'tcp', 'tls'],
  schema: documentSchema,
  mostDocuments: 50,
  asksWebhook: false,
  example: {
    trunk: { name: 'My inbound trunk', auth_username: 'ringback', auth_password: 'change-me' },
    dispatch_rule: { rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } },
    play: { agent_joins_after_ms: 1000 },
  },
  open(documents) {
    const given = documents.length > 0 ? documents : [usual]
    return new LiveKitPersona(projectOf(given.map((document) => documentSchema.parse(document))))
  },
}

/** Where nothing is said: every caller gets a room of its own. */
const usual = {
  trunk: { name: 'any number' },
  dispatch_rule: { rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } },
}
