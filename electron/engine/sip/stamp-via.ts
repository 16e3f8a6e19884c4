import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import { makeHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'
import type { Flow } from './transport/flow.ts'

/** Adds received and rport to the top Via (RFC 3261 18.2.1, RFC 3581 4). */
export function stampVia(request: SipRequest, flow: Flow): SipRequest {
  const { via } = messageIds(request)
  if (!via) return request
  const stamps: string[] = []
  if (via.host !== flow.remote.host) stamps.push(`received=${flow.remote.host}`)
  const rport = via.params.get('rport') === ''
  if (stamps.length === 0 && !rport) return request
  let done = false
  const headers = request.headers.map((field) => {
    if (done || field.key !== 'via') return field
    done = true
    const comma = topViaEnd(field.value)
    let top = field.value.slice(0, comma)
    if (rport) top = top.replace(/;\s*rport\b(?!\s*=)/i, `;rport=${flow.remote.port}`)
    return makeHeader(field.name, `${[top, ...stamps].join(';')}${field.value.slice(comma)}`)
  })
  return { ...request, headers }
}

function topViaEnd(value: string): number {
  const comma = value.indexOf(',')
  return comma < 0 ? value.length : comma
}
