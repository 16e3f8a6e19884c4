import type { ProviderFacts } from './provider.ts'

export const chime: ProviderFacts = {
  name: 'Amazon Chime Voice Connector',
  kind: 'trunk',
  source: 'Amazon Chime SDK documentation, Voice Connector',
  asOf: '2026',
  domains: ['voiceconnector.chime.aws'],
  software: ['Chime'],
  targets: [{ name: 'Voice Connector', address: '.voiceconnector.chime.aws' }],
  encryption: {
    modes: ['disabled', 'required'],
    needsTls: true,
    note: 'Encryption on means TLS and SRTP: what is in clear is refused.',
  },
  rates: [{ callsPerSecond: 1, per: 'Voice Connector', note: 'By default.' }],
  preset: { address: '.voiceconnector.chime.aws' },
  limits: ['Countries that may be called stand in a list.'],
}
