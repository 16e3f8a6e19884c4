import type { Provider } from './provider.ts'

export const elevenLabs: Provider = {
  name: 'ElevenLabs',
  source: 'ElevenLabs SIP trunking',
  asOf: '2026-11',
  domains: ['rtc.elevenlabs.io', 'residency.elevenlabs.io'],
  variables: {
    named: {
      'x-call-id': 'system__call_sid',
      'x-caller-id': 'system__caller_id',
      'sip.twilio.callsid': 'system__call_sid',
    },
    prefix: { header: 'x-', variable: 'sip_' },
  },
  refusals: [],
  preset: { address: 'sip.rtc.elevenlabs.io', transport: 'tcp', encryption: 'allowed', authentication: 'digest' },
  limits: [
    'SIP over TCP or TLS 1.2 and later; not over UDP.',
    'Codecs G.711 at 8 kHz and G.722 at 16 kHz.',
    'RTP over UDP, from and to ports 10000 to 60000, with at least 100 kbit/s a call.',
    'An inbound URI needs an identifier before the @.',
  ],
}
