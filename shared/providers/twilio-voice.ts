import type { ProviderFacts } from './provider.ts'

export const twilioVoice: ProviderFacts = {
  name: 'Twilio Programmable Voice',
  kind: 'trunk',
  source: 'Twilio documentation, TwiML Voice: Sip',
  asOf: '2026',
  software: ['Twilio'],
  uriParameter: {
    name: 'region',
    values: [
      { value: 'us1', place: 'North America, Virginia' },
      { value: 'us2', place: 'North America, Oregon' },
      { value: 'ie1', place: 'Europe, Ireland' },
      { value: 'de1', place: 'Europe, Frankfurt' },
      { value: 'sg1', place: 'Asia Pacific, Singapore' },
      { value: 'jp1', place: 'Asia Pacific, Tokyo' },
      { value: 'br1', place: 'South America, São Paulo' },
      { value: 'au1', place: 'Asia Pacific, Sydney' },
    ],
    note: 'Where its calls to you come from; us1 where it is not given.',
  },
  transports: [{ name: 'udp', note: 'The default.' }, { name: 'tcp' }, { name: 'tls', port: 5061 }],
  authentication: [{ kind: 'digest', note: 'The attributes username and password.' }],
  headers: [
    { name: 'X-…', means: 'Given after ? in the URI, URL-encoded, several joined by &.' },
    { name: 'User-to-User', means: 'Can be given in the URI too, without X-.' },
    { name: 'X-…', means: 'Those of the final response reach the action URL as DialSipHeader_….' },
  ],
  uriLimits: { uri: 254, headers: 1023 },
  refer: {
    supported: false,
    note: 'REFER is not supported through Programmable Voice: use Elastic SIP Trunking.',
    from: {
      source: 'LiveKit documentation, Inbound calls with Twilio programmable voice',
      url: 'https://docs.livekit.io/sip/accepting-calls-twilio-voice/',
      asOf: '2025-11-01',
    },
  },
  preset: { address: '', transport: 'udp', authentication: 'digest' },
  limits: [
    'A caller ID is alphanumeric, with + - _ . and no white space.',
    'Up to ten are dialled at once, and the first that answers cancels the others.',
  ],
}
