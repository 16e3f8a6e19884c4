import type { ProviderFacts } from './provider.ts'

export const xAi: ProviderFacts = {
  name: 'xAI',
  kind: 'voice-platform',
  source: 'xAI documentation, voice over SIP',
  asOf: '2026',
  domains: ['sip.voice.x.ai'],
  targets: [{ name: 'standard', address: 'sip.voice.x.ai' }],
  identifier: { required: true, example: '+14155550100', note: 'The user part is the number.' },
  transports: [{ name: 'tls' }],
  authentication: [{ kind: 'ip', note: 'A list of blocks (CIDR).' }, { kind: 'digest' }],
  headers: [{ name: 'any', means: 'A signed webhook names the headers of the call.' }],
  preset: { address: 'sip.voice.x.ai', transport: 'tls', authentication: 'digest' },
}
