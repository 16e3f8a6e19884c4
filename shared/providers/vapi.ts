import type { ProviderFacts } from './provider.ts'

export const vapi: ProviderFacts = {
  name: 'Vapi',
  kind: 'voice-platform',
  source: 'Vapi documentation, SIP',
  asOf: '2026',
  domains: ['sip.vapi.ai', 'sip.eu.vapi.ai'],
  software: ['Vapi'],
  targets: [
    { name: 'US', address: 'sip.vapi.ai' },
    { name: 'EU', address: 'sip.eu.vapi.ai' },
  ],
  identifier: { required: true, example: 'user' },
  transports: [
    { name: 'udp', port: 5060 },
    { name: 'tcp', port: 5060 },
    { name: 'tls', port: 5061 },
  ],
  rtpPorts: { first: 40_000, last: 60_000 },
  encryption: { modes: ['disabled', 'required'], needsTls: true, note: 'SRTP only with tls/srtp.' },
  authentication: [
    { kind: 'none', note: 'Inbound.' },
    { kind: 'digest', note: 'Outbound.' },
    { kind: 'register', note: 'Outbound.' },
    { kind: 'ip', note: 'Outbound.' },
  ],
  headers: [{ name: 'X-…', means: 'Fills the variable of that name in templates.' }],
  addresses: [
    { cidr: '44.229.228.186', use: 'signalling', region: 'US' },
    { cidr: '44.238.177.138', use: 'signalling', region: 'US' },
    { cidr: '63.182.83.170', use: 'signalling', region: 'EU' },
  ],
  preset: { address: 'sip.vapi.ai', transport: 'udp', encryption: 'disabled', authentication: 'ip' },
  limits: ['The addresses of its media are dynamic.'],
}
