import { foreign, type Outcome } from '../account.ts'
import { u16, u32 } from './bytes.ts'

const recordHeader = 13
const applicationData = 23
const zrtpCookie = 0x5a525450

/** What two ends of a media path say to one another to get keys, or encrypt with them; null where that is neither. */
export function keyExchangeOf(bytes: Uint8Array, from: number, to: number): Outcome | null {
  const first = bytes[from]!
  // Records of DTLS (RFC 9147 4, RFC 6347 4.1): their version is that of TLS, inverted.
  if (first >= 20 && first <= 25 && to - from >= recordHeader && bytes[from + 1] === 0xfe && bytes[from + 2]! >= 0xfc)
    return u16(bytes, from + 11) > to - from - recordHeader
      ? null
      : first < applicationData
        ? foreign.handshake
        : foreign.dtls
  return first >> 4 === 1 && to - from >= 12 && u32(bytes, from + 4) === zrtpCookie ? foreign.zrtp : null
}
