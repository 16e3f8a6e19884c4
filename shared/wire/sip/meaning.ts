import { printable } from '../../base/text.ts'
import { headerKey, type SipMessage } from './message.ts'

/** A sentence for a person, and where it is laid down. */
export interface Meaning {
  readonly text: string
  readonly source: string
}

const headers: Readonly<Record<string, readonly [text: string, source: string]>> = {
  'via': ['The way the request came; responses go back along it, the topmost entry first.', 'RFC 3261 20.42'],
  'from': ['Who calls: the address and, as its tag, the half of the dialog that the caller chose.', 'RFC 3261 20.20'],
  'to': ['Who is called: the address; the tag is added by whoever answers.', 'RFC 3261 20.39'],
  'call-id': ['Names this call at both ends; every message of it carries the same value.', 'RFC 3261 20.8'],
  'cseq': [
    'Numbers the requests of a dialog; a response repeats the number and method of its request.',
    'RFC 3261 20.16',
  ],
  'contact': [
    'Where later requests of this dialog must go, whatever proxies were in between at first.',
    'RFC 3261 20.10',
  ],
  'max-forwards': ['How many more hops the request may take; at zero it is refused with 483.', 'RFC 3261 20.22'],
  'record-route': ['A proxy that wants to see every later request of this dialog put itself here.', 'RFC 3261 20.30'],
  'route': ['The proxies that this request must still pass, in order.', 'RFC 3261 20.34'],
  'content-type': ['What the body is.', 'RFC 3261 20.15'],
  'content-length': [
    'The bytes of the body; over TCP and TLS it says where the next message begins.',
    'RFC 3261 20.14',
  ],
  'content-encoding': ['How the body is compressed.', 'RFC 3261 20.12'],
  'content-disposition': ['What the body is for.', 'RFC 3261 20.11'],
  'user-agent': ['The software that sent the request.', 'RFC 3261 20.41'],
  'server': ['The software that sent the response.', 'RFC 3261 20.35'],
  'allow': ['The methods that the sender understands.', 'RFC 3261 20.5'],
  'supported': ['Extensions that the sender can use if the other side asks for them.', 'RFC 3261 20.37'],
  'require': ['Extensions that the receiver must know, or refuse with 420.', 'RFC 3261 20.32'],
  'unsupported': ['The required extensions that were not understood.', 'RFC 3261 20.40'],
  'proxy-require': ['Extensions that every proxy on the way must know.', 'RFC 3261 20.29'],
  'www-authenticate': [
    'A challenge: prove that you know the password for this realm, with this nonce.',
    'RFC 3261 20.44, RFC 8760',
  ],
  'authorization': [
    'The answer to the challenge of the callee or registrar: a digest, never the password.',
    'RFC 3261 20.7, RFC 8760',
  ],
  'proxy-authenticate': [
    'A challenge by a proxy: prove that you know the password for this realm, with this nonce.',
    'RFC 3261 20.27, RFC 8760',
  ],
  'proxy-authorization': [
    'The answer to the challenge of a proxy: a digest, never the password.',
    'RFC 3261 20.28, RFC 8760',
  ],
  'expires': ['For how many seconds the registration or request holds.', 'RFC 3261 20.19'],
  'min-expires': ['The shortest lifetime that the registrar grants.', 'RFC 3261 20.23'],
  'session-expires': [
    'The call is taken as dead unless it is refreshed within this many seconds; the refresher is named.',
    'RFC 4028 4',
  ],
  'min-se': ['The shortest session timer that the sender accepts, in seconds.', 'RFC 4028 5'],
  'accept': ['The body types that the sender understands.', 'RFC 3261 20.1'],
  'accept-encoding': ['The compressions that the sender understands.', 'RFC 3261 20.2'],
  'accept-language': ['The languages preferred for reason phrases.', 'RFC 3261 20.3'],
  'warning': ['Why a request was refused, in more words than the status has.', 'RFC 3261 20.43'],
  'reason': ['Why the call ended, with a SIP or Q.850 cause.', 'RFC 3326'],
  'retry-after': ['Try again after this many seconds.', 'RFC 3261 20.33'],
  'subject': ['What the call is about.', 'RFC 3261 20.36'],
  'date': ['When the message was made.', 'RFC 3261 20.17'],
  'timestamp': ['A clock reading of the sender, for measuring the round trip.', 'RFC 3261 20.38'],
  'priority': ['How urgent the caller thinks it is.', 'RFC 3261 20.26'],
  'organization': ['Who the sender belongs to.', 'RFC 3261 20.25'],
  'rseq': ['Numbers a provisional response that must be acknowledged with PRACK.', 'RFC 3262 7.1'],
  'rack': ['The provisional response that this PRACK acknowledges.', 'RFC 3262 7.2'],
  'event': ['What a subscription or notification is about.', 'RFC 6665 8.2.1'],
  'subscription-state': ['Whether the subscription goes on, and for how long.', 'RFC 6665 8.2.3'],
  'refer-to': ['Where the call is to be transferred to.', 'RFC 3515 2.1'],
  'referred-by': ['Who asked for the transfer.', 'RFC 3892 3'],
  'replaces': ['The dialog that this call takes the place of.', 'RFC 3891 6.1'],
  'p-asserted-identity': ['The caller ID that a trusted network vouches for; it may differ from From.', 'RFC 3325 9.1'],
  'p-preferred-identity': ['The caller ID that the caller asks the network to assert.', 'RFC 3325 9.2'],
  'remote-party-id': ['An older form of P-Asserted-Identity, never standardised.', 'draft-ietf-sip-privacy-04'],
  'privacy': ['Which parts of the identity the caller wants withheld.', 'RFC 3323 4.2'],
  'diversion': ['Who was called before the call was forwarded, and why.', 'RFC 5806'],
  'history-info': ['The addresses that the call was aimed at on its way.', 'RFC 7044'],
  'identity': ['A signature over the caller ID (STIR).', 'RFC 8224 4'],
  'user-to-user': ['Data from the caller’s application to the callee’s.', 'RFC 7433'],
  'path': ['Proxies that requests to this registration must pass.', 'RFC 3327'],
  'service-route': ['Proxies that requests of a registered phone must pass.', 'RFC 3608'],
  'x-call-id': ['Call metadata for voice platforms: becomes the variable system__call_sid.', 'ElevenLabs SIP trunking'],
  'x-caller-id': [
    'Call metadata for voice platforms: becomes the variable system__caller_id.',
    'ElevenLabs SIP trunking',
  ],
}

/** What a header field is for; null for one that nobody has described to us. */
export function headerMeaning(name: string): Meaning | null {
  const key = headerKey(name)
  const known = Object.hasOwn(headers, key) ? headers[key] : undefined
  if (known) return { text: known[0], source: known[1] }
  return key.startsWith('x-')
    ? {
        text: `A header of the sender’s own; voice platforms pass it on as the variable ${printable(variableOf(name) ?? '')}.`,
        source: 'not standardised',
      }
    : null
}

/** The variable that a voice platform makes of an inbound header; null for headers that become none (ElevenLabs SIP trunking). */
export function variableOf(name: string): string | null {
  const key = name.toLowerCase()
  if (key === 'x-call-id') return 'system__call_sid'
  if (key === 'x-caller-id') return 'system__caller_id'
  return key.startsWith('x-') && key.length > 2 ? `sip_${key.slice(2).replaceAll('-', '_')}` : null
}

const methods: Readonly<Record<string, readonly [text: string, source: string]>> = {
  INVITE: ['Asks for a call, or within one for a change of its media.', 'RFC 3261 13'],
  ACK: ['Confirms that the final response to INVITE arrived.', 'RFC 3261 13.2.2.4'],
  BYE: ['Ends the call.', 'RFC 3261 15'],
  CANCEL: ['Takes back an INVITE that has no final response yet.', 'RFC 3261 9'],
  REGISTER: ['Tells the registrar where a user can be reached.', 'RFC 3261 10'],
  OPTIONS: ['Asks what the other side can do, or whether it is there.', 'RFC 3261 11'],
  PRACK: ['Confirms a provisional response that was sent reliably.', 'RFC 3262'],
  UPDATE: ['Changes or refreshes the session without a new INVITE.', 'RFC 3311'],
  INFO: ['Carries data within a call, often a DTMF digit.', 'RFC 6086'],
  REFER: ['Asks the other side to call someone else: a transfer.', 'RFC 3515'],
  NOTIFY: ['Reports an event to a subscriber.', 'RFC 6665'],
  SUBSCRIBE: ['Asks to be told of events.', 'RFC 6665'],
  MESSAGE: ['Carries a text message.', 'RFC 3428'],
  PUBLISH: ['Hands over a state that others may subscribe to.', 'RFC 3903'],
}

const statuses: Readonly<Record<number, string>> = {
  100: 'The request has arrived at the next hop; nothing is decided.',
  180: 'The callee is being alerted.',
  181: 'The call is being forwarded.',
  182: 'The call waits in a queue.',
  183: 'The call makes progress; audio before the answer may follow.',
  200: 'The request succeeded; for INVITE, the call is answered.',
  202: 'Accepted, but not carried out yet.',
  301: 'The callee has moved for good; the new address is in Contact.',
  302: 'The callee is elsewhere for now; the address is in Contact.',
  305: 'The call must go through the proxy in Contact.',
  400: 'The request could not be understood: malformed.',
  401: 'Credentials are needed; the challenge is in WWW-Authenticate.',
  403: 'Understood and refused: not allowed, whatever the credentials.',
  404: 'There is no such user or number here.',
  405: 'The method is not allowed for this address.',
  406: 'No acceptable response format.',
  407: 'A proxy needs credentials; the challenge is in Proxy-Authenticate.',
  408: 'Nobody answered in time.',
  410: 'The user was here once and is gone.',
  413: 'The request is too large.',
  414: 'The request URI is too long.',
  415: 'The body has a type that is not supported.',
  416: 'The scheme of the URI is not supported.',
  420: 'A required extension is not supported; see Unsupported.',
  421: 'An extension is required; see Require.',
  422: 'The session timer is too short; see Min-SE.',
  423: 'The lifetime asked for is too short; see Min-Expires.',
  429: 'The Referred-By of the transfer is missing, or too many requests came.',
  433: 'Anonymous calls are not accepted.',
  480: 'The callee cannot be reached at the moment.',
  481: 'There is no such call here: the message reached a server that does not know the dialog.',
  482: 'The request went in a circle.',
  483: 'Too many hops.',
  484: 'The number is incomplete.',
  485: 'The address is ambiguous.',
  486: 'The callee is busy.',
  487: 'The INVITE was cancelled.',
  488: 'The media that was offered is not acceptable: codec, encryption or address.',
  489: 'The event is not known.',
  491: 'Both sides changed the session at once; try again.',
  500: 'The server failed.',
  501: 'The method is not implemented.',
  502: 'The server behind this one gave a bad answer.',
  503: 'The service is overloaded or down; another target may work.',
  504: 'The server behind this one did not answer.',
  505: 'The SIP version is not supported.',
  513: 'The message is too large.',
  580: 'A precondition could not be met.',
  600: 'Busy everywhere.',
  603: 'The callee declines.',
  604: 'This user exists nowhere.',
  606: 'The session is acceptable nowhere.',
  607: 'The callee does not want this call.',
  608: 'An intermediary rejected the call.',
}

const classes = [
  '',
  'Provisional: the request goes on.',
  'The request succeeded.',
  'The callee is to be tried elsewhere.',
  'Refused: this request cannot succeed here as it is.',
  'The server failed.',
  'Refused everywhere.',
]

/** What a message says, in a sentence. */
export function messageMeaning(message: SipMessage): Meaning {
  if (message.kind === 'request') {
    const known = Object.hasOwn(methods, message.method) ? methods[message.method] : undefined
    return known
      ? { text: known[0], source: known[1] }
      : { text: 'A method that is not standardised.', source: 'RFC 3261 7.1' }
  }
  const known = statuses[message.status]
  return {
    text: known ?? classes[Math.floor(message.status / 100)] ?? 'A status outside 100 to 699.',
    source: `RFC 3261 21.${Math.floor(message.status / 100)}`,
  }
}
