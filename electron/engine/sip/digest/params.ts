import { Scanner } from '../../../../shared/base/scan.ts'
import { unquote } from '../../../../shared/wire/sip/grammar.ts'

/**
 * What a challenge or credentials say (RFC 7616 3.3, 3.4), in the types of the model. Null: not given, or not usable.
 */
export interface DigestParams {
  readonly realm: string | null
  readonly nonce: string | null
  readonly opaque: string | null
  readonly algorithm: string | null
  readonly username: string | null
  readonly uri: string | null
  readonly response: string | null
  readonly cnonce: string | null
  /** In lower case; a challenge may offer several, credentials name one. */
  readonly qop: readonly string[]
  /** Eight hexadecimal digits as they came: they go into the hash as text. */
  readonly nc: string | null
  readonly stale: boolean
  /** Names of parameters with a control character in their value: they are taken as not given. */
  readonly unusable: readonly string[]
}

const mostParams = 64

/** Reads `Digest a=b, c="d"`; null when the scheme is another. Of a parameter that is given twice the first holds. */
export function parseDigest(value: string): DigestParams | null {
  const scanner = new Scanner(value)
  scanner.space()
  if (scanner.run(isNameCode).toLowerCase() !== 'digest' || !scanner.space()) return null
  const params = new Map<string, string>()
  const unusable: string[] = []
  while (!scanner.done && params.size < mostParams) {
    const name = scanner.run(isNameCode).toLowerCase()
    scanner.space()
    const text = name !== '' && scanner.eat('=') ? readValue(scanner) : null
    if (text !== null && !params.has(name)) {
      if (hasControl(text)) unusable.push(name)
      else params.set(name, text)
    }
    // Whatever else stands before the next comma is nothing that we know.
    scanner.run((code) => code !== comma)
    scanner.eat(',')
    scanner.space()
  }
  const get = (name: string) => params.get(name) ?? null
  return {
    realm: get('realm'),
    nonce: get('nonce'),
    opaque: get('opaque'),
    algorithm: get('algorithm'),
    username: get('username'),
    uri: get('uri'),
    response: get('response'),
    cnonce: get('cnonce'),
    qop: (params.get('qop') ?? '')
      .split(',')
      .map((text) => text.trim().toLowerCase())
      .filter(Boolean),
    nc: /^[0-9a-f]{8}$/i.test(params.get('nc') ?? '') ? get('nc') : null,
    stale: params.get('stale')?.toLowerCase() === 'true',
    unusable,
  }
}

const comma = 0x2c
const quoteMark = 0x22
const backslash = 0x5c
/** Up to a separator of parameters (RFC 7230 3.2.6 is narrower). */
const isNameCode = (code: number) => code > 0x20 && code !== 0x3d && code !== comma && code !== quoteMark

function readValue(scanner: Scanner): string {
  scanner.space()
  if (scanner.text.charCodeAt(scanner.at) !== quoteMark) return scanner.run((code) => code > 0x20 && code !== comma)
  const from = scanner.at++
  while (!scanner.done && scanner.text.charCodeAt(scanner.at) !== quoteMark)
    scanner.at += scanner.text.charCodeAt(scanner.at) === backslash ? 2 : 1
  scanner.at++
  return unquote(scanner.text.slice(from, scanner.at))
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return true
  return false
}
