import { messageIds, parseNameAddr, parseUint32, parseUri, parseVia } from './grammar.ts'
import { header, headerFields, headerList, type SipMessage, type SipProblem } from './message.ts'

const mandatory = [['via', 'Via'], ['from', 'From'], ['to', 'To'], ['call-id', 'Call-ID'], ['cseq', 'CSeq']] as const
const single = [['from', 'From'], ['to', 'To'], ['call-id', 'Call-ID'], ['cseq', 'CSeq'], ['max-forwards', 'Max-Forwards']] as const

/** Adds what makes a message unusable or odd (RFC 3261 8.1.1, 8.2.2, 16.3, 25; RFC 4475 has an example of each). */
export function checkMessage(message: SipMessage, problems: SipProblem[]): void {
  const refuse = (text: string, status = 400) => void problems.push({ text, fatal: true, status })
  const odd = (text: string) => void problems.push({ text, fatal: false })

  if (message.version !== 'SIP/2.0') refuse(`protocol version ${message.version} is not SIP/2.0`, 505)
  if (message.kind === 'response' && (message.status < 100 || message.status > 699)) refuse(`status code ${message.status} does not exist`)

  for (const [key, name] of mandatory) if (header(message, key) === undefined) refuse(`${name} is missing`)
  for (const [key, name] of single) if (headerFields(message, key).length > 1) refuse(`${name} is given more than once`)

  const { cseq } = messageIds(message)
  const cseqText = header(message, 'cseq')
  if (cseqText !== undefined && !cseq) refuse(`CSeq "${cseqText}" is not a number below 2^31 and a method`)
  if (cseq && message.kind === 'request' && cseq.method !== message.method) refuse(`CSeq names ${cseq.method}, the request is ${message.method}`)

  for (const via of headerList(message, 'via')) {
    // Another version's Via is explained by the version.
    if (!parseVia(via) && message.version === 'SIP/2.0') {
      refuse(`Via "${via}" cannot be read`)
      break
    }
  }
  for (const name of ['From', 'To'] as const) checkAddress(name, header(message, name.toLowerCase()), refuse, odd)
  for (const contact of headerList(message, 'contact')) {
    if (contact !== '*' && !parseNameAddr(contact)) {
      refuse(`Contact "${contact}" cannot be read${contact.includes('?') ? ': a URI with ? needs angle brackets' : ''}`)
      break
    }
  }
  if (message.kind === 'request') checkRequestLine(message.method, message.uri, refuse)

  const forwards = header(message, 'max-forwards')
  if (forwards !== undefined && !((parseUint32(forwards) ?? 256) <= 255)) refuse(`Max-Forwards "${forwards}" is not between 0 and 255`)
  const expires = header(message, 'expires')
  if (expires !== undefined && parseUint32(expires) === null) odd(`Expires "${expires}" is not a number below 2^32`)
  const date = header(message, 'date')
  if (date !== undefined && !date.trimEnd().endsWith('GMT')) odd(`Date "${date}" is not in GMT`)
}

function checkAddress(name: string, value: string | undefined, refuse: (text: string) => void, odd: (text: string) => void): void {
  if (value === undefined) return
  if (!parseNameAddr(value)) refuse(`${name} "${value}" cannot be read`)
  else if (/<\s|\s>/.test(value)) odd(`${name} has white space inside the angle brackets`)
  else if (!/^\s*(?:"|<|[A-Za-z][\w+.-]*:)/.test(value) && !/^[\s\w\-.!%*+`'~]*</.test(value)) odd(`the display name of ${name} needs quotes`)
}

function checkRequestLine(method: string, uri: string, refuse: (text: string, status?: number) => void): void {
  if (!/^[A-Za-z0-9\-.!%*_+`'~]+$/.test(method)) refuse(`method "${method}" is not a token`)
  if (uri.startsWith('<') || uri.endsWith('>')) return refuse('the request URI stands in angle brackets')
  if (/\s/.test(uri)) return refuse('the request URI contains white space')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase()
  if (scheme === undefined) return refuse(`the request URI "${uri}" has no scheme`)
  if (scheme === 'tel') return
  if (scheme !== 'sip' && scheme !== 'sips') return refuse(`URI scheme ${scheme} is not supported`, 416)
  const parsed = parseUri(uri)
  if (!parsed) return refuse(`the request URI "${uri}" cannot be read`)
  if (parsed.headers !== null) refuse('the request URI carries header fields after ?')
}
