import { parseHostPort } from '../base/address.ts'
import { elide, visible } from '../base/text.ts'
import { parseUri } from '../wire/sip/grammar.ts'

/** Why a text cannot be dialled, and what was probably meant. */
export interface DialFault {
  readonly text: string
  readonly correction: string | null
}

/**
 * Checks what a person typed as `sip:identifier@host`; null when it can go out as the request URI.
 * An identifier is required: `sip@host` and `sip:host` are the common mistakes.
 */
export function dialFault(text: string): DialFault | null {
  const short = visible(elide(text, 80))
  const shown = `"${short}"`
  const fault = (why: string, correction: string | null = null): DialFault => ({ text: why, correction })
  if (text === '') return fault('nothing to dial: give a URI like sip:identifier@host')
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) return fault('the URI contains a control character')
  if (/\s/.test(text)) return fault('the URI contains a space', text.replace(/\s+/g, ''))
  // RFC 3261 25.1: everything beyond ASCII is escaped.
  if (/[^\u0021-\u007e]/.test(text))
    return fault(
      `${shown} has characters that a SIP URI must escape with %`,
      encodeURI(text.toWellFormed()).replace(/%25(?=[0-9A-F]{2})/gi, '%'),
    )
  if (/^sips?@/i.test(text))
    return fault(
      `${shown} has @ where a colon belongs, and no identifier: write sip:identifier@host`,
      `sip:identifier@${text.replace(/^sips?@/i, '')}`,
    )
  if (!/^sips?:/i.test(text)) {
    if (/^[^@:]+@[^@]+$/.test(text)) return fault(`${shown} has no scheme: write sip:${short}`, `sip:${text}`)
    return fault(`${shown} is no SIP URI: write sip:identifier@host`)
  }
  const uri = parseUri(text)
  if (!uri)
    return fault(`${shown} cannot be read as a SIP URI: write sip:identifier@host[:port][;transport=udp|tcp|tls]`)
  if (uri.user === null || uri.user === '')
    return fault(
      `${shown} has no identifier before the host: write sip:identifier@${elide(uri.host, 80)}`,
      `${uri.scheme}:identifier@${text.slice(text.indexOf(':') + 1)}`,
    )
  if (uri.headers !== null)
    return fault(
      'header fields in the URI (after ?) are not sent: give them as headers',
      text.slice(0, text.indexOf('?')),
    )
  return null
}

/** Checks an address field: host[:port], no URI. */
export function addressFault(text: string): DialFault | null {
  const shown = `"${visible(elide(text, 80))}"`
  if (/^sips?:/i.test(text)) {
    const uri = parseUri(text)
    return {
      text: `${shown} is a URI, an address is needed: host or host:port`,
      correction: uri ? `${uri.host}${uri.port === null ? '' : `:${uri.port}`}` : null,
    }
  }
  const trimmed = text.replace(/\s+/g, '')
  if (trimmed !== text) return { text: 'the address contains a space', correction: trimmed }
  return parseHostPort(text) ? null : { text: `${shown} is no address: write host or host:port`, correction: null }
}
