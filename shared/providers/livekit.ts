import type { ProviderFacts, ProviderRefusal, Source } from './provider.ts'

const routing = { status: 404, refusedBy: 'routing' } as const
const credentials = {
  status: 401,
  when: 'after-challenge',
  refusedBy: 'credentials',
  cause: 'the credentials are not those of the inbound trunk',
  next: 'Check user and password against auth_username and auth_password of the inbound trunk.',
} as const

/** Each by what happened, with the phrase exactly as it is sent. */
export const liveKitRefusals = {
  noTrunkMatches: {
    ...routing,
    phrase: 'Does not match any SIP Trunks',
    alone: 'proof',
    cause: 'no inbound trunk of the project matches the call',
    next: 'No inbound trunk of the project matches: check the numbers of the trunk and its allowed addresses.',
  },
  noTrunkFound: {
    ...routing,
    phrase: 'No trunk found',
    alone: 'hint',
    cause: 'no trunk was found for the called number',
    next: 'No trunk was found for the called number: add the number to an inbound trunk.',
  },
  noRuleMatches: {
    ...routing,
    phrase: 'Does not match Trunks or Dispatch Rules',
    alone: 'proof',
    cause: 'a trunk matches and no dispatch rule does',
    next: 'A trunk matches and no dispatch rule does: add a dispatch rule for this trunk.',
  },
  quota: {
    status: 503,
    phrase: 'Service temporarily unavailable',
    refusedBy: 'capacity',
    cause: 'a quota of the project is used up',
    next: 'Check the quota of the project, and call again when there is room.',
  },
  lookup: {
    status: 503,
    phrase: 'Try again later',
    refusedBy: 'provider',
    cause: 'it could not look up the trunk or the rule',
    next: 'Call again; if it stays so, give the provider the Call-ID and the time.',
  },
  challenge: {
    status: 407,
    phrase: 'Unauthorized',
    refusedBy: 'credentials',
    cause: 'the trunk wants credentials by digest (MD5)',
    next: 'Set the user and the password of the inbound trunk at the side that calls.',
  },
  unauthorized: { ...credentials, phrase: 'Unauthorized' },
  badCredentials: {
    ...credentials,
    phrase: 'Bad credentials',
    cause: 'it could not read the credentials, or had asked this caller for none',
    next: 'Let the side that calls answer the challenge of this call by digest (MD5), with the same user in From.',
  },
  nothingInCommon: {
    status: 400,
    phrase: '',
    alone: 'hint',
    refusedBy: 'media',
    cause: 'no codec or no encryption is in common',
    next:
      'No codec or no encryption is in common: call again with PCMU, PCMA or G.722, and with the media ' +
      'encryption of the trunk.',
  },
  rejected: {
    status: 486,
    phrase: 'Rejected',
    refusedBy: 'callee',
    cause: 'the call was rejected behind trunk and rule',
    next: 'Look in the log of the agent why it rejects this call.',
  },
  media: {
    status: 488,
    phrase: 'Media Failed',
    refusedBy: 'media',
    cause: 'the media of the call could not be set up',
    next: 'Check codecs, media encryption and the addresses in the session description.',
  },
} as const satisfies Readonly<Record<string, ProviderRefusal>>

/** What trunks and rules are matched by. */
export const liveKitMatching: Source = {
  source: 'LiveKit sources, protocol: sip/sip.go',
  url: 'https://github.com/livekit/protocol/blob/main/sip/sip.go',
  asOf: '2026-08-22',
}
/** What is answered, in which order. */
export const liveKitAnswers: Source = {
  source: 'LiveKit sources, sip: pkg/sip/inbound.go',
  url: 'https://github.com/livekit/sip/blob/main/pkg/sip/inbound.go',
  asOf: '2026-08-21',
}

/** Headers of carriers that become attributes whatever the trunk says. */
export const liveKitCarrierHeaders: readonly (readonly [header: string, attribute: string])[] = [
  ['X-Twilio-AccountSid', 'sip.twilio.accountSid'],
  ['X-Twilio-CallSid', 'sip.twilio.callSid'],
  ['X-call_leg_id', 'sip.telnyx.callLegID'],
  ['X-call_session_id', 'sip.telnyx.callSessionID'],
  ['X-Amzn-ConnectContactId', 'sip.amazon.contactId'],
  ['X-Amzn-ConnectInitialContactId', 'sip.amazon.initialContactId'],
  ['X-Amzn-SourceAccount', 'sip.amazon.sourceAccount'],
  ['X-Amzn-SourceArn', 'sip.amazon.sourceArn'],
  ['X-Amzn-TargetArn', 'sip.amazon.targetArn'],
]

export const liveKit: ProviderFacts = {
  name: 'LiveKit',
  kind: 'voice-platform',
  source: 'LiveKit SIP documentation and sources',
  asOf: '2026',
  domains: ['sip.livekit.cloud'],
  software: ['LiveKit'],
  targets: [{ name: 'project', address: '.sip.livekit.cloud' }],
  identifier: { required: true, example: '+14155550100', note: 'The number of an inbound trunk.' },
  encryption: {
    modes: ['disabled', 'allowed', 'required'],
    suites: ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'],
    note: 'SDES; disable, allow or require is a setting of the trunk.',
  },
  codecs: ['PCMU', 'PCMA', 'G722', 'telephone-event'],
  authentication: [
    { kind: 'digest', note: '407 with MD5; a second failure gets 401 without a challenge.' },
    { kind: 'ip', note: 'Allowed addresses of the trunk (CIDR).' },
  ],
  headers: [
    { name: 'X-…', means: 'headers_to_attributes of the trunk: those that become attributes of the participant.' },
    { name: 'X-…', means: 'attributes_to_headers and headers of the trunk say what it sends of its own.' },
  ],
  mediaTimeouts: { beforeFirstPacketS: 30, afterS: 15 },
  ringing: {
    everyS: 1,
    mostS: 180,
    means: 'the trunk and the dispatch rule match, and no agent has joined the room',
    next: 'Start the agent, and check that it is dispatched to the room of this call.',
  },
  refusals: Object.values(liveKitRefusals),
  preset: { address: '.sip.livekit.cloud', transport: 'tcp', encryption: 'allowed', authentication: 'digest' },
  limits: [
    'AMR-WB where it is switched on; no Opus.',
    'Rings for at most 3 minutes until an agent joins: a long ringing says that trunk and rule match and no ' +
      'agent comes.',
    'Repeats a refusal for the same Call-ID and From tag: a second try needs both new.',
    'Drops calls without an answer where there are too many, or by policy.',
    'A re-INVITE may be answered with the old direction.',
    'REGISTER is answered with 405: calls are authenticated one by one.',
    'A call that it does not know gets 481 Call does not exist.',
  ],
}
