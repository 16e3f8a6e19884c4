import type { Provider } from './provider.ts'

export const liveKit: Provider = {
  name: 'LiveKit',
  source: 'LiveKit SIP',
  asOf: '2026-11',
  domains: ['sip.livekit.cloud'],
  variables: null,
  refusals: [
    {
      status: 404,
      reason: 'does not match any SIP trunks',
      refusedBy: 'routing',
      next: 'No inbound trunk of the project matches: check the numbers of the trunk and its allowed addresses.',
    },
    {
      status: 404,
      reason: 'no trunk found',
      refusedBy: 'routing',
      next: 'No trunk was found for the called number: add the number to an inbound trunk.',
    },
    {
      status: 404,
      reason: 'dispatch rule',
      refusedBy: 'routing',
      next: 'A trunk matches and no dispatch rule does: add a dispatch rule for this trunk.',
    },
    {
      status: 400,
      reason: '',
      atDomain: true,
      refusedBy: 'media',
      next:
        'No codec or no encryption is in common: call again with PCMU, PCMA or G.722, and with the media ' +
        'encryption of the trunk.',
    },
  ],
  preset: { address: '.sip.livekit.cloud', transport: 'tcp', encryption: 'allowed', authentication: 'digest' },
  limits: [
    'Codecs PCMU, PCMA and G.722, with telephone-event; AMR-WB where it is switched on; no Opus.',
    'Rings for at most 3 minutes until an agent joins: a long ringing says that trunk and rule match and no ' +
      'agent comes.',
    'Ends a call without media: 30 s before the first packet, 15 s later.',
    'Repeats a refusal for the same Call-ID and From tag: a second try needs both again.',
  ],
}
