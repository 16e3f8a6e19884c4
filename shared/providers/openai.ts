import type { Provider } from './provider.ts'

export const openAi: Provider = {
  name: 'OpenAI',
  source: 'OpenAI Realtime over SIP',
  asOf: '2026-11',
  domains: ['sip.api.openai.com', 'sip-eu.api.openai.com'],
  variables: null,
  refusals: [],
  preset: { address: 'sip.api.openai.com', transport: 'tls', encryption: 'allowed', authentication: 'ip' },
  limits: ['SIP over TLS, at port 5061.', 'The user part of the URI is the id of the project.'],
}
