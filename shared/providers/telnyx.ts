import type { Provider } from './provider.ts'

export const telnyx: Provider = {
  name: 'Telnyx',
  source: 'Telnyx SIP trunking',
  asOf: '2026-11',
  domains: ['sip.telnyx.com', 'sip.telnyx.eu'],
  variables: null,
  refusals: [],
  preset: { address: 'sip.telnyx.com', transport: 'udp', encryption: 'disabled', authentication: 'digest' },
  limits: [
    'UDP and TCP at port 5060, TLS at 5061; RTP at ports 16384 to 32768.',
    'At most 20 calls a second for each address or user.',
    'A refusal names its D-code in the reason phrase.',
  ],
}
