import { visible } from '../../../shared/base/text.ts'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import { header, headerList, makeHeader, type SipHeader, type SipRequest } from '../../../shared/wire/sip/message.ts'

/**
 * RFC 3261 8.2.3: why an INVITE is refused for its body, which cannot be understood, or for a caller that accepts no
 * session description; null when neither is so.
 */
export function bodyFault(request: SipRequest): { status: number; text: string; headers: SipHeader[] } | null {
  const type = header(request, 'content-type')
  if (request.body.length > 0) {
    const encoding = header(request, 'content-encoding')
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
      return {
        status: 415,
        text: `its body is encoded (Content-Encoding: ${visible(encoding)}): only identity is read here`,
        headers: [makeHeader('Accept-Encoding', 'identity')],
      }
    const optional = /handling\s*=\s*optional/i.test(header(request, 'content-disposition') ?? '')
    if (!optional && !findSession(request) && !/^multipart\//i.test(type ?? ''))
      return {
        status: 415,
        text: `its body is no session description (Content-Type: ${visible(type ?? 'none')})`,
        headers: [makeHeader('Accept', 'application/sdp')],
      }
  }
  const accept = headerList(request, 'accept')
  if (accept.length > 0 && !accept.some((value) => /^(application\/(sdp|\*)|\*\/\*)/i.test(value)))
    return {
      status: 406,
      text: `it accepts no session description (Accept: ${visible(accept.join(', '))})`,
      headers: [makeHeader('Accept', 'application/sdp')],
    }
  return null
}
