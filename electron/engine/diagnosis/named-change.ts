import type { Change } from '../../../shared/contract/change.ts'
import { codecNames, usualPtimeMs } from '../../../shared/model/codecs.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import type { TransportName } from '../../../shared/model/transport.ts'
import { otherNumber } from '../../../shared/words/number.ts'
import type { MediaDescription } from '../../../shared/wire/sdp/sdp.ts'
import { parseNameAddr, parseUri, uriOf } from '../../../shared/wire/sip/grammar.ts'
import { header, headerKey, headerList, type SipRequest, type SipResponse } from '../../../shared/wire/sip/message.ts'
import type { FinalResponse } from './rule.ts'

/** What a refusal names of the call as the one thing to change. */
export interface Named {
  readonly change: Change
  /** A sentence. */
  readonly next: string
}

/** Headers of an INVITE that the stack needs, or that no person adds. */
const ofTheStack = new Set(
  [
    'Via, From, To, Call-ID, CSeq, Max-Forwards, Contact, Route, Record-Route, Content-Type, Content-Length',
    'Authorization, Proxy-Authorization, Allow, Supported, Require, Proxy-Require, User-Agent, Session-Expires',
    'Min-SE, Accept, Date, Replaces, Referred-By, Timestamp, Content-Disposition, Content-Encoding',
  ].flatMap((names) => names.toLowerCase().split(', ')),
)

/** More words than a person reads. */
const mostRead = 500

/** What the other side says in words: the phrase, Warning, Reason, headers of errors, a text. */
function wordsOf(response: SipResponse): string {
  const said = response.headers.filter(({ name }) => /^(?:warning|reason)$|error/i.test(name)).map(({ value }) => value)
  const text = /^text\/plain/i.test(header(response, 'content-type') ?? '')
    ? new TextDecoder().decode(response.body.subarray(0, mostRead))
    : ''
  return [response.reason, ...said, text]
    .map((part) => part.slice(0, mostRead))
    .join('\n')
    .slice(0, 4 * mostRead)
}

/**
 * The one thing of the INVITE that the final response names: a header that was added, the caller ID, the transport, the
 * packet time, media encryption, codecs that were not offered, or where a redirection leads. Null where it names none.
 */
export function namedChange(facts: CallFacts, final: FinalResponse): Named | null {
  const invite = facts.invite?.message
  if (facts.vantage === 'inbound' || !facts.invite || invite?.kind !== 'request') return null
  if (final.message.status < 400) return redirected(invite, final.message)
  const words = wordsOf(final.message)
  const audio = facts.invite.session?.media.filter(({ kind }) => kind === 'audio') ?? []
  return (
    namedHeader(invite, words) ??
    namedPacketTime(audio, words) ??
    namedTransport(facts.invite.event.transport, words) ??
    namedEncryption(audio, words) ??
    namedCaller(invite, words) ??
    (isOfMedia(final.message) ? namedCodecs(audio, final, words) : null)
  )
}

const isOfMedia = ({ status }: SipResponse) => status === 415 || status === 488 || status === 606

const portOf = ({ port }: { readonly port: number | null }) => port ?? 5060

/** To the same place, under another name or over another transport. */
function redirected(invite: SipRequest, response: SipResponse): Named | null {
  const [contact, ...more] = headerList(response, 'contact').map(uriOf)
  const [to, called] = [parseUri(contact ?? ''), parseUri(invite.uri)]
  if (!to || !called || more.length > 0 || to.host !== called.host || portOf(to) !== portOf(called)) return null
  if (to.user !== null && to.user !== called.user && /^[A-Za-z0-9\-_.!~*'()&=+$,%#]{1,128}$/.test(to.user))
    return { change: { what: 'number', to: to.user }, next: `Call again with ${to.user}: that is where calls go.` }
  const transport = transports.find((name) => name === to.params.get('transport')?.toLowerCase())
  return transport && to.user === called.user ? overTransport(transport, 'it redirects the call there') : null
}

function namedHeader({ headers }: SipRequest, words: string): Named | null {
  const added = headers.map(({ name }) => name).filter((name) => !ofTheStack.has(headerKey(name)))
  // A word like Subject may be there for itself.
  const named = added.find((name) => (name.includes('-') || /\bheader\b/i.test(words)) && hasWord(words, name))
  if (named === undefined) return null
  const stay = added.filter((name) => headerKey(name) !== headerKey(named))
  return {
    change: { what: 'headers', to: [...new Set(stay)] },
    next: `Call again without the header ${named}: the refusal names it.`,
  }
}

/** Whether the name stands there alone, in upper or lower case. */
function hasWord(text: string, name: string): boolean {
  const [all, wanted] = [text.toLowerCase(), name.toLowerCase()]
  const isPart = (char: string | undefined) => char !== undefined && /[\w-]/.test(char)
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at + 1))
    if (!isPart(all[at - 1]) && !isPart(all[at + wanted.length])) return true
  return false
}

function namedPacketTime(audio: readonly MediaDescription[], words: string): Named | null {
  if (audio.length === 0 || !/\bptime\b|packeti[sz]ation|packet time/i.test(words)) return null
  const offered = audio[0]!.ptimeMs ?? usualPtimeMs
  const asked = [...words.matchAll(/\b([1-6]0)\b(?! ?%)/g)].map(([, ms]) => Number(ms)).find((ms) => ms !== offered)
  const to = asked ?? (offered === usualPtimeMs ? null : usualPtimeMs)
  return to === null
    ? null
    : {
        change: { what: 'ptime', to },
        next: `Call again with a packet time of ${to} ms: ${offered} ms were offered, and the refusal names it.`,
      }
}

const transports = ['udp', 'tcp', 'tls'] as const

/** `TLS is required`, `use TLS`; nothing that says not. `name`: a pattern. */
function isDemanded(words: string, name: string): boolean {
  const [found] =
    new RegExp(
      `\\b(?:${name})\\b[^\\n]{0,20}\\b(?:required|mandatory|only)\\b|` +
        `\\b(?:use|requires?|only|must)\\b[^\\n]{0,20}\\b(?:${name})\\b`,
      'i',
    ).exec(words) ?? []
  return found !== undefined && !/\bnot\b/i.test(found)
}

/** `UDP is not supported`. */
const isDenied = (words: string, name: string): boolean =>
  new RegExp(`\\b(?:${name})\\b[^\\n]{0,30}\\b(?:not|unsupported|disabled)\\b`, 'i').test(words)

function overTransport(to: TransportName, because: string): Named {
  return { change: { what: 'transport', to }, next: `Call again over ${to.toUpperCase()}: ${because}.` }
}

/** The transport that a refusal, of anything but the media, asks for instead of the one that the INVITE came over. */
export function transportAskedFor({ invite }: CallFacts, { message }: FinalResponse): Named | null {
  return invite && !isOfMedia(message) ? namedTransport(invite.event.transport, wordsOf(message)) : null
}

function namedTransport(used: string, words: string): Named | null {
  const wanted = transports.find((name) => name !== used && isDemanded(words, name))
  if (wanted) return overTransport(wanted, 'the refusal asks for it')
  return transports.some((name) => name === used) && isDenied(words, used)
    ? overTransport(used === 'udp' ? 'tcp' : 'udp', `${used.toUpperCase()} is refused there`)
    : null
}

const srtp = 'srtp|secure rtp|secure media|media encryption|encrypted media'

function namedEncryption(audio: readonly MediaDescription[], words: string): Named | null {
  if (audio.length === 0) return null
  const isSecure = audio.every(({ protocol }) => protocol.includes('SAVP'))
  if (!isSecure && isDemanded(words, srtp))
    return {
      change: { what: 'encryption', to: 'required' },
      next: 'Call again with media encryption required: the refusal asks for it.',
    }
  return isSecure && isDenied(words, srtp)
    ? {
        change: { what: 'encryption', to: 'disabled' },
        next: 'Call again with media encryption disabled: SRTP is refused there.',
      }
    : null
}

const callerWords =
  /\bcaller[- ]?(?:id|number)\b|\bcalling (?:party )?number\b|\borigination number\b|\bfrom (?:header|number|user)\b/i

function namedCaller(invite: SipRequest, words: string): Named | null {
  const from = parseNameAddr(header(invite, 'from') ?? '')?.uri
  const to = otherNumber(parseUri(from ?? '')?.user ?? '')
  return to !== null && (callerWords.test(words) || /\bCLI\b|\bANI\b/.test(words))
    ? {
        change: { what: 'caller-id', to },
        next: `Call again with ${to} as the caller ID: the refusal names it, and its form may be what is wrong.`,
      }
    : null
}

/** Codecs that are spoken here, that the other side names, and that were not offered. */
function namedCodecs(audio: readonly MediaDescription[], final: FinalResponse, words: string): Named | null {
  const offered = new Set(audio.flatMap(({ formats }) => formats.map(({ codec }) => codec.toUpperCase())))
  const theirs = final.session?.media.flatMap(({ kind, formats }) => (kind === 'audio' ? formats : [])) ?? []
  const said = new Set(theirs.map(({ codec }) => codec.toUpperCase()))
  const spoken = codecNames().filter((name) => name !== 'CN')
  const missing = spoken.filter(
    (name) => !offered.has(name.toUpperCase()) && (said.has(name.toUpperCase()) || hasWord(words, name)),
  )
  if (missing.length === 0 || audio.length === 0) return null
  const to = [...spoken.filter((name) => offered.has(name.toUpperCase())), ...missing]
  return {
    change: { what: 'codecs', to: to as [string, ...string[]] },
    next: `Call again offering ${missing.join(' and ')} too, as the refusal says.`,
  }
}
