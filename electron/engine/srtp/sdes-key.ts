import { visible } from '../../../shared/base/text.ts'
import type { CryptoAttribute } from '../../../shared/wire/sdp/sdp.ts'
import { masterBytes, suites, type SrtpSuite } from './srtp.ts'

/** A key that the other side sends with (RFC 4568). */
export interface SdesKey {
  readonly tag: number
  readonly suite: SrtpSuite
  readonly master: Uint8Array
}

/** Lines beyond these are not looked at. */
const mostLines = 32
const mostTag = 999_999_999
const masterText = /^[A-Za-z0-9+/]{40}$/

/** The first a=crypto line that can be honoured as it stands, or why none can. */
export function usableKey(lines: readonly CryptoAttribute[]): SdesKey | string {
  if (lines.length === 0) return 'no a=crypto'
  const faults: string[] = []
  const looked = lines.slice(0, mostLines)
  for (const line of looked) {
    const twice = looked.filter(({ tag }) => tag === line.tag).length > 1
    const key = twice ? 'its tag stands there twice' : readKey(line)
    if (typeof key !== 'string') return key
    if (faults.length < 4) faults.push(`a=crypto:${line.tag}: ${key}`)
  }
  return faults.join('; ')
}

/** The answer's a=crypto line, which must be one that was offered (RFC 4568 5.1.3), or why it is none. */
export function answeredKey(
  lines: readonly CryptoAttribute[],
  offered: { readonly tag: number; readonly suite: SrtpSuite },
): SdesKey | string {
  const key = usableKey(lines)
  if (typeof key === 'string') return key
  if (key.tag === offered.tag && key.suite === offered.suite) return key
  return `a=crypto:${key.tag} ${key.suite} was answered, a=crypto:${offered.tag} ${offered.suite} was offered`
}

/** The key of an a=crypto line, or why it cannot be honoured. */
function readKey({ tag, suite: name, keyParams, sessionParams }: CryptoAttribute): SdesKey | string {
  if (!Number.isInteger(tag) || tag < 0 || tag > mostTag) return 'its tag is no number of up to nine digits'
  const suite = Object.keys(suites).find((known) => known === name.toUpperCase()) as SrtpSuite | undefined
  if (!suite)
    return `the suite ${visible(name.slice(0, 40))} is not spoken here (${Object.keys(suites).join(', ')} are)`
  // What is not marked as optional must be understood (RFC 4568 6.3.8); a hint of a window size asks for nothing.
  const unknown = (sessionParams ?? '')
    .split(' ')
    .find((parameter) => parameter !== '' && !parameter.startsWith('-') && !/^WSH=\d{1,9}$/i.test(parameter))
  if (unknown !== undefined) return `${visible(unknown.slice(0, 40))} is not spoken here`
  if (keyParams.includes(';')) return 'it has several keys (MKI), which are not spoken here'
  if (keyParams.slice(0, 7).toLowerCase() !== 'inline:') return 'its key is not inline'
  const [text = '', ...rest] = keyParams.slice(7).split('|')
  if (rest.some((part) => part.includes(':'))) return 'it has a master key identifier (MKI), which is not spoken here'
  if (rest.length > 1 || (rest.length === 1 && !isLifetime(rest[0]!))) return 'its lifetime cannot be read'
  if (!masterText.test(text)) return `its key is not ${masterBytes} bytes of base64`
  return { tag, suite, master: Uint8Array.from(Buffer.from(text, 'base64')) }
}

/** `2^20` or a number of packets. A peer renews its own key in time: what it sends with is its own affair. */
function isLifetime(text: string): boolean {
  return /^2\^\d{1,2}$/.test(text) || /^[1-9]\d{0,14}$/.test(text)
}
