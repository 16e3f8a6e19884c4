import type { ProviderFacts, ProviderRefusal, Source } from './provider.ts'

/** Its name says whose it is. */
const error = { header: 'X-Twilio-Error', alone: 'proof' } as const

const dictionary = (code: string): { readonly from: Source } => ({
  from: {
    source: 'Twilio documentation, Error and Warning Dictionary',
    url: `https://www.twilio.com/docs/api/errors/${code}`,
    asOf: '2026-11',
  },
})

/** Each by what happened. */
export const twilioElasticRefusals = {
  rate: {
    ...error,
    code: '32001',
    text: 'SIP: Trunk CPS limit exceeded',
    status: 503,
    refusedBy: 'capacity',
    cause: 'the trunk’s limit of calls a second is reached',
    next: 'Call slower, or ask for more calls a second for this trunk.',
  },
  concurrency: {
    ...error,
    code: '10004',
    text: 'Call concurrency limit exceeded',
    refusedBy: 'capacity',
    cause: 'the account has as many calls under way as it may have at once',
    next: 'End calls first, or have the account approved: trial accounts and new ones have few calls at once.',
    ...dictionary('10004'),
  },
  endpoint: {
    ...error,
    code: '32011',
    refusedBy: 'routing',
    cause: 'your endpoint, which the call was to be sent to, failed',
    next: 'Check that the endpoint of the origination URI answers, and how it answered this call.',
  },
  noPermission: {
    ...error,
    code: '32200',
    text: 'SIP: Insufficient permissions',
    status: 403,
    refusedBy: 'provider',
    cause: 'the account may not call, or the trunk has no way to authenticate a caller',
    next: 'Check that the account is active, and give the trunk a credential list or an IP access control list.',
    ...dictionary('32200'),
  },
  address: {
    ...error,
    code: '32201',
    text: 'Authentication failure - source IP Address not in ACL',
    status: 403,
    refusedBy: 'acl',
    cause: 'the address that the call came from is in no IP access control list of the trunk',
    next: 'Add the address that your calls leave from to the IP access control list of the trunk.',
    ...dictionary('32201'),
  },
  fraud: {
    ...error,
    code: '32203',
    text: 'Call blocked as potential fraud',
    status: 603,
    refusedBy: 'provider',
    cause: 'the call is blocked as fraud',
    next: 'Do not call again as it is: check the number and the account, and ask the provider why it is blocked.',
    retry: false,
  },
  callerId: {
    ...error,
    code: '32204',
    text: 'Invalid Caller ID',
    status: 403,
    refusedBy: 'number',
    cause: 'the number in From is neither a number of the account nor a verified caller ID',
    next: 'Call with a number of the account or a verified caller ID in From, or verify this one in the Console.',
    ...dictionary('32204'),
  },
  country: {
    ...error,
    code: '32205',
    text: 'No International Permission',
    status: 403,
    refusedBy: 'number',
    cause: 'the country of the called number is not allowed',
    next: 'Allow the country under Voice Geographic Permissions, Elastic SIP Trunking, in the Console.',
    from: {
      source: 'Twilio Help Center, International Voice Dialing Geographic Permissions',
      url: 'https://support.twilio.com/hc/en-us/articles/223180228',
      asOf: '2026-11',
    },
  },
  srtpRefused: {
    ...error,
    code: '32207',
    status: 488,
    refusedBy: 'media',
    cause: 'SRTP is not accepted on this trunk',
    next: 'Call again with media encryption disabled, or switch secure trunking on.',
    change: { what: 'encryption', to: 'disabled' },
  },
  srtpRequired: {
    ...error,
    code: '32208',
    text: 'Secure media required',
    status: 488,
    refusedBy: 'media',
    cause: 'SRTP is required on this trunk',
    next: 'Call again with media encryption required (and over TLS), or switch secure trunking off.',
    change: { what: 'encryption', to: 'required' },
  },
  tlsRequired: {
    ...error,
    code: '32209',
    text: 'Secure SIP transport required',
    status: 488,
    refusedBy: 'transport',
    cause: 'TLS is required on this trunk',
    next: 'Call again over TLS, or switch secure trunking off.',
    change: { what: 'transport', to: 'tls' },
  },
  number: {
    ...error,
    code: '13224',
    text: 'Invalid phone number',
    status: 400,
    refusedBy: 'number',
    cause: 'the number is invalid',
    next: 'Write the number in E.164 form: + and the country code.',
  },
} as const satisfies Readonly<Record<string, ProviderRefusal>>

const pooled = ['32012', '32013'].map((code) => ({
  ...error,
  code,
  refusedBy: 'capacity' as const,
  cause: 'the pooled limit of calls a second is reached',
  next: 'Call slower, or ask for more calls a second for the pool of trunks.',
}))

export const twilioElastic: ProviderFacts = {
  name: 'Twilio Elastic SIP Trunking',
  kind: 'trunk',
  source: 'Twilio Elastic SIP Trunking documentation',
  asOf: '2026',
  domains: ['pstn.twilio.com', 'pstn.*.twilio.com'],
  software: ['Twilio'],
  targets: [
    { name: 'any edge', address: '.pstn.twilio.com', note: 'The termination URI of the trunk.' },
    {
      name: 'edge Frankfurt',
      address: '.pstn.frankfurt.twilio.com',
      note: 'A localised termination URI near your region is better; other edges have their name in the same place.',
    },
  ],
  uriParameter: {
    name: 'edge',
    values: [{ value: 'frankfurt', place: 'Frankfurt' }],
    note: 'Of the origination URI: which edge calls come from.',
  },
  transports: [{ name: 'udp' }, { name: 'tcp' }, { name: 'tls', note: 'TLS 1.2.' }],
  rtpPorts: { first: 10_000, last: 60_000 },
  encryption: {
    modes: ['disabled', 'required'],
    suites: ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'],
    needsTls: true,
    note: 'Secure trunking is TLS and SRTP, both; SDES without MKI.',
  },
  authentication: [
    {
      kind: 'digest',
      note: 'A credential list; the user name is not the friendly name of the list.',
      from: {
        source: 'Retell AI documentation, Connect via SIP trunking: Twilio',
        url: 'https://docs.retellai.com/deploy/twilio',
        asOf: '2026',
      },
    },
    { kind: 'ip', note: 'An IP access control list, with ranges.' },
  ],
  headers: [
    { name: error.header, means: 'On the final response of a refused call: a code and its text.' },
    {
      name: 'From',
      means: 'A header manipulation policy of the trunk can replace the number in it by a verified caller ID.',
      from: {
        source: 'Retell AI documentation, Connect via SIP trunking: Twilio',
        url: 'https://docs.retellai.com/deploy/twilio',
        asOf: '2026',
      },
    },
  ],
  addresses: [
    ...[
      '54.172.60.0/30',
      '54.244.51.0/30',
      '177.71.206.192/30',
      '54.171.127.192/30',
      '35.156.191.128/30',
      '54.65.63.192/30',
      '54.169.127.128/30',
      '54.252.254.64/30',
    ].map((cidr) => ({ cidr, use: 'signalling' as const })),
    { cidr: '168.86.128.0/18', use: 'media' },
  ],
  rates: [
    { callsPerSecond: 1, per: 'trunk and region', note: 'By default.' },
    { callsPerSecond: 30, per: 'pair of IP addresses' },
    { concurrentCalls: 4, per: 'trial account' },
  ],
  refer: { supported: true, note: 'REFER must be enabled on the trunk.' },
  refusals: [...Object.values(twilioElasticRefusals), ...pooled],
  preset: { address: '.pstn.twilio.com', transport: 'udp', encryption: 'disabled', authentication: 'digest' },
  limits: [
    'A call whose request URI names another host than the trunk’s domain is dropped without an answer.',
    'Secure trunking means TLS and SRTP, both.',
    'It does not fail over on 486.',
    'Countries are allowed one by one: Voice Geographic Permissions, Elastic SIP Trunking.',
  ],
}
