import { u16, u32 } from './bytes.ts'

export const magicCookie = 0x2112a442
export const stunHeaderBytes = 20
/** A request or response of STUN before it had a cookie (RFC 3489 11.1). */
const oldTypes: ReadonlySet<number> = new Set([0x0001, 0x0101, 0x0111])
const attributeHeader = 4

/** Whether bytes are a whole message of STUN (RFC 8489 5), or of its first version. */
export function isStun(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < stunHeaderBytes || bytes[from]! >> 6 !== 0) return false
  const length = u16(bytes, from + 2)
  if (length % 4 !== 0 || stunHeaderBytes + length > to - from) return false
  if (u32(bytes, from + 4) === magicCookie) return true
  return oldTypes.has(u16(bytes, from)) && stunHeaderBytes + length === to - from
}

/** Where the value of an attribute lies in a message; null where it has none of that type. */
export function attributeOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  type: number,
): { readonly from: number; readonly to: number } | null {
  const end = Math.min(to, from + stunHeaderBytes + u16(bytes, from + 2))
  for (let at = from + stunHeaderBytes; at + attributeHeader <= end;) {
    const [value, length] = [at + attributeHeader, u16(bytes, at + 2)]
    if (value + length > end) return null
    if (u16(bytes, at) === type) return { from: value, to: value + length }
    at = value + ((length + 3) & ~3)
  }
  return null
}

const ipv6 = 2

/**
 * The address in an attribute that has it XORed with the cookie and the number of the transaction (RFC 8489 14.2), its
 * bytes as they are; null where there is none.
 */
export function xoredAddress(
  bytes: Uint8Array,
  from: number,
  to: number,
  type: number,
): { readonly host: Uint8Array; readonly port: number } | null {
  const value = attributeOf(bytes, from, to, type)
  const size = value && bytes[value.from + 1] === ipv6 ? 16 : 4
  if (!value || value.to - value.from < 4 + size) return null
  const host = bytes.slice(value.from + 4, value.from + 4 + size)
  for (let i = 0; i < size; i++) host[i]! ^= bytes[from + 4 + i]!
  return { host, port: u16(bytes, value.from + 2) ^ (magicCookie >>> 16) }
}
