import { parseHostPort } from '../../../shared/base/address.ts'
import { printable } from '../../../shared/base/text.ts'
import { transportNamed, transportNames, type TransportName } from '../../../shared/model/transport.ts'
import { addressFault, dialled } from '../../../shared/words/dial.ts'
import { readNumber } from '../../../shared/words/number.ts'
import { parseUri } from '../../../shared/wire/sip/grammar.ts'
import { usage } from '../base/errors.ts'
import type { NextHop } from '../sip/pending.ts'

/** Throws RingbackError (usage) for an address that is none, with what was probably meant. */
export function checkAddress(address: string): void {
  const why = addressFault(address)
  if (why) throw usage(why.correction ? `${why.text}; did you mean ${why.correction}` : why.text)
}

/** Throws RingbackError (usage) for a text that leads to no request URI, with what was probably meant. */
export function requestUri(text: string, through: string | null): string {
  const read = dialled(text, through)
  if ('uri' in read) return read.uri
  const { correction, caret, headers } = read
  const meant = correction !== null && caret === undefined && !headers && !read.text.includes(correction)
  throw usage(meant ? `${read.text}; did you mean ${correction}` : read.text, read.remedy)
}

/** Where a request for that URI goes: to the proxy where there is one. Throws RingbackError (usage). */
export function nextHop(
  uri: string,
  proxy: string | null,
  transport: TransportName | null,
): NextHop & { readonly kind: 'uri' } {
  const named = parseUri(uri)?.params.get('transport')
  const wanted = transport ?? named?.toLowerCase()
  if (wanted !== undefined && !transportNamed(wanted))
    throw usage(`transport ${printable(wanted)} is not known: use ${transportNames.join(', ')}`)
  if (proxy === null) return { kind: 'uri', uri: parseUri(uri)!, transport }
  checkAddress(proxy)
  const { host, port } = parseHostPort(proxy)!
  return {
    kind: 'uri',
    uri: {
      scheme: 'sip',
      user: null,
      password: null,
      host,
      port,
      params: new Map(named ? [['transport', named]] : []),
      headers: null,
    },
    transport,
  }
}

/** A From of the person's choice: a URI as it is, a number at the trunk's domain. Throws RingbackError (usage). */
export function fromUri(from: string | undefined, domain: string): string | null {
  if (from === undefined) return null
  if (/^(sips?|tel):/i.test(from)) {
    if (/[\s<>"]/.test(from)) throw usage(`"${from}" is no URI for From`)
    return from
  }
  if (/^[A-Za-z0-9+\-_.!~*'()%]+$/.test(from)) return `sip:${from}@${domain}`
  const number = readNumber(from)
  if (number === null || number.includes('#')) throw usage(`"${from}" is neither a number nor a URI for From`)
  return `sip:${number}@${domain}`
}
