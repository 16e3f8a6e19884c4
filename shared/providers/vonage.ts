import type { ProviderFacts } from './provider.ts'

export const vonage: ProviderFacts = {
  name: 'Vonage',
  kind: 'trunk',
  source: 'Vonage documentation, SIP trunking',
  asOf: '2026',
  domains: ['sip-us.vonage.com', 'sip-eu.vonage.com', 'sip-ap.vonage.com'],
  software: ['Vonage'],
  targets: [
    { name: 'US', address: '.sip-us.vonage.com' },
    { name: 'Europe', address: '.sip-eu.vonage.com' },
    { name: 'Asia Pacific', address: '.sip-ap.vonage.com' },
  ],
  codecs: ['PCMA', 'PCMU', 'iLBC', 'G729', 'G722'],
  headers: [{ name: 'User-to-User', means: 'Is passed on.' }],
  addresses: [
    { cidr: '216.147.0.0/18', use: 'media' },
    { cidr: '168.100.64.0/18', use: 'media' },
  ],
  preset: { address: '.sip-us.vonage.com' },
}
