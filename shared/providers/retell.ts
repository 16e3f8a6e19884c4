import type { Provider } from './provider.ts'

export const retell: Provider = {
  name: 'Retell',
  source: 'Retell SIP trunking',
  asOf: '2026-11',
  domains: ['sip.retellai.com'],
  variables: null,
  refusals: [],
  preset: { address: 'sip.retellai.com', transport: 'tcp', encryption: 'disabled', authentication: 'digest' },
  limits: ['TCP is recommended; UDP and TLS are there.', 'Codecs PCMU, PCMA and G.722.'],
}
