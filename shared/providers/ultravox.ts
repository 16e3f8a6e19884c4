import type { ProviderFacts } from './provider.ts'

export const ultravox: ProviderFacts = {
  name: 'Ultravox',
  kind: 'voice-platform',
  source: 'Ultravox documentation, SIP',
  asOf: '2026',
  software: ['Ultravox'],
  identifier: { required: true, example: 'agent_{agent_id}' },
  authentication: [
    { kind: 'ip', note: 'A list of addresses.' },
    { kind: 'register', note: 'It registers with your PBX.' },
  ],
  preset: { address: '', authentication: 'ip' },
}
