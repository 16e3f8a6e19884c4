import { transports } from '../../../../shared/model/transport.ts'
import { findSession } from '../../../../shared/wire/sdp/find.ts'
import { escapeUser, messageIds } from '../../../../shared/wire/sip/grammar.ts'
import {
  headerList,
  makeHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import type { Random } from '../../base/random.ts'
import { hostPort, type Flow } from '../../sip/transport/flow.ts'

const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, NOTIFY'
const allow = makeHeader('Allow', allowedMethods)
const allowWithRefer = makeHeader('Allow', `${allowedMethods}, REFER`)
/** The methods that are spoken here. */
export const allowed = ({ followsRefer }: { readonly followsRefer: boolean }): SipHeader =>
  followsRefer ? allowWithRefer : allow
/** The extensions that are known here. */
export const extensions = ['100rel', 'timer', 'replaces', 'norefersub']
export const supported = makeHeader('Supported', extensions.join(', '))
export const sdpType = makeHeader('Content-Type', 'application/sdp')

/** `secure`: the dialog is one of sips URIs, whose Contacts are too (RFC 3261 8.1.1.8 and 12.1.1). */
export function contactHeader(user: string | null, { transport, contact }: Flow, secure = false): SipHeader {
  const name = user ? `${escapeUser(user)}@` : ''
  const { parameter, webSocket } = transports[transport]
  // That of sips is TLS unless it says that it is a WebSocket.
  const params = parameter === null || (secure && !webSocket) ? '' : `;transport=${parameter}`
  return makeHeader('Contact', `<${secure ? 'sips' : 'sip'}:${name}${hostPort(contact)}${params}>`)
}

/** The session description of a message, wherever in its body it stands; null where it has none. */
export function sdpOf(message: SipRequest | SipResponse): string | null {
  return findSession(message)?.text ?? null
}

export const isSecure = (uri: string): boolean => /^sips:/i.test(uri)

export function warning(text: string): SipHeader {
  return makeHeader('Warning', `399 ringback "${text.replace(/["\\\r\n]/g, "'")}"`)
}

/** 0 to 10 s, as RFC 3261 14.2 and RFC 3311 5.2 ask for. */
export function retryAfter(random: Random): SipHeader {
  return makeHeader('Retry-After', String(random.uint32() % 11))
}

/** Extensions in Require that are not known here (RFC 3261 8.2.2.3). */
export function unsupported(request: SipRequest): string[] {
  return headerList(request, 'require').filter((name) => !extensions.includes(name.toLowerCase()))
}

export const sequenceOf = (message: SipRequest | SipResponse): number => messageIds(message).cseq?.number ?? 0

/** Values of the Reason header (RFC 3326) of our CANCEL and BYE. */
export const reasons = {
  cancelled: 'SIP;cause=487;text="Cancelled by the caller"',
  ringTimeout: 'SIP;cause=408;text="Ring timeout"',
  sessionExpired: 'SIP;cause=408;text="Session timer expired"',
  mediaTimeout: 'Q.850;cause=102;text="Media timeout"',
  mediaUnusable: 'SIP;cause=488;text="Media cannot be used"',
  internal: 'SIP;cause=500;text="Internal fault"',
} as const
