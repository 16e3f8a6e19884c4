import { decodeText, encodeText } from '../../../shared/base/text.ts'
import type { Wrong } from '../../../shared/model/wrong.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipResponse } from '../../../shared/wire/sip/message.ts'

/** G.729, which is never offered from here and seldom to here. */
const oddPayloadType = 18

/** What goes out instead of a response, with everything wrong that was asked for; null: nothing. */
export function misbehaved(response: SipResponse, asked: readonly Wrong[]): SipResponse | null {
  return asked.reduce<SipResponse | null>(
    (before, wrong) => before && (changes[wrong] ? changes[wrong](before) : before),
    response,
  )
}

/** A private address (RFC 1918) that nobody is likely to have. */
const nobody = '10.255.255.1'

const methodOf = (response: SipResponse) => messageIds(response).cseq?.method
const isAnswer = (response: SipResponse) => methodOf(response) === 'INVITE' && response.status === 200

/** Those that are about responses. */
const changes: Partial<Readonly<Record<Wrong, (response: SipResponse) => SipResponse | null>>> = {
  'bye-481': (response) =>
    methodOf(response) === 'BYE' ? { ...response, status: 481, reason: 'Call/Transaction Does Not Exist' } : response,
  'bye-unanswered': (response) => (methodOf(response) === 'BYE' ? null : response),
  'only-183': (response) => (isAnswer(response) ? { ...response, status: 183, reason: 'Session Progress' } : response),
  'no-content-type': (response) => without(response, 'content-type'),
  'no-contact': (response) => (isAnswer(response) ? without(response, 'contact') : response),
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
