import { parseSip } from '../../shared/wire/sip/parse.ts'
import type { SipMessage, SipRequest } from '../../shared/wire/sip/message.ts'

/** Text with LF line ends as bytes with CRLF; what ends with an empty line has a body after it. */
export function crlf(text: string): Uint8Array {
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'))
}

export function parse(text: string): SipMessage {
  const message = parseSip(crlf(text))
  if (message.kind === 'unreadable') throw new Error(message.text)
  return message
}

export const parseRequest = (text: string) => parse(text) as SipRequest

export interface InviteParts {
  readonly method?: string
  readonly uri?: string
  readonly branch?: string
  readonly callId?: string
  readonly fromTag?: string
  readonly toTag?: string
  readonly cseq?: number
  readonly extra?: string
  readonly body?: string
}

/** A request as a peer would send it, with CRLF line ends. */
export function request({
  method = 'INVITE',
  uri = 'sip:agent@192.0.2.1',
  branch = 'z9hG4bKaaa',
  callId = 'call-1',
  fromTag = 'peer',
  toTag,
  cseq = 1,
  extra = '',
  body = '',
}: InviteParts = {}): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\n'
  return crlf(`${method} ${uri} SIP/2.0
Via: SIP/2.0/UDP 192.0.2.99:5060;branch=${branch};rport
Max-Forwards: 70
From: <sip:peer@192.0.2.99>;tag=${fromTag}
To: <sip:agent@192.0.2.1>${toTag === undefined ? '' : `;tag=${toTag}`}
Call-ID: ${callId}
CSeq: ${cseq} ${method}
Contact: <sip:peer@192.0.2.99:5060>
${extra}${type}Content-Length: ${crlf(body).length}

${body}`).toString()
}

export const sdp = (host = '192.0.2.99', port = 30_000, extra = '', formats = '0 8 101') =>
  crlf(`v=0
o=- 1 1 IN IP4 ${host}
s=-
c=IN IP4 ${host}
t=0 0
m=audio ${port} RTP/AVP ${formats}
a=rtpmap:101 telephone-event/8000
${extra}`).toString()
