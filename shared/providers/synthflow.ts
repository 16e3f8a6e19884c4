import type { ProviderFacts } from './provider.ts'

export const synthflow: ProviderFacts = {
  name: 'Synthflow',
  kind: 'voice-platform',
  source: 'Synthflow documentation, SIP trunking',
  asOf: '2026',
  domains: ['sip.synthflow.ai', 'sip.us.synthflow.ai', 'sip.eu.synthflow.ai'],
  software: ['Synthflow'],
  targets: [
    { name: 'standard', address: 'sip.synthflow.ai' },
    { name: 'US', address: 'sip.us.synthflow.ai' },
    { name: 'EU', address: 'sip.eu.synthflow.ai' },
  ],
  identifier: { required: true, example: '+14155550100' },
  transports: [
    { name: 'udp', port: 32_681 },
    { name: 'tcp', port: 32_681 },
    { name: 'tls', port: 32_682 },
  ],
  authentication: [{ kind: 'digest' }, { kind: 'ip' }],
  number: { form: 'e164', note: 'The user part is the number in E.164 form: + and the country code.' },
  preset: { address: 'sip.synthflow.ai:32681', authentication: 'digest' },
}
