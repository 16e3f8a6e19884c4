import { begins, latin } from './latin.ts'

const LF = 10
const EQUALS = 61

/** An address that a session description announces for a medium. */
export interface AnnouncedAddress {
  /** As written. */
  readonly host: string
  readonly port: number
}

const mostAddresses = 64

/**
 * The addresses of media that lie in a body, wherever a session description begins in it: those of c= and m= lines, of
 * a=rtcp, and the candidates of ICE. Media with port 0 are refused and have none.
 */
export function announcedAddresses(bytes: Uint8Array, from: number, to: number): AnnouncedAddress[] {
  const found: AnnouncedAddress[] = []
  let session = ''
  let medium: { host: string; port: number; rtcp: AnnouncedAddress | null } | null = null
  const close = () => {
    if (!medium || medium.port === 0 || medium.host === '') return
    found.push({ host: medium.host, port: medium.port })
    const { host, rtcp } = medium
    if (rtcp && rtcp.port > 0) found.push({ host: rtcp.host || host, port: rtcp.port })
  }
  for (let at = from; at < to && found.length < mostAddresses;) {
    const next = bytes.indexOf(LF, at)
    const end = next < 0 || next > to ? to : next
    if (bytes[at + 1] === EQUALS) {
      const letter = bytes[at]!
      if (letter === 0x76) {
        close()
        medium = null
        session = ''
      } else if (letter === 0x63) {
        // c=IN IP4 192.0.2.1/127
        const host = (words(bytes, at + 2, end)[2] ?? '').split('/', 1)[0]!
        if (medium) medium.host = host
        else session = host
      } else if (letter === 0x6d) {
        close()
        const port = words(bytes, at + 2, end)[1] ?? ''
        medium = { host: session, port: portOf(port.split('/', 1)[0]!), rtcp: null }
      } else if (letter === 0x61 && medium) {
        const second = bytes[at + 2]
        // a=candidate:1 1 UDP 2130706431 192.0.2.1 4000 typ host
        if (second === 0x63 && begins(bytes, at + 2, 'candidate:')) {
          const [, , protocol, , host, port] = words(bytes, at + 12, end)
          if (host !== undefined && /^udp$/i.test(protocol!)) found.push({ host, port: portOf(port ?? '') })
        } else if (second === 0x72 && begins(bytes, at + 2, 'rtcp:')) {
          // a=rtcp:4001 IN IP4 192.0.2.1
          const [port, , , host] = words(bytes, at + 7, end)
          medium.rtcp = { host: host ?? '', port: portOf(port!) }
        }
      }
    }
    at = end + 1
  }
  close()
  return found
}

function portOf(text: string): number {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : 0
}

/** The first words of a line, of its first 200 bytes, between spaces and tabs. */
function words(bytes: Uint8Array, from: number, to: number): string[] {
  let at = from
  let end = Math.min(to, from + 200)
  while (at < end && isWhite(bytes[at]!)) at++
  while (end > at && isWhite(bytes[end - 1]!)) end--
  const found: string[] = []
  while (found.length < 6) {
    const begin = at
    while (at < end && bytes[at] !== 0x20 && bytes[at] !== 0x09) at++
    found.push(latin(bytes, begin, at))
    if (at >= end) break
    while (bytes[at] === 0x20 || bytes[at] === 0x09) at++
  }
  return found
}

/** What is cut off at the ends of a line. */
const isWhite = (code: number) => code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0
