import { makeHeader, makeRequest, type SipRequest } from '../../../shared/wire/sip/message.ts'
import { ownHost, type Flow } from './transport/flow.ts'

/** OPTIONS outside a dialog (RFC 3261 11): asks the element that `uri` names whether it is there. */
export function optionsRequest(
  flow: Flow,
  { uri, tag, callId, userAgent }: Readonly<Record<'uri' | 'tag' | 'callId' | 'userAgent', string>>,
): SipRequest {
  return makeRequest('OPTIONS', uri, [
    makeHeader('Max-Forwards', '70'),
    makeHeader('From', `<sip:ringback@${ownHost(flow)}>;tag=${tag}`),
    makeHeader('To', `<${uri}>`),
    makeHeader('Call-ID', callId),
    makeHeader('CSeq', '1 OPTIONS'),
    makeHeader('Accept', 'application/sdp'),
    makeHeader('User-Agent', userAgent),
  ])
}
