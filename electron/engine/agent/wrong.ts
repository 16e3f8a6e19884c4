import { decodeText, encodeText } from '../../../shared/base/text.ts'
import type { Behaviour } from '../../../shared/contract/agent-parts.ts'
import type { Parsed } from '../../../shared/contract/commands.ts'
import { transports } from '../../../shared/model/transport.ts'
import { wrongOfTls, type Wrong } from '../../../shared/model/wrong.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipResponse } from '../../../shared/wire/sip/message.ts'
import { usage } from '../base/errors.ts'

/** G.729, which is never offered from here and seldom to here. */
const oddPayloadType = 18

/** What goes out instead of a response, with everything wrong that was asked for; null: nothing. */
export function misbehaved(response: SipResponse, asked: readonly Wrong[]): SipResponse | null {
  return asked.reduce<SipResponse | null>(
    (before, wrong) => before && (changes[wrong] ? changes[wrong](before) : before),
    response,
  )
}

/** How it answers with what is to be wrong about that. */
export function behaviourWith(behaviour: Behaviour, asked: readonly Wrong[]): Behaviour {
  if (asked.includes('180-for-ever')) return { kind: 'ring' }
  return asked.includes('silence') ? { kind: 'answer', source: { kind: 'silence' } } : behaviour
}

/** Throws RingbackError (usage) for what it could not do wrong as it is. */
export function checkWrong({ wrong, user, listeners, tlsIdentity }: Parsed<'agent.start'>): void {
  if (wrong.includes('stale-nonce') && user === undefined)
    throw usage('stale-nonce is about credentials, and the agent asks for none: let it ask for those of a user')
  const ofTls = wrong.find((name) => wrongOfTls.includes(name))
  if (ofTls && !listeners.some(({ transport }) => transports[transport].secure))
    throw usage(`${ofTls} is about TLS, and the agent listens over none: let it listen over TLS or wss`)
  const ofOwn = wrong.find((name) => name === 'tls-expired' || name === 'tls-wrong-name')
  if (ofOwn && tlsIdentity) throw usage(`${ofOwn} needs a certificate that is made for it: leave the given one out`)
}

/** A private address (RFC 1918) that nobody is likely to have. */
const nobody = '10.255.255.1'

const methodOf = (response: SipResponse) => messageIds(response).cseq?.method
const isAnswer = (response: SipResponse) => methodOf(response) === 'INVITE' && response.status === 200

/** None of them is one that a response cannot be read without. */
const broken = [
  makeHeader('Date', 'yesterday'),
  makeHeader('Expires', 'soon'),
  makeHeader('Server', 'Ringback\u0007'),
  makeHeader('Contact', '<<sip:nobody>>'),
]

/** Those that are about responses. */
const changes: Partial<Readonly<Record<Wrong, (response: SipResponse) => SipResponse | null>>> = {
  'bye-481': (response) =>
    methodOf(response) === 'BYE' ? { ...response, status: 481, reason: 'Call/Transaction Does Not Exist' } : response,
  'bye-unanswered': (response) => (methodOf(response) === 'BYE' ? null : response),
  'only-183': (response) => (isAnswer(response) ? { ...response, status: 183, reason: 'Session Progress' } : response),
  'no-content-type': (response) => without(response, 'content-type'),
  'no-contact': (response) => (isAnswer(response) ? without(response, 'contact') : response),
  'malformed-headers': (response) => ({ ...response, headers: [...response.headers, ...broken] }),
  'no-to-tag': (response) => withHeader(response, 'to', (value) => value.replace(/;tag=[^;]*/i, '')),
  'private-contact': (response) =>
    isAnswer(response)
      ? withHeader(response, 'contact', (value) => value.replace(/(<sips?:(?:[^@>;]*@)?)[^;>]*/, `$1${nobody}:5060`))
      : response,
  'private-sdp': (response) => described(response, (line) => line.replace(/^c=IN IP[46] .*/, `c=IN IP4 ${nobody}`)),
  'illegal-answer': (response) =>
    described(response, (line) => line.replace(/^(m=audio \d+ \S+).*/, `$1 ${oddPayloadType}`)),
  'illegal-hold': (response) =>
    described(response, (line) => line.replace(/^a=(?:recvonly|sendonly|inactive)$/, 'a=sendrecv')),
}

const withHeader = (response: SipResponse, key: string, change: (value: string) => string): SipResponse => ({
  ...response,
  headers: response.headers.map((field) => (field.key === key ? makeHeader(field.name, change(field.value)) : field)),
})

const without = (response: SipResponse, key: string): SipResponse => ({
  ...response,
  headers: response.headers.filter((field) => field.key !== key),
})

function described(response: SipResponse, change: (line: string) => string): SipResponse {
  if (response.body.length === 0) return response
  const lines = decodeText(response.body).split('\r\n')
  return { ...response, body: encodeText(lines.map(change).join('\r\n')) }
}
