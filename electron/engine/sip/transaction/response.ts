import {
  makeHeader,
  makeResponse,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { reasonPhrase } from '../../../../shared/words/statuses.ts'

const copied = new Set(['via', 'from', 'to', 'call-id', 'cseq'])

export interface ResponseExtras {
  readonly reason?: string
  readonly headers?: readonly SipHeader[]
  readonly body?: string
}

/**
 * A response with the headers that RFC 3261 8.2.6.2 copies from the request, and Record-Route where it makes a dialog
 * (12.1.1). `toTag` null leaves To as it is (100 Trying).
 */
export function responseTo(
  request: SipRequest,
  status: number,
  toTag: string | null,
  extras: ResponseExtras = {},
): SipResponse {
  const headers: SipHeader[] = []
  const makesDialog = request.method === 'INVITE' && status > 100 && status < 300
  for (const field of request.headers) {
    if (!copied.has(field.key) && !(makesDialog && field.key === 'record-route')) continue
    if (field.key === 'to' && toTag !== null && !/;\s*tag\s*=/i.test(field.value))
      headers.push(makeHeader(field.name, `${field.value};tag=${toTag}`))
    else headers.push(field)
  }
  if (extras.headers) headers.push(...extras.headers)
  return makeResponse(status, extras.reason ?? reasonPhrase(status), headers.map(writable), extras.body ?? '')
}

const lineBreaks = /[\r\n]/g

/** What a response repeats of a broken request has spaces for line breaks: it can always be sent. */
function writable(field: SipHeader): SipHeader {
  return field.value.includes('\r') || field.value.includes('\n')
    ? makeHeader(field.name, field.value.replace(lineBreaks, ' '))
    : field
}
