import type { Provider } from './provider.ts'

export const vapi: Provider = {
  name: 'Vapi',
  source: 'Vapi SIP',
  asOf: '2026-11',
  domains: ['sip.vapi.ai', 'sip.eu.vapi.ai'],
  variables: null,
  refusals: [],
  preset: { address: 'sip.vapi.ai', transport: 'udp', encryption: 'disabled', authentication: 'ip' },
  limits: [
    'UDP and TCP at port 5060, TLS at 5061; RTP at ports 40000 to 60000.',
    'Media is encrypted over TLS only.',
    'Headers whose names begin with x- fill the variables of templates.',
  ],
}
