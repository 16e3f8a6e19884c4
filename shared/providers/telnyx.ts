import type { ProviderFacts } from './provider.ts'

type Refusal = NonNullable<ProviderFacts['refusals']>[number]

/** D-codes stand in the reason phrase. */
const refused = (codes: readonly number[], rest: Omit<Refusal, 'code' | 'alone'>): Refusal[] =>
  codes.map((n) => ({ code: `D${n}`, alone: 'proof', ...rest }))

export const telnyx: ProviderFacts = {
  name: 'Telnyx',
  kind: 'trunk',
  source: 'Telnyx documentation, SIP trunking',
  asOf: '2026',
  domains: ['sip.telnyx.com', 'sip.telnyx.eu', 'sip.telnyx.com.au', 'sip.telnyx.ca', 'sip.telnyx.asia'],
  software: ['Telnyx'],
  targets: [
    { name: 'US', address: 'sip.telnyx.com' },
    { name: 'Europe', address: 'sip.telnyx.eu' },
    { name: 'Australia', address: 'sip.telnyx.com.au' },
    { name: 'Canada', address: 'sip.telnyx.ca' },
    { name: 'Asia', address: 'sip.telnyx.asia' },
  ],
  transports: [
    { name: 'udp', port: 5060 },
    { name: 'tcp', port: 5060 },
    { name: 'tls', port: 5061 },
  ],
  rtpPorts: { first: 16_384, last: 32_768 },
  headers: [
    {
      name: 'P-Preferred-Identity',
      means: 'The caller ID; after it P-Asserted-Identity, Remote-Party-ID and From are looked at.',
    },
    { name: 'X-Telnyx-Username', means: 'Credential connections want it from platforms.' },
  ],
  rates: [{ callsPerSecond: 20, per: 'IP address or user' }],
  refusals: [
    ...refused([1, 2, 3], {
      status: 403,
      refusedBy: 'capacity',
      cause: 'a limit of concurrent calls is reached',
      next: 'End calls before new ones, or raise the limit of concurrent calls.',
    }),
    ...refused([10, 11, 12, 13, 14, 15, 16, 17], {
      status: 403,
      refusedBy: 'provider',
      cause: 'something that the call needs is disabled',
      next: 'Check that what the call needs is on, and ask the provider what this code names.',
    }),
    ...refused([18], {
      status: 404,
      refusedBy: 'routing',
      cause: 'the connection is inactive',
      next: 'Switch the connection on.',
    }),
    ...refused([19], {
      status: 404,
      refusedBy: 'provider',
      cause: 'billing forbids the call',
      next: 'Check the balance and the billing of the account.',
    }),
    ...refused([21], {
      status: 480,
      refusedBy: 'provider',
      cause: 'the provider, not the called party, has no way for the call now',
      next: 'Give the provider the code, the Call-ID and the time.',
    }),
    ...refused([22], {
      status: 403,
      refusedBy: 'capacity',
      cause: 'all channels are in use',
      next: 'End calls before new ones, or raise the number of channels.',
    }),
    ...refused([24], {
      status: 403,
      refusedBy: 'capacity',
      cause: 'the limit of calls a second is reached',
      next: 'Call slower: at most 20 calls a second for each address or user.',
    }),
    ...refused([25, 26, 27, 28, 29], {
      status: 403,
      refusedBy: 'credentials',
      cause: 'the authentication failed',
      next: 'Check the user and the password of the connection, or the address that it allows.',
    }),
    ...refused([30, 31], {
      status: 403,
      refusedBy: 'number',
      cause: 'the request URI is bad',
      next: 'Check the request URI: sip:+number@ and the host of the provider.',
    }),
    ...refused([35], {
      status: 403,
      refusedBy: 'number',
      cause: 'the caller number is invalid',
      next: 'Call with a caller ID that is a number of the account or a verified one, in E.164 form.',
    }),
  ],
  preset: { address: 'sip.telnyx.com', transport: 'udp', encryption: 'disabled', authentication: 'digest' },
  limits: ['NAPTR, SRV and A records are there.', 'A refusal names its D-code in the reason phrase.'],
}
