import { u16 } from '../decode/bytes.ts'

const supportedVersions = 43
const encryptThenMac = 22
/** The random number with which a server asks for another hello (RFC 8446 4.1.3). */
const retry = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'

export interface ServerHello {
  readonly random: Uint8Array
  readonly version: number
  readonly suite: number
  readonly macAfter: boolean
}

/** The random number of a ClientHello, without its handshake header (RFC 8446 4.1.2); null where it is none. */
export function clientRandomOf(body: Uint8Array): Uint8Array | null {
  return body.length >= 34 && body[0] === 3 ? body.slice(2, 34) : null
}

/** Reads a ServerHello; null where it is none, or asks for another hello (RFC 8446 4.1.3). */
export function serverHelloOf(body: Uint8Array): ServerHello | null {
  const suiteAt = 35 + (body[34] ?? 0)
  if (body.length < suiteAt + 3 || body[0] !== 3) return null
  const random = body.slice(2, 34)
  if (Buffer.from(random).toString('hex') === retry) return null
  let version = u16(body, 0)
  let macAfter = false
  const end = Math.min(body.length, suiteAt + 5 + (body.length >= suiteAt + 5 ? u16(body, suiteAt + 3) : 0))
  for (let at = suiteAt + 5; at + 4 <= end;) {
    const [type, size] = [u16(body, at), u16(body, at + 2)]
    if (type === supportedVersions && size === 2 && at + 6 <= end) version = u16(body, at + 4)
    if (type === encryptThenMac) macAfter = true
    at += 4 + size
  }
  return { random, version, suite: u16(body, suiteAt), macAfter }
}
