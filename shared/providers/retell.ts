import type { ProviderFacts } from './provider.ts'

export const retell: ProviderFacts = {
  name: 'Retell',
  kind: 'voice-platform',
  source: 'Retell AI documentation, custom telephony',
  url: 'https://docs.retellai.com/deploy/twilio',
  asOf: '2026',
  domains: ['sip.retellai.com'],
  software: ['Retell'],
  targets: [{ name: 'standard', address: 'sip.retellai.com', note: 'Found by SRV records.' }],
  transports: [
    { name: 'tcp', note: 'Recommended.' },
    { name: 'udp' },
    { name: 'tls', note: 'Client certificates are offered.' },
  ],
  codecs: ['PCMU', 'PCMA', 'G722'],
  authentication: [
    { kind: 'digest' },
    { kind: 'ip', note: 'It has no single static address: its ranges must be allowed whole.' },
    { kind: 'certificate', note: 'Over TLS, where it is wanted.' },
  ],
  headers: [{ name: 'X-Telnyx-Username', means: 'Over Telnyx: says which connection its outbound calls belong to.' }],
  addresses: [
    { cidr: '18.98.16.120/30', use: 'any' },
    { cidr: '143.223.88.0/21', use: 'any' },
    { cidr: '161.115.160.0/19', use: 'any', region: 'US' },
  ],
  preset: { address: 'sip.retellai.com', transport: 'tcp', encryption: 'disabled', authentication: 'digest' },
  limits: [
    'A space in a termination URI makes outbound calls fail: remove it.',
    'Inbound calls go to the origination URI sip:sip.retellai.com.',
  ],
}
