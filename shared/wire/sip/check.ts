import { printable, remembering } from '../../base/text.ts'
import { bracketed } from './bare-address.ts'
import { Field } from './field.ts'
import { isToken, messageIds, parseNameAddr, parseUri, parseVia, schemeOf, type Via } from './grammar.ts'
import { header, headerList, splitList, type SipMessage, type SipProblem, type SipRequest } from './message.ts'
import { expiresOf, maxForwards } from './numbers.ts'

const mandatory = [
  ['via', 'Via'],
  ['from', 'From'],
  ['to', 'To'],
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
] as const
const single = [
  ['from', 'From'],
  ['to', 'To'],
  ['call-id', 'Call-ID'],
  ['cseq', 'CSeq'],
  ['max-forwards', 'Max-Forwards'],
] as const
/** Header fields that a response or a later request repeats as they came. */
const echoed: ReadonlySet<string> = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'record-route'])

/** Adds what makes a message unusable or odd (RFC 3261 8.1.1, 8.2.2, 16.3, 25; RFC 4475 has an example of each). */
export function checkMessage(message: SipMessage, problems: SipProblem[]): void {
  if (isSound(message)) return
  const refuse = (text: string, status = 400) => void problems.push({ text, fatal: true, status })
  const odd = (text: string) => void problems.push({ text, fatal: false })

  if (message.version !== 'SIP/2.0') refuse(`protocol version ${printable(message.version)} is not SIP/2.0`, 505)
  for (const [key, name] of mandatory) if (header(message, key) === undefined) refuse(`${name} is missing`)
  for (const [key, name] of single) if (isRepeated(message, key)) refuse(`${name} is given more than once`)

  const { cseq, via: topmost } = messageIds(message)
  const cseqText = header(message, 'cseq')
  if (cseqText !== undefined && !cseq) refuse(`CSeq "${printable(cseqText)}" is not a number below 2^31 and a method`)
  if (cseq && message.kind === 'request' && cseq.method !== message.method)
    refuse(`CSeq names ${printable(cseq.method)}, the request is ${printable(message.method)}`)
  checkControls(message, refuse, odd)

  for (const [i, via] of headerList(message, 'via').entries()) {
    const read = i === 0 ? topmost : parseVia(via)
    // Another version's Via is explained by the version.
    if (!read && message.version === 'SIP/2.0') {
      refuse(`Via "${printable(via)}" cannot be read`)
      break
    }
    if (read?.host.includes(':') && bracketed(via) !== via)
      odd(`Via "${printable(via)}" has an IPv6 address without brackets`)
  }
  for (const name of ['From', 'To'] as const) checkAddress(name, header(message, name.toLowerCase()), refuse, odd)
  for (const contact of headerList(message, 'contact')) {
    if (contact !== '*' && !parseNameAddr(contact)) {
      // A response is taken without it: its dialog has other targets.
      const tell = message.kind === 'request' ? refuse : odd
      tell(
        `Contact "${printable(contact)}" cannot be ` +
          `read${contact.includes('?') ? ': a URI with ? needs angle brackets' : ''}`,
      )
      break
    }
  }
  if (message.kind === 'request') checkRequestLine(message.method, message.uri, refuse)

  const forwards = header(message, 'max-forwards')
  if (forwards !== undefined && maxForwards(forwards) === null)
    refuse(`Max-Forwards "${printable(forwards)}" is not between 0 and 255`)
  const expires = header(message, 'expires')
  if (expires !== undefined && expiresOf(message) === null)
    odd(`Expires "${printable(expires)}" is not a number below 2^32`)
  const date = header(message, 'date')
  if (date !== undefined && !date.trimEnd().endsWith('GMT')) odd(`Date "${printable(date)}" is not in GMT`)
}

/** Whether nothing of what is looked for below can be found: in nearly all messages each field is sound by itself. */
function isSound(message: SipMessage): boolean {
  if (message.version !== 'SIP/2.0') return false
  const { cseq, via } = messageIds(message)
  if (!cseq || !via) return false
  let vias = 0
  let [from, to, callId, cseqs, forwards] = [0, 0, 0, 0, 0]
  for (const field of message.headers) {
    switch (field.key) {
      case 'via':
        vias++
        break
      case 'from':
        from++
        break
      case 'to':
        to++
        break
      case 'call-id':
        callId++
        break
      case 'cseq':
        cseqs++
        break
      case 'max-forwards':
        forwards++
    }
    const sound = field instanceof Field ? field.isSound(isSoundValue) : isSoundValue(field.key, field.value)
    if (!sound) return false
  }
  if (vias === 0 || from !== 1 || to !== 1 || callId !== 1 || cseqs !== 1 || forwards > 1) return false
  return message.kind === 'response' || (cseq.method === message.method && isSoundTarget(message))
}

const isSoundTarget = ({ method, uri }: SipRequest) => isToken(method) && isSoundUri(uri)

const isSoundUri = remembering((uri) => {
  let faults = 0
  checkRequestLine('INVITE', uri, () => void faults++)
  return faults === 0
})

/** Whether a value has no fault in a field of that name, whatever else the message has. */
function isSoundValue(key: string, value: string): boolean {
  switch (key) {
    case 'via':
      return isWithoutControl(value) && listOf(value).every((via) => isSoundVia(parseVia(via)))
    case 'from':
    case 'to':
      return isWithoutControl(value) && addressFault(value) === null
    case 'contact':
      return (
        isWithoutControl(value) && listOf(value).every((contact) => contact === '*' || parseNameAddr(contact) !== null)
      )
    case 'max-forwards':
      return maxForwards(value) !== null
    case 'expires':
      return expiresOf({ headers: [{ name: key, key, value }] }) !== null
    case 'date':
      return value.endsWith('GMT') && isWithoutControl(value)
    default:
      return isWithoutControl(value)
  }
}

/** An IPv6 address in it may lack its brackets. */
const isSoundVia = (via: Via | null) => via !== null && !via.host.includes(':')
const listOf = (value: string) => (value.includes(',') ? splitList(value) : [value])
const isWithoutControl = (value: string) => !hasStrayControl(value)

/** Control characters that no header may have (RFC 3261 25.1): they would be repeated in what we send. */
function checkControls({ headers }: SipMessage, refuse: (text: string) => void, odd: (text: string) => void): void {
  let told: Set<string> | null = null
  for (const { name, value, key } of headers) {
    if (!hasStrayControl(value) || told?.has(key)) continue
    told ??= new Set()
    told.add(key)
    if (echoed.has(key)) refuse(`${printable(name)} contains a control character`)
    else if (told.size <= mostTold) odd(`${printable(name)} contains a control character`)
  }
}

const mostTold = 20
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000a-\u001f\u007f]/

/**
 * A control character other than a tab, unless it is quoted with a backslash; a carriage return cannot be quoted (RFC
 * 3261 25.1 quoted-pair).
 */
function hasStrayControl(value: string): boolean {
  if (!control.test(value)) return false
  let quoted = false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 0x22) quoted = !quoted
    else if (quoted && code === 0x5c && value.charCodeAt(i + 1) !== 0x0d) i++
    else if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}

function isRepeated({ headers }: SipMessage, key: string): boolean {
  let times = 0
  for (const field of headers) if (field.key === key) times++
  return times > 1
}

function checkAddress(
  name: string,
  value: string | undefined,
  refuse: (text: string) => void,
  odd: (text: string) => void,
): void {
  if (value === undefined) return
  const fault = addressFault(value)
  if (fault === 'unreadable') refuse(`${name} "${printable(value)}" cannot be read`)
  else if (fault === 'space') odd(`${name} has white space inside the angle brackets`)
  else if (fault === 'unquoted') odd(`the display name of ${name} needs quotes`)
}

const displayName = /^\s*"(?:\\.|[^"\\])*"/
const spaceInside = /^[^<]*<(?:\s|[^>]*\s>)/

const addressFault = remembering((value) => {
  if (!parseNameAddr(value)) return 'unreadable'
  if (spaceInside.test(value.replace(displayName, ''))) return 'space'
  return !/^\s*(?:"|<|[A-Za-z][\w+.-]*:)/.test(value) && !/^[\s\w\-.!%*+`'~]*</.test(value) ? 'unquoted' : null
})

function checkRequestLine(method: string, uri: string, refuse: (text: string, status?: number) => void): void {
  if (!isToken(method)) refuse(`method "${printable(method)}" is not a token`)
  if (uri.startsWith('<') || uri.endsWith('>')) return refuse('the request URI stands in angle brackets')
  if (/\s/.test(uri)) return refuse('the request URI contains white space')
  if (hasStrayControl(uri)) return refuse('the request URI contains a control character')
  const scheme = schemeOf(uri)
  if (scheme === null) return refuse(`the request URI "${printable(uri)}" has no scheme`)
  if (scheme === 'tel') return
  if (scheme !== 'sip' && scheme !== 'sips') return refuse(`URI scheme ${printable(scheme)} is not supported`, 416)
  const parsed = parseUri(uri)
  if (!parsed) return refuse(`the request URI "${printable(uri)}" cannot be read`)
  if (parsed.headers !== null) refuse('the request URI carries header fields after ?')
}
