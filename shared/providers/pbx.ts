import type { ProviderFacts } from './provider.ts'

export const pbx: ProviderFacts = {
  name: 'Generic PBX',
  kind: 'pbx',
  source: 'RFC 3261',
  url: 'https://www.rfc-editor.org/rfc/rfc3261',
  asOf: '2002-06',
  identifier: {
    required: true,
    example: '1001',
    note: 'The extension, or the number as the dial plan of the PBX wants it.',
  },
  transports: [
    { name: 'udp', port: 5060, note: 'RFC 3261 18: every element has UDP and TCP.' },
    { name: 'tcp', port: 5060 },
    { name: 'tls', port: 5061 },
  ],
  authentication: [{ kind: 'digest' }, { kind: 'register', note: 'Where the PBX is to call you too.' }, { kind: 'ip' }],
  number: { form: 'as-configured', note: 'As the dial plan of the PBX has it, with or without +.' },
  preset: { address: '', transport: 'udp', authentication: 'digest' },
}
