import { messageIds, parseNameAddr, parseUri } from './grammar.ts'
import {
  header,
  headerFields,
  headerList,
  listHas,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './message.ts'

/** Header fields that stand once at most, whatever else a message has. */
const once = [
  'content-type',
  'content-length',
  'max-forwards',
  'expires',
  'min-se',
  'session-expires',
  'rseq',
  'rack',
  'retry-after',
  'user-agent',
]
/** Of these a request stands in a dialog always (RFC 3261 15, RFC 3262, RFC 3311, RFC 6086). */
const inDialogOnly: ReadonlySet<string> = new Set(['BYE', 'PRACK', 'UPDATE', 'INFO'])
/** What a status demands (RFC 3261 8.2.2.3, 21.4; RFC 3262 3; RFC 4028 6). */
const demanded: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  405: ['Allow'],
  407: ['Proxy-Authenticate'],
  420: ['Unsupported'],
  421: ['Require'],
  422: ['Min-SE'],
  423: ['Min-Expires'],
}

/**
 * What is wrong with a message that this side sends, beyond what `checkMessage` says of any message: most receivers
 * overlook it, which is no reason to send it. Each a clause.
 */
export function faultsOfSent(message: SipMessage): string[] {
  const faults: string[] = []
  const demand = (holds: boolean, text: string) => void (holds || faults.push(text))
  const has = (name: string) => header(message, name.toLowerCase()) !== undefined
  for (const key of once) demand(headerFields(message, key).length <= 1, `${key} is given more than once`)
  demand(has('content-length'), 'Content-Length is missing')
  demand(has('content-type') === message.body.length > 0, 'Content-Type and body do not go together')
  demand(!has('rseq') || listHas(message, 'require', '100rel'), 'RSeq stands without Require: 100rel')
  // A response repeats the addresses of its request as they came.
  for (const name of message.kind === 'request' ? ['Via', 'From', 'To', 'Contact'] : ['Contact'])
    for (const value of headerList(message, name.toLowerCase()))
      for (const param of repeatedParams(value)) faults.push(`${name} repeats ${param}`)
  for (const value of headerList(message, 'warning'))
    demand(/^\d{3} \S+ "[^"\\]*"$/.test(value), 'Warning is not a code, an agent and a quoted text')
  if (message.kind === 'request') checkRequest(message, has, demand)
  else checkResponse(message, has, demand)
  return faults
}

type Has = (name: string) => boolean
type Demand = (holds: boolean, text: string) => void

function checkRequest(request: SipRequest, has: Has, demand: Demand): void {
  const { method } = request
  const contacts = headerList(request, 'contact')
  const { via, fromTag } = messageIds(request)
  demand(via?.params.get('branch')?.startsWith('z9hG4bK') ?? false, 'the branch of Via is no cookie')
  demand(fromTag !== null, 'From has no tag')
  demand(has('max-forwards'), 'Max-Forwards is missing')
  demand(!inDialogOnly.has(method) || messageIds(request).toTag !== null, `${method} has no To tag`)
  if (method === 'INVITE' || method === 'UPDATE') demand(contacts.length === 1, `${method} has not one Contact`)
  if (method === 'PRACK') demand(has('rack'), 'PRACK has no RAck')
  if (method === 'REGISTER') demand(parseUri(request.uri)?.user === null, 'the URI of REGISTER has a user part')
  if (method === 'CANCEL' || method === 'ACK') demand(!has('require'), `${method} has Require`)
  demand(!has('session-expires') || listHas(request, 'supported', 'timer'), 'Session-Expires stands without timer')
  const first = headerList(request, 'route')[0]
  const secure = [request.uri, first === undefined ? '' : (parseNameAddr(first)?.uri ?? '')].some(isSips)
  // REGISTER may bind a sip Contact to a sips address (RFC 5630 3.1).
  if (secure && method !== 'REGISTER')
    demand(
      contacts.every((value) => isSips(parseNameAddr(value)?.uri ?? '')),
      'the Contact of a sips request is none',
    )
}

function checkResponse(response: SipResponse, has: Has, demand: Demand): void {
  const { status } = response
  const { cseq } = messageIds(response)
  const contacts = headerList(response, 'contact').length
  const dialog = cseq?.method === 'INVITE' || cseq?.method === 'UPDATE'
  demand(status === 100 || /;\s*tag\s*=/i.test(header(response, 'to') ?? ''), `${status} has no To tag`)
  if (dialog && status >= 200 && status < 300) demand(contacts === 1, `${status} has not one Contact`)
  if (cseq?.method === 'INVITE' && has('rseq')) demand(contacts === 1, `reliable ${status} has not one Contact`)
  for (const name of demanded[status] ?? []) demand(has(name), `${status} has no ${name}`)
  if (status === 415)
    demand(['accept', 'accept-encoding', 'accept-language'].some(has), '415 does not say what is taken')
  if (!has('session-expires')) return
  const refresher = /;\s*refresher\s*=\s*(uac|uas)/i.exec(header(response, 'session-expires')!)?.[1]?.toLowerCase()
  demand(refresher !== undefined, 'Session-Expires names no refresher')
  demand(
    refresher !== 'uac' || listHas(response, 'require', 'timer'),
    'the refresher is uac, and timer is not required',
  )
}

const isSips = (uri: string) => /^sips:/i.test(uri)

/** Names of parameters that stand twice, of the URI in angle brackets and of the header apart. */
function repeatedParams(value: string): string[] {
  const open = value.lastIndexOf('<')
  const close = value.indexOf('>', open)
  const parts =
    open < 0 ? [value] : [value.slice(open, close < 0 ? undefined : close), close < 0 ? '' : value.slice(close)]
  return parts.flatMap((part) => {
    const names = part
      .split(';')
      .slice(1)
      .map((param) => param.split('=', 1)[0]!.trim().toLowerCase())
    return names.filter((name, i) => names.indexOf(name) < i)
  })
}
