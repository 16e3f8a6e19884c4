import type { Provider } from './provider.ts'

export const twilio: Provider = {
  name: 'Twilio',
  source: 'Twilio Elastic SIP Trunking',
  asOf: '2026-11',
  domains: ['pstn.twilio.com'],
  variables: null,
  refusals: [],
  preset: { address: '.pstn.twilio.com', transport: 'udp', encryption: 'disabled', authentication: 'digest' },
  limits: [
    'A call whose request URI names another host than the trunk’s is dropped without an answer.',
    'One call a second for each trunk and region unless more is granted.',
    'Secure trunking means TLS and SRTP, both.',
    'A refusal carries X-Twilio-Error with its code.',
  ],
}
