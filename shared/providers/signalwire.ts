import type { ProviderFacts } from './provider.ts'

export const signalWire: ProviderFacts = {
  name: 'SignalWire',
  kind: 'trunk',
  source: 'SignalWire documentation, Sip noun',
  asOf: '2026',
  software: ['SignalWire'],
  transports: [{ name: 'tls', note: 'The default of calls that it places by a document.' }],
  preset: { address: '', transport: 'tls' },
}
