import type { ProviderFacts } from './provider.ts'

export const plivo: ProviderFacts = {
  name: 'Plivo',
  kind: 'trunk',
  source: 'Plivo documentation, Zentrunk',
  asOf: '2026',
  domains: ['zt.plivo.com'],
  software: ['Plivo'],
  targets: [{ name: 'trunk', address: '.zt.plivo.com' }],
  codecs: ['PCMU', 'PCMA'],
  refer: { supported: false, note: 'There is no REFER.' },
  preset: { address: '.zt.plivo.com' },
}
