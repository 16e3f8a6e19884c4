import type { ProviderFacts } from './provider.ts'

export const daily: ProviderFacts = {
  name: 'Daily (Pipecat)',
  kind: 'voice-platform',
  source: 'Daily documentation, SIP trunks',
  asOf: '2026',
  domains: ['siptrunk.sip-us.daily.co'],
  targets: [{ name: 'US', address: '.siptrunk.sip-us.daily.co', note: 'The label before it routes the call.' }],
  headers: [{ name: 'any', means: 'Is passed on.' }],
  preset: { address: '.siptrunk.sip-us.daily.co' },
}
