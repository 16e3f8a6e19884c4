import { concatBytes, encodeText } from '../../base/text.ts'
import { isToken } from './grammar.ts'
import { startLine, type SipMessage, type SipRequest } from './message.ts'

/** A message that must not be sent: the text says which part and why. */
export class SipWriteError extends Error {
  override readonly name = 'SipWriteError'
}

const lineBreak = /[\r\n]/
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/

/** The bytes of a message. Content-Length is added here, last, from the body's real length. Throws SipWriteError. */
export function writeSip(message: SipMessage): Uint8Array {
  const first = startLine(message)
  if (lineBreak.test(first)) throw new SipWriteError('the start line contains a line break')
  if (message.kind === 'request') checkRequestLine(message)
  let head = `${first}\r\n`
  for (const { name, value, key } of message.headers) {
    if (key === 'content-length') continue
    if (!isToken(name)) throw new SipWriteError(`header name ${JSON.stringify(name)} is not a token`)
    // A response repeats the peer's own header fields, where quoted control characters are legal (RFC 4475 3.1.1.2).
    if (lineBreak.test(value)) throw new SipWriteError(`header ${name} contains a line break`)
    head += `${name}: ${value}\r\n`
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`
  return message.body.length === 0 ? encodeText(head) : concatBytes([encodeText(head), message.body])
}

function checkRequestLine({ method, uri }: SipRequest): void {
  if (!isToken(method)) throw new SipWriteError(`method ${JSON.stringify(method)} is not a token`)
  if (/\s/.test(uri) || control.test(uri))
    throw new SipWriteError('the request URI contains white space or a control character')
}

/**
 * Why a header field of ours must not go on the wire; null when it can (RFC 3261 7.3.1: token, no CR, LF or control
 * character).
 */
export function headerFault(name: string, value: string): string | null {
  if (!isToken(name)) return `header name ${JSON.stringify(name)} is not a token (letters, digits and -.!%*_+\`'~)`
  if (control.test(value)) return `header ${name} contains a line break or another control character`
  return null
}
