import type { ProviderFacts } from './provider.ts'

export const azureOpenAi: ProviderFacts = {
  name: 'Azure OpenAI',
  kind: 'voice-platform',
  source: 'Azure OpenAI documentation, Realtime over SIP',
  asOf: '2026',
  transports: [{ name: 'tls' }],
  authentication: [{ kind: 'none', note: 'The project says whose call it is.' }],
  headers: [{ name: 'any', means: 'A webhook as that of the Realtime service names the headers of the call.' }],
  preset: { address: '', transport: 'tls' },
}
