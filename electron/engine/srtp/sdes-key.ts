import { visible } from '../../../shared/base/text.ts'
import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import type { CryptoAttribute } from '../../../shared/wire/sdp/sdp.ts'
import { masterBytes, suiteNamed } from './suites.ts'

/** Key and salt, and the identifier that packets carry of it where there may be several (RFC 3711 3.1). */
export interface MasterKey {
  readonly master: Uint8Array
  /** Empty where packets carry none. */
  readonly mki: Uint8Array
}

/** The keys that the other side may send with (RFC 4568): several only with an MKI. */
export interface SdesKey {
  readonly tag: number
  readonly suite: SrtpSuite
  /** As it was written: an answer repeats it. */
  readonly suiteName: string
  readonly keys: readonly MasterKey[]
}

/** Lines beyond these, and keys of one line, are not looked at. */
const mostLines = 32
const mostKeys = 16
const mostTag = 999_999_999
const longestMki = 128

/** The first a=crypto line that can be honoured as it stands, or why none can. `spoken`: suites that may be used. */
export function usableKey(
  lines: readonly CryptoAttribute[],
  spoken: readonly SrtpSuite[] = srtpSuites,
): SdesKey | string {
  if (lines.length === 0) return 'no a=crypto'
  const faults: string[] = []
  const looked = lines.slice(0, mostLines)
  for (const line of looked) {
    const twice = looked.filter(({ tag }) => tag === line.tag).length > 1
    const key = twice ? 'its tag stands there twice' : readKey(line, spoken)
    if (typeof key !== 'string') return key
    if (faults.length < 4) faults.push(`a=crypto:${line.tag}: ${key}`)
  }
  return faults.join('; ')
}

/** The answer's a=crypto line, which must be one of those that were offered (RFC 4568 5.1.3), or why it is none. */
export function answeredKey(
  lines: readonly CryptoAttribute[],
  offered: readonly Pick<CryptoAttribute, 'tag' | 'suite'>[],
): SdesKey | string {
  const key = usableKey(lines)
  if (typeof key === 'string') return key
  if (offered.some(({ tag, suite }) => tag === key.tag && suite === key.suite)) return key
  const same = offered.find(({ tag }) => tag === key.tag) ?? offered[0]
  return (
    `a=crypto:${key.tag} ${key.suite} was answered, ` +
    (same ? `a=crypto:${same.tag} ${same.suite} was offered` : 'none was offered')
  )
}

/** The keys of an a=crypto line, or why it cannot be honoured. */
function readKey(
  { tag, suite: name, keyParams, sessionParams }: CryptoAttribute,
  spoken: readonly SrtpSuite[],
): SdesKey | string {
  if (!Number.isInteger(tag) || tag < 0 || tag > mostTag) return 'its tag is no number of up to nine digits'
  const suite = suiteNamed(name)
  if (!suite || !spoken.includes(suite))
    return `the suite ${visible(name.slice(0, 40))} is not spoken here (${spoken.join(', ')} are)`
  // What is not marked as optional must be understood (RFC 4568 6.3.8); a hint of a window size asks for nothing.
  const unknown = (sessionParams ?? '')
    .split(' ')
    .find((parameter) => parameter !== '' && !parameter.startsWith('-') && !/^WSH=\d{1,9}$/i.test(parameter))
  if (unknown !== undefined) return `${visible(unknown.slice(0, 40))} is not spoken here`
  const texts = keyParams.split(';', mostKeys + 1)
  if (texts.length > mostKeys) return `it has more than ${mostKeys} keys`
  const keys: MasterKey[] = []
  for (const text of texts) {
    const key = readMaster(text, suite)
    if (typeof key === 'string') return key
    keys.push(key)
  }
  // Without one in each packet nobody could tell which key is used (RFC 4568 6.1).
  const [first, ...others] = keys
  if (others.some(({ mki }) => mki.length === 0 || mki.length !== first!.mki.length))
    return 'it has several keys without identifiers (MKI) of one length'
  return { tag, suite, suiteName: name, keys }
}

/** `inline:KEY`, with a lifetime, an identifier, or both behind it. */
function readMaster(text: string, suite: SrtpSuite): MasterKey | string {
  if (text.slice(0, 7).toLowerCase() !== 'inline:') return 'its key is not inline'
  const [key = '', ...rest] = text.slice(7).split('|')
  const mki = rest.at(-1)?.includes(':') ? readMki(rest.pop()!) : new Uint8Array(0)
  if (!mki) return `its master key identifier (MKI) is none of 1 to ${longestMki} bytes`
  if (rest.length > 1 || (rest.length === 1 && !isLifetime(rest[0]!))) return 'its lifetime cannot be read'
  const master = readBase64(key, masterBytes(suite))
  return master ? { master, mki } : `its key is not ${masterBytes(suite)} bytes of base64`
}

/** `1:4` is the number 1 in four bytes. */
function readMki(text: string): Uint8Array | null {
  const [, value = '', length = ''] = /^(\d{1,310}):(\d{1,3})$/.exec(text) ?? []
  const bytes = Number(length)
  if (value === '' || bytes < 1 || bytes > longestMki) return null
  const digits = BigInt(value)
    .toString(16)
    .padStart(bytes * 2, '0')
  return digits.length === bytes * 2 ? Uint8Array.from(Buffer.from(digits, 'hex')) : null
}

/** The padding may be left out. */
function readBase64(text: string, bytes: number): Uint8Array | null {
  const digits = Math.ceil((bytes * 4) / 3)
  const padded = digits + ((4 - (digits % 4)) % 4)
  if (text.length !== digits && text.length !== padded) return null
  if (!/^[A-Za-z0-9+/]*$/.test(text.slice(0, digits)) || !/^=*$/.test(text.slice(digits))) return null
  return Uint8Array.from(Buffer.from(text, 'base64'))
}

/** `2^20` or a number of packets. A peer renews its own key in time: what it sends with is its own affair. */
function isLifetime(text: string): boolean {
  return /^2\^\d{1,2}$/.test(text) || /^[1-9]\d{0,14}$/.test(text)
}
