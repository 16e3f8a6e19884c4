import { canonicalHost } from '../../base/address.ts'
import { decimal, eachLine, words } from '../../base/scan.ts'
import { printable, visible } from '../../base/text.ts'
import { DtlsLines } from './dtls-lines.ts'
import { Medium, isToken } from './medium.ts'
import type { MediaDirection, SessionDescription } from './sdp.ts'

/** More than any call has; what lies beyond is not read, and said. */
const mostLines = 4096
const mostMedia = 64
const mostFormats = 128
const mostProblems = 50

/** Attributes whose name in upper case stands in the way of a call. */
const spelled: ReadonlySet<string> = new Set([
  ...['sendrecv', 'sendonly', 'recvonly', 'inactive'],
  ...['rtpmap', 'fmtp', 'crypto'],
])
const directions: ReadonlySet<string> = new Set([
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
] satisfies MediaDirection[])

/**
 * Reads a session description (RFC 8866, RFC 4568 for a=crypto); a string says why it is none.
 * Lenient: a byte order mark and blank lines before v=0, and spaces at the ends of lines are passed over and named, a
 * line that cannot be used is left out and named in `problems`, values out of range become what the model gives for
 * unknown.
 */
export function parseSdp(text: string): SessionDescription | string {
  const reader = new Reader()
  let count = 0
  let blank = false
  const marked = text.startsWith('\ufeff')
  if (marked) reader.problem('the session description begins with a byte order mark')
  eachLine(marked ? text.slice(1) : text, (written) => {
    const line = written.trimEnd()
    if (count === 0 && line === '') return void (blank = true)
    if (count === 0 && line !== 'v=0') return false
    if (++count > mostLines) {
      reader.problem(`only the first ${mostLines} lines were read`)
      return false
    }
    if (count === 1 && blank) reader.problem('the session description begins with a blank line')
    if (line !== written && line[0] !== 's' && line[0] !== 'i')
      reader.once(`lines of the session description end with white space`)
    return reader.line(line)
  })
  if (count === 0) return 'the session description does not begin with v=0'
  return reader.result()
}

/** Of what a=rtcp-xr says. */
const longestXr = 200

class Reader {
  readonly #problems: string[] = []
  readonly #media: Medium[] = []
  #origin: SessionDescription['origin'] | null = null
  #address: string | null = null
  #direction: MediaDirection | null = null
  readonly #dtls = new DtlsLines()
  #bundle: readonly string[] | null = null
  #rtcpXr: string | null = null
  /** The medium that attributes belong to; null before the first m= line. */
  #medium: Medium | null = null
  /** Attributes of a medium that is not read are not read either. */
  #skipping = false

  problem(text: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push(text)
  }

  once(text: string): void {
    if (!this.#problems.includes(text)) this.problem(text)
  }

  line(line: string): void {
    if (line.charCodeAt(1) !== 0x3d) return
    const value = line.slice(2)
    switch (line[0]) {
      case 'o':
        return this.#readOrigin(value)
      case 'c':
        return this.#readConnection(value)
      case 'm':
        return this.#readMedium(value)
      case 'a':
        return this.#readAttribute(value)
    }
  }

  result(): SessionDescription | string {
    if (!this.#origin) return 'the session description has no o= line that can be read'
    const session = {
      address: this.#address,
      direction: this.#direction,
      dtls: this.#dtls,
      rtcpXr: this.#rtcpXr,
    }
    return {
      origin: this.#origin,
      media: this.#media.map((medium) => medium.describe(session)),
      ...(this.#bundle && { bundle: this.#bundle }),
      ...(this.#problems.length > 0 ? { problems: this.#problems } : {}),
    }
  }

  #readOrigin(value: string): void {
    const [username, sessionId, version, network, addressType, address] = words(value, 6)
    if (this.#origin) return
    if (address === undefined || network?.toUpperCase() !== 'IN' || !isAddressType(addressType))
      return this.problem(`o=${printable(value)} is no origin`)
    this.#origin = {
      username: visible(username!),
      sessionId: visible(sessionId!),
      version: decimal(version, Number.MAX_SAFE_INTEGER) ?? 0,
      address: visible(address),
    }
  }

  #readConnection(value: string): void {
    const [network, addressType, written] = words(value, 3)
    if (this.#skipping) return
    if (written === undefined || network?.toUpperCase() !== 'IN' || !isAddressType(addressType))
      return this.problem(`c=${printable(value)} is no connection address`)
    // What follows a slash is the scope of a group (RFC 8866 5.7).
    const address = canonicalHost(visible(written.split('/', 1)[0]!))
    if (this.#medium) this.#medium.address = address
    else this.#address = address
  }

  #readMedium(value: string): void {
    const [kind, port, protocol, ...types] = words(value, 3 + mostFormats + 1)
    this.#medium = null
    this.#skipping = true
    if (this.#media.length >= mostMedia) return this.problem(`only the first ${mostMedia} m= lines were read`)
    if (protocol === undefined || !isToken(kind!) || !protocol.split('/').every(isToken))
      return this.problem(`m=${printable(value)} is no medium`)
    const number = decimal(port!.split('/', 1)[0], 65_535)
    if (number === null) this.problem(`port ${printable(port!)} of ${printable(kind!)} is not between 0 and 65535`)
    if (types.length > mostFormats)
      this.problem(`only the first ${mostFormats} formats of ${printable(kind!)} were read`)
    this.#skipping = false
    const formats = types.slice(0, mostFormats)
    const payloadTypes = this.#payloadTypes(formats, protocol)
    this.#medium = new Medium(
      {
        kind: kind!,
        port: number ?? 0,
        protocol: protocol.toUpperCase(),
        payloadTypes,
        written: payloadTypes.length > 0 ? null : { protocol, formats: formats.map(visible) },
      },
      (text) => this.problem(text),
    )
    this.#media.push(this.#medium)
  }

  /** Formats of RTP are payload types; those of other protocols are names, and none of ours. */
  #payloadTypes(formats: readonly string[], protocol: string): number[] {
    const types = new Set<number>()
    for (const format of formats) {
      const type = decimal(format, 127)
      if (type !== null) types.add(type)
      else if (protocol.toUpperCase().includes('RTP'))
        this.problem(`payload type ${printable(format)} is not between 0 and 127`)
    }
    return [...types]
  }

  #readAttribute(value: string): void {
    if (this.#skipping) return
    const colon = value.indexOf(':')
    const written = (colon < 0 ? value : value.slice(0, colon)).trimEnd()
    const name = written.toLowerCase()
    if (written !== name && spelled.has(name))
      this.once(`a=${name} is not written in lower case: it was read all the same`)
    const rest = colon < 0 ? '' : value.slice(colon + 1)
    const medium = this.#medium
    if (directions.has(name)) {
      if (medium) medium.direction = name as MediaDirection
      else this.#direction = name as MediaDirection
    } else if (name === 'rtcp-xr') {
      const wanted = visible(rest.trim()).slice(0, longestXr)
      if (medium) medium.rtcpXr = wanted
      else this.#rtcpXr = wanted
    } else if (medium) medium.attribute(name, rest)
    else if (name === 'group' && /^\s*BUNDLE\s/i.test(rest)) this.#bundle ??= words(rest, 1 + mostMedia).slice(1)
    else this.#dtls.read(name, rest)
  }
}

const isAddressType = (text: string | undefined) => text?.toUpperCase() === 'IP4' || text?.toUpperCase() === 'IP6'
