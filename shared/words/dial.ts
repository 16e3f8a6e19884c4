import { bracketHost, isIp, parseHostPort } from '../base/address.ts'
import { elide, visible } from '../base/text.ts'
import { transportNamed, transportNames } from '../model/transport.ts'
import type { Remedy } from '../model/remedies.ts'
import { parseNameAddr, parseUri, type SipUri } from '../wire/sip/grammar.ts'
import { beforePause, readNumber, withoutHomeZero } from './number.ts'

/** Why a text cannot be dialled, and what was probably meant. */
export interface DialFault {
  readonly text: string
  /** What was probably meant; null where that cannot be told. It can be dialled, or says at `caret` what is missing. */
  readonly correction: string | null
  /** Where in the correction something is still to be typed. */
  readonly caret?: number
  /** Header fields that the correction takes out of the URI: they are to be sent as headers. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[]
  readonly remedy?: Remedy
}

/** What a text leads to: the request URI, or why it leads to none. */
type Dialled = { readonly uri: string } | DialFault

/**
 * What a person dials, as the request URI: a SIP URI as typed, or a number or an identifier at `through`, the address
 * (host or host:port) of the trunk that it is called through.
 */
export function dialled(text: string, through: string | null): Dialled {
  const read = readDialled(text, through)
  return 'uri' in read ? read : settled(read, through)
}

/** Why a text cannot be dialled; null when it can. `through`: the address of the trunk, where one is chosen. */
export function dialFault(text: string, through: string | null = null): DialFault | null {
  const read = dialled(text, through)
  return 'uri' in read ? null : read
}

/** Two mistakes in one text take two corrections. */
const mostCorrections = 4

/** A fault with a correction that can be dialled, by as many steps as that takes; with none where none leads there. */
function settled(fault: DialFault, through: string | null): DialFault {
  let last = fault
  for (let i = 0; i < mostCorrections && last.correction !== null && last.caret === undefined; i++) {
    const read = readDialled(last.correction, through)
    if ('uri' in read) return { ...last, text: fault.text }
    last = last.headers ? { ...read, headers: last.headers } : read
  }
  if (last.correction !== null && last.caret !== undefined) return { ...last, text: fault.text }
  const { correction: _, caret: _caret, headers: _headers, ...rest } = fault
  return { ...rest, correction: null }
}

/** What was typed, as a sentence shows it: without the password of user information that has no scheme before it. */
function quoted(text: string): string {
  const plain = /^(?:sips?|tel):/i.test(text)
    ? text
    : text.replace(
        /^([^:@\s]{1,64}:)([^@\s]{1,200})(?=@)/,
        (_, user: string, password: string) => user + 'x'.repeat(password.length),
      )
  return `"${visible(elide(plain, 80))}"`
}

const fault = (text: string, correction: string | null = null): DialFault => ({ text, correction })

function readDialled(text: string, through: string | null): Dialled {
  const shown = quoted(text)
  if (text === '')
    return fault(
      through === null
        ? 'nothing to dial: give a URI like sip:identifier@host'
        : 'nothing to dial: give a number, or a URI like sip:identifier@host',
    )
  const typed = /^(?:tel:|sips?:(?=[^@]*$))/i.exec(text)?.[0] ?? ''
  const number = numberOf(text.slice(typed.length))
  if (number !== null && (typed === '' || typed.toLowerCase() === 'tel:' || through !== null || number.startsWith('+')))
    return through === null ? withoutTrunk(shown, number) : numberThrough(text.slice(typed.length), number, through)
  const alone = beforePause(text.slice(typed.length))
  if (alone !== null)
    return fault(`${shown} has digits after a pause: dial ${alone}, and send them as DTMF after the answer`, alone)
  return through !== null && isIdentifier(text)
    ? { uri: `sip:${text}@${hostOf(through)}` }
    : readUri(text, shown, through)
}

/** An IP address is no number, though it has digits and dots only. */
const numberOf = (text: string) => (isIp(text.trim()) ? null : readNumber(text))

function withoutTrunk(shown: string, number: string): DialFault {
  return {
    text: `${shown} is a number: choose the trunk that it is called through, or write sip:${escaped(number)}@host`,
    correction: null,
    remedy: { code: 'choose-trunk' },
  }
}

function numberThrough(text: string, number: string, through: string): Dialled {
  const meant = withoutHomeZero(text)
  if (meant !== null)
    return fault('the (0) is not dialled after a country code: leave it out, or dial without the country code', meant)
  return { uri: `sip:${escaped(number)}@${hostOf(through)}` }
}

/** `#` must be escaped in a user part (RFC 3261 25.1). */
const escaped = (number: string) => number.replaceAll('#', '%23')

/** A user part (RFC 3261 25.1) that stands alone. */
const isIdentifier = (text: string) =>
  !/^sips?$/i.test(text) && !isIp(text) && /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+$/.test(text)

function hostOf(address: string): string {
  const parsed = parseHostPort(address)
  return parsed ? `${bracketHost(parsed.host)}${parsed.port === null ? '' : `:${parsed.port}`}` : address
}

function readUri(text: string, shown: string, through: string | null): Dialled {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text.trim())) return fault('the URI contains a control character')
  if (/\p{Cf}/u.test(text)) return fault('the URI has characters that cannot be seen', text.replace(/\p{Cf}/gu, ''))
  const bracketed = text.includes('<') ? parseNameAddr(text) : null
  if (bracketed && bracketed.uri !== text)
    return fault(`${shown} is more than a URI: it is what stands between < and >`, bracketed.uri)
  if (/\s/.test(text)) return fault('the URI contains a space', text.replace(/\s+/g, ''))
  // RFC 3261 25.1: everything beyond ASCII is escaped.
  if (/[^\u0021-\u007e]/.test(text))
    return fault(
      `${shown} has characters that a SIP URI must escape with %`,
      encodeURI(text.toWellFormed()).replace(/%25(?=[0-9A-F]{2})/gi, '%'),
    )
  if (/^sips?@/i.test(text))
    return withoutIdentifier(
      `${shown} has @ where a colon belongs, and no identifier: write sip:identifier@host`,
      text.replace(/^(sips?)@/i, '$1:'),
    )
  if (/^sips?:\/\//i.test(text))
    return fault(`${shown} has slashes that no SIP URI has`, text.replace(/^(sips?:)\/+/i, '$1'))
  if (!/^sips?:/i.test(text)) {
    const short = visible(elide(text, 80))
    if (/^[^@:]+@[^@]+$/.test(text)) return fault(`${shown} has no scheme: write sip:${short}`, `sip:${text}`)
    return fault(`${shown} is no SIP URI: write sip:identifier@host`)
  }
  const uri = parseUri(text)
  if (!uri)
    return fault(
      `${shown} cannot be read as a SIP URI: write ` +
        `sip:identifier@host[:port][;transport=${transportNames.join('|')}]`,
    )
  return uriFault(text, uri, shown, through) ?? { uri: text }
}

/** What is missing is typed where the correction has its caret: it is never made up. */
function withoutIdentifier(text: string, rest: string): DialFault {
  const caret = rest.indexOf(':') + 1
  return { text, correction: `${rest.slice(0, caret)}@${rest.slice(caret).replace(/^@/, '')}`, caret }
}

function uriFault(text: string, uri: SipUri, shown: string, through: string | null): DialFault | null {
  const { user, headers, params } = uri
  if (user === null || user === '') {
    const rest = text.slice(text.indexOf(':') + 1).replace(/^@/, '')
    return withoutIdentifier(
      `${shown} has no identifier before the host: write ${uri.scheme}:identifier@${visible(elide(rest, 80))}`,
      `${uri.scheme}:${rest}`,
    )
  }
  if (headers !== null) {
    const fields = headersOf(headers)
    const named = fields.map(({ name }) => name).join(', ')
    const body = fields.some(({ name }) => name.toLowerCase() === 'body')
    return {
      text: body
        ? 'the body that the URI names (after ?) is not sent: leave it out'
        : `header fields in the URI (after ?) are not sent: give ${visible(elide(named, 80))} as headers`,
      correction: body ? null : text.slice(0, text.length - headers.length - 1),
      ...(body ? {} : { headers: fields, remedy: { code: 'add-header' } as const }),
    }
  }
  const transport = params.get('transport')?.toLowerCase()
  // Through a trunk the URI goes on as it is, and the trunk's own transport is used.
  if (through !== null || transport === undefined || transportNamed(transport) !== undefined) return null
  return fault(`transport ${visible(elide(transport, 40))} is not available: use ${listed(transportNames)}`)
}

/** `udp, tcp or tls`. */
const listed = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

/** `X-Foo=bar&Subject=a%20b` (RFC 3261 19.1.1). */
function headersOf(text: string): { name: string; value: string }[] {
  return text
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const equals = field.indexOf('=')
      return equals < 0
        ? { name: unescaped(field), value: '' }
        : { name: unescaped(field.slice(0, equals)), value: unescaped(field.slice(equals + 1)) }
    })
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Checks an address field: host[:port], no URI. */
export function addressFault(text: string): DialFault | null {
  const shown = quoted(text)
  if (/^sips?:/i.test(text)) {
    const uri = parseUri(text)
    return {
      text: `${shown} is a URI, an address is needed: host or host:port`,
      correction: uri ? `${bracketHost(uri.host)}${uri.port === null ? '' : `:${uri.port}`}` : null,
    }
  }
  const trimmed = text.replace(/\s+/g, '')
  if (trimmed !== text) return { text: 'the address contains a space', correction: trimmed }
  return parseHostPort(text) ? null : { text: `${shown} is no address: write host or host:port`, correction: null }
}
