import type { Encryption } from '../model/encryption.ts'
import { transports, type TransportName } from '../model/transport.ts'
import { parseUri } from '../wire/sip/grammar.ts'
import { providerAt } from './index.ts'
import type { Provider } from './provider.ts'

const secure = (transport: TransportName): boolean => transports[transport].secure

/** What a provider says of a setting; `offered` is false only where it says that it does not take it. */
export interface Bound {
  readonly offered: boolean
  /** A sentence; null where it says nothing. */
  readonly text: string | null
}

const free: Bound = { offered: true, text: null }
const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

export function transportBound({ name, notOffered, transports }: Provider, transport: TransportName): Bound {
  const refused = notOffered.find((one) => one.transport === transport)
  if (refused) return { offered: false, text: `${name}: ${refused.because}` }
  if (!transports) return free
  const named = transports.find((one) => one.name === transport)
  if (named) return named.note === undefined ? free : { offered: true, text: `${name}: ${named.note}` }
  const names = listed(transports.map((one) => one.name.toUpperCase()))
  return { offered: true, text: `${name} names ${names} only: whether it takes ${transport.toUpperCase()} is unknown.` }
}

export function encryptionBound(
  { name, encryption }: Provider,
  wanted: Encryption,
  transport: TransportName | null,
): Bound {
  if (!encryption) return free
  if (encryption.needsTls && wanted !== 'disabled' && transport !== null && !secure(transport))
    return { offered: true, text: `${name} encrypts media over TLS only: choose TLS as the transport.` }
  return encryption.note === undefined ? free : { offered: true, text: `${name}: ${encryption.note}` }
}

const digits = /^\d{5,}$/

/** What a provider says of how a trunk to it is set, where that cannot work or is not known to; each a sentence. */
export function trunkAdvice(
  provider: Provider,
  { transport, encryption }: { readonly transport: TransportName; readonly encryption: Encryption },
): string[] {
  const refused = transportBound(provider, transport)
  const needsTls = provider.encryption?.needsTls && encryption !== 'disabled' && !secure(transport)
  return [
    ...(refused.offered ? [] : [refused.text!]),
    ...(needsTls ? [encryptionBound(provider, encryption, transport).text!] : []),
  ]
}

/** What a provider grants and demands, each a sentence. */
export function grants({
  limits,
  identifier,
  number,
  rates = [],
  mediaTimeouts,
  refer,
  codecs,
  rtpPorts,
}: Provider): string[] {
  return [
    ...(identifier?.note ? [identifier.note] : []),
    ...(number ? [number.note] : []),
    ...(codecs ? [`Codecs: ${codecs.join(', ')}.`] : []),
    ...(rtpPorts ? [`RTP at ports ${rtpPorts.first} to ${rtpPorts.last}.`] : []),
    ...rates.map(({ callsPerSecond, concurrentCalls, per, note }) =>
      [
        callsPerSecond === undefined ? null : `at most ${callsPerSecond} calls a second`,
        concurrentCalls === undefined ? null : `at most ${concurrentCalls} calls at once`,
      ]
        .filter((part) => part !== null)
        .join(', ')
        .replace(/^a/, 'A')
        .concat(per === undefined ? '' : ` for each ${per}`, '.', note === undefined ? '' : ` ${note}`),
    ),
    ...(mediaTimeouts
      ? [
          `Without media a call ends: ${mediaTimeouts.beforeFirstPacketS} s before the first packet, ` +
            `${mediaTimeouts.afterS} s later.`,
        ]
      : []),
    ...(refer ? [`Transfer by REFER: ${refer.supported ? 'yes' : 'no'}. ${refer.note}`] : []),
    ...limits,
  ]
}

/**
 * What a provider says of a request URI that can be dialled, each a sentence. `provider`: of the trunk that is called
 * through, else the one whose domain the URI names; `chosen`: the transport, where it is not that of the URI.
 */
export function dialAdvice(
  uri: string,
  provider: Provider | null = null,
  chosen: TransportName | null = null,
): string[] {
  const parsed = parseUri(uri)
  const of = provider ?? (parsed && providerAt(parsed.host))
  if (!parsed || !of) return []
  const { name, identifier, number, uriLimits } = of
  const user = parsed.user ?? ''
  const said: string[] = []
  if (identifier?.required && /^sips?$/i.test(user))
    said.push(
      `${name}: "${user}" is no identifier: write ${identifier.example} before the @. ${identifier.note ?? ''}`.trim(),
    )
  if (number?.form === 'e164' && digits.test(user)) said.push(`${name}: ${number.note} +${user} may be meant.`)
  if (number?.form === 'as-configured' && digits.test(user.replace(/^\+/, ''))) said.push(`${name}: ${number.note}`)
  const transport = chosen ?? parsed.params.get('transport')?.toLowerCase()
  const refused = of.notOffered.find((one) => one.transport === transport)
  if (refused) said.push(`${name}: ${refused.because}`)
  if (uriLimits && uri.length > uriLimits.uri)
    said.push(`${name}: a URI has at most ${uriLimits.uri} characters, and this one ${uri.length}.`)
  return said
}
