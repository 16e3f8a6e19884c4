import { headerKey, type SipMessage } from '../wire/sip/message.ts'
import { statusOf } from './statuses.ts'

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
}

/** What a header field is for; null for one that no standard describes (voice platforms: shared/providers). */
export function headerMeaning(name: string): Meaning | null {
  const key = headerKey(name)
  const known = Object.hasOwn(headers, key) ? headers[key] : undefined
  return known ? { text: known[0], source: known[1] } : null
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

/** What a message says, in a sentence. */
export function messageMeaning(message: SipMessage): Meaning {
  if (message.kind === 'request') {
    const known = Object.hasOwn(methods, message.method) ? methods[message.method] : undefined
    return known
      ? { text: known[0], source: known[1] }
      : { text: 'A method that is not standardised.', source: 'RFC 3261 7.1' }
  }
  return { text: statusOf(message.status).meaning, source: `RFC 3261 21.${Math.floor(message.status / 100)}` }
}
