/** A transport address: an IP literal (or host name before resolution) and a port. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Whether two are written alike; another spelling of the same address is another. */
export function isSameAddress(a: Address, b: Address | null): boolean {
  return a === b || (b !== null && a.port === b.port && a.host === b.host)
}

/** `ip:port`, or `[ip]:port` for IPv6. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** A host as it stands in a URI, a Via or an SDP-free context: IPv6 literals in brackets. */
export function bracketHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/** Reads `host`, `host:port`, `[v6]`, `[v6]:port` or a bare IPv6 literal; null when it is none of these. */
export function parseHostPort(text: string): { host: string; port: number | null } | null {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?$/.exec(text)
  if (bracketed) return withPort(bracketed[1]!, bracketed[2])
  // With one colon at most, none of these is IPv6.
  const plain = /^([A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(text)
  if (plain) return withPort(plain[1]!, plain[2])
  return isIPv6(text) ? { host: text, port: null } : null
}

function withPort(host: string, digits: string | undefined): { host: string; port: number | null } | null {
  if (digits === undefined) return { host, port: null }
  const port = Number(digits)
  return port <= 65535 ? { host, port } : null
}

export function parseAddress(text: string): Address | null {
  const parts = parseHostPort(text)
  return parts && parts.port !== null ? { host: parts.host, port: parts.port } : null
}

export function isIPv4(text: string): boolean {
  return ipv4Bytes(text) !== null
}

export function isIPv6(text: string): boolean {
  return text.includes(':') && ipv6Bytes(text) !== null
}

export function isIp(text: string): boolean {
  return isIPv4(text) || isIPv6(text)
}

/** Characters of the longest IPv4 and IPv6 literals. */
const longestIPv4 = 15
const longestIPv6 = 45

function ipv4Bytes(text: string): number[] | null {
  if (text.length > longestIPv4) return null
  const bytes: number[] = []
  let [value, digits] = [0, 0]
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x2e
    if (code >= 0x30 && code <= 0x39) {
      value = value * 10 + code - 0x30
      if (++digits > 3 || value > 255) return null
    } else {
      if (code !== 0x2e || digits === 0) return null
      bytes.push(value)
      value = digits = 0
    }
  }
  return bytes.length === 4 ? bytes : null
}

function ipv6Bytes(text: string): number[] | null {
  const zone = text.indexOf('%')
  let body = zone < 0 ? text : text.slice(0, zone)
  if (body.length > longestIPv6) return null
  const lastColon = body.lastIndexOf(':')
  const tail = ipv4Bytes(body.slice(lastColon + 1))
  if (tail) {
    const group = (high: number, low: number) => ((high << 8) | low).toString(16)
    body = `${body.slice(0, lastColon + 1)}${group(tail[0]!, tail[1]!)}:${group(tail[2]!, tail[3]!)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return null
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const given = groups.reduce((sum, list) => sum + list.length, 0)
  if (halves.length === 1 ? given !== 8 : given > 7) return null
  if (halves.length === 2) groups.splice(1, 0, Array<string>(8 - given).fill('0'))
  const bytes: number[] = []
  for (const text of groups.flat()) {
    if (!/^[0-9A-Fa-f]{1,4}$/.test(text)) return null
    const value = parseInt(text, 16)
    bytes.push(value >> 8, value & 255)
  }
  return bytes
}

/** The 4 or 16 bytes of an IP literal in network order; null when it is not one. */
export function ipBytes(text: string): number[] | null {
  return ipv4Bytes(text) ?? (text.includes(':') ? ipv6Bytes(text) : null)
}

/** The literal of 4 or 16 bytes; IPv6 in the form of RFC 5952. */
export function ipFromBytes(bytes: ArrayLike<number>, offset: number, length: 4 | 16): string {
  if (length === 4) return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`
  const groups: number[] = []
  for (let i = 0; i < 16; i += 2) groups.push((bytes[offset + i]! << 8) | bytes[offset + i + 1]!)
  let best = -1
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (i + run < 8 && groups[i + run] === 0) run++
    if (run > bestLength) [best, bestLength] = [i, run]
  }
  const hex = groups.map((group) => group.toString(16))
  if (best < 0) return hex.join(':')
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + bestLength).join(':')}`
}

/**
 * An IP literal as every other spelling of the same address is written: IPv6 in the form of RFC 5952, IPv4-mapped as
 * IPv4. A name, or a literal with a zone, as it is.
 */
export function canonicalHost(host: string): string {
  const bytes = host.includes('%') ? null : ipBytes(host)
  if (bytes === null) return host
  const mapped = bytes.length === 16 && bytes.every((byte, i) => i >= 12 || byte === (i < 10 ? 0 : 0xff))
  return mapped ? ipFromBytes(bytes, 12, 4) : ipFromBytes(bytes, 0, bytes.length as 4 | 16)
}

export interface Cidr {
  readonly bytes: readonly number[]
  readonly prefix: number
}

/** Reads `address` or `address/prefix`; null when it is neither. */
export function parseCidr(text: string): Cidr | null {
  const [host = '', digits, ...rest] = text.split('/', 3)
  const bytes = ipBytes(host)
  if (!bytes || rest.length > 0) return null
  const width = bytes.length * 8
  if (digits === undefined) return { bytes, prefix: width }
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > width) return null
  return { bytes, prefix: Number(digits) }
}

/** Whether an IP literal lies in the block. IPv4-mapped IPv6 addresses match IPv4 blocks. */
export function inCidr(cidr: Cidr, host: string): boolean {
  const bytes = ipBytes(unmapped(host))
  if (!bytes || bytes.length !== cidr.bytes.length) return false
  for (let bit = 0; bit < cidr.prefix; bit += 8) {
    const mask = cidr.prefix - bit >= 8 ? 0xff : (0xff << (8 - (cidr.prefix - bit))) & 0xff
    if ((bytes[bit / 8]! & mask) !== (cidr.bytes[bit / 8]! & mask)) return false
  }
  return true
}

/** The same of a block as it is written; nothing lies in what is none. */
export function inBlock(block: string, host: string): boolean {
  const cidr = parseCidr(block)
  return cidr !== null && inCidr(cidr, host)
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; anything else as it is. */
export function unmapped(host: string): string {
  return host.startsWith('::ffff:') && isIPv4(host.slice(7)) ? host.slice(7) : host
}

const cidrs = (...list: string[]) => list.map((text) => parseCidr(text)!)
const privateBlocks = cidrs(
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
)

const loopbackBlocks = cidrs('127.0.0.0/8', '::1/128')

/** RFC 1918, 100.64.0.0/10 (RFC 6598), link-local and unique-local addresses. */
export function isPrivate(host: string): boolean {
  return privateBlocks.some((block) => inCidr(block, host))
}

/** 127.0.0.0/8, ::1, `localhost`; with or without the brackets of a URI. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return bare.toLowerCase() === 'localhost' || loopbackBlocks.some((block) => inCidr(block, bare))
}

export function isUnspecified(host: string): boolean {
  const bytes = ipBytes(host)
  return bytes !== null && bytes.every((byte) => byte === 0)
}
