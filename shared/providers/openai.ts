import type { ProviderFacts } from './provider.ts'

export const openAi: ProviderFacts = {
  name: 'OpenAI Realtime',
  kind: 'voice-platform',
  source: 'OpenAI documentation, Realtime over SIP',
  asOf: '2026',
  domains: ['sip.api.openai.com', 'sip-eu.api.openai.com'],
  software: ['OpenAI'],
  targets: [
    { name: 'standard', address: 'sip.api.openai.com' },
    { name: 'EU', address: 'sip-eu.api.openai.com' },
  ],
  identifier: { required: true, example: 'proj_…', note: 'The user part is the id of the project.' },
  transports: [{ name: 'tls', port: 5061 }],
  encryption: { modes: ['disabled'], note: 'RTP/AVP was answered in 2025; GPT-Live requires TLS and SDES-SRTP.' },
  codecs: ['PCMU'],
  authentication: [{ kind: 'none', note: 'The id of the project in the user part says whose call it is.' }],
  headers: [
    { name: 'any', means: 'The webhook realtime.call.incoming names the headers of the call in data.sip_headers.' },
  ],
  refer: { supported: true, note: 'By its owner over REST: /v1/realtime/calls/{id}/refer.' },
  preset: { address: 'sip.api.openai.com', transport: 'tls', encryption: 'disabled', authentication: 'ip' },
  limits: [
    'Its owner accepts, rejects (300 to 699), refers or hangs up each call over REST after a signed webhook.',
    'A Contact that says its transport twice is refused with 403.',
    'A 200 OK without Content-Type was seen.',
    'An outbound trunk of GPT-Live must speak Opus; private hosts are refused.',
  ],
}
