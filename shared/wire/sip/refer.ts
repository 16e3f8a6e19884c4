import { decodeText } from '../../base/text.ts'
import { parseNameAddr, parseParams, parseUri } from './grammar.ts'
import { header, headerFields, type SipMessage, type SipRequest } from './message.ts'

/** A dialog as Replaces names it, seen from whoever gets it (RFC 3891 6.1). */
export interface Replaced {
  readonly callId: string
  /** Of the receiver's side of the dialog. */
  readonly toTag: string
  readonly fromTag: string
  readonly earlyOnly: boolean
}

/** Where a REFER sends whoever gets it. */
export interface ReferTarget {
  /** Without the header fields that stood in it. */
  readonly uri: string
  /** The value of the Replaces header field that the new INVITE is to have; null: none. */
  readonly replaces: string | null
}

/** The dialog that an INVITE takes the place of; null where it has no Replaces, a string where that is malformed. */
export function replacedBy(invite: SipRequest): Replaced | string | null {
  const values = headerFields(invite, 'replaces')
  if (values.length === 0) return null
  const [callId = '', rest] = splitOnce(values[0]!.trim(), ';')
  const params = rest === undefined ? null : parseParams(`;${rest}`)
  const toTag = params?.get('to-tag')
  const fromTag = params?.get('from-tag')
  if (values.length > 1 || callId === '' || !toTag || !fromTag)
    return 'Replaces is to be one Call-ID with a to-tag and a from-tag'
  return { callId, toTag, fromTag, earlyOnly: params!.has('early-only') }
}

/** The target of a REFER (RFC 3515 2.1), or what is wrong with it. */
export function referTarget(refer: SipRequest): ReferTarget | { readonly fault: string } {
  const values = headerFields(refer, 'refer-to')
  if (values.length !== 1) return { fault: `it has ${values.length} Refer-To header fields instead of one` }
  const whole = parseNameAddr(values[0]!)?.uri ?? ''
  const uri = parseUri(whole)
  if (!uri) return { fault: 'its Refer-To is no SIP URI' }
  if ((uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE')
    return { fault: 'its Refer-To asks for another request than INVITE' }
  const replaces = (uri.headers ?? '')
    .split('&')
    .map((field) => splitOnce(field, '='))
    .find(([name]) => name.toLowerCase() === 'replaces')?.[1]
  const decoded = replaces === undefined ? null : unescaped(replaces)
  if (decoded !== null && /[\r\n\0]/.test(decoded)) return { fault: 'its Refer-To has a line break in Replaces' }
  return { uri: withoutHeaders(whole), replaces: decoded }
}

/** A Refer-To value that sends its receiver to a dialog: `uri` with Replaces among its header fields. */
export function referToDialog(uri: string, { callId, toTag, fromTag }: Omit<Replaced, 'earlyOnly'>): string {
  return `<${withoutHeaders(uri)}?Replaces=${encodeURIComponent(`${callId};to-tag=${toTag};from-tag=${fromTag}`)}>`
}

/** The status line that a message carries as message/sipfrag (RFC 3420); null where it carries none. */
export function statusInside(message: SipMessage): { readonly status: number; readonly reason: string } | null {
  const match = /^\s*SIP\/2\.0 (\d{3})(?: ([^\r\n]{0,200}))?/.exec(decodeText(message.body.subarray(0, 1000)))
  return match && { status: Number(match[1]), reason: match[2] ?? '' }
}

/** Whether a REFER, or its response, says that nothing is reported about it (RFC 4488 4). */
export function isUnreported(message: SipMessage): boolean {
  return /^\s*false/i.test(header(message, 'refer-sub') ?? '')
}

/** Whether a NOTIFY says that it is the last one of its subscription (RFC 6665 4.1.2). */
export function isLastNotify(notify: SipRequest): boolean {
  return /^\s*terminated/i.test(header(notify, 'subscription-state') ?? '')
}

function withoutHeaders(uri: string): string {
  const headers = parseUri(uri)?.headers ?? null
  return headers === null ? uri : uri.slice(0, -headers.length - 1)
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
