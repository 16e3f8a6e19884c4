import { decimal, eachLine, isSpace, words } from '../../base/scan.ts'
import { printable, visible } from '../../base/text.ts'
import type {
  CryptoAttribute,
  MediaDescription,
  MediaDirection,
  MediaFormat,
  SessionDescription,
  WrittenMedium,
} from './sdp.ts'
import { staticFormat } from './static-formats.ts'

/** More than any call has; what lies beyond is not read, and said. */
const mostLines = 4096
const mostMedia = 64
const mostFormats = 128
const mostCrypto = 32
const mostProblems = 50

const highestClockRateHz = 384_000
const mostChannels = 8
const longestPtimeMs = 200

const directions: ReadonlySet<string> = new Set([
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
] satisfies MediaDirection[])

/** What the lines after an m= line say, in the types of the model. */
interface Medium {
  readonly kind: string
  readonly port: number
  readonly protocol: string
  readonly payloadTypes: readonly number[]
  readonly maps: Map<number, RtpMap>
  readonly parameters: Map<number, string>
  readonly crypto: Map<number, CryptoAttribute>
  readonly written: WrittenMedium | null
  address: string | null
  direction: MediaDirection | null
  ptimeMs: number | null
  rtcpPort: number | null
  rtcpMux: boolean
}

interface RtpMap {
  readonly codec: string
  /** Null where the line has none that can be used. */
  readonly clockRateHz: number | null
  readonly channels: number
}

/**
 * Reads a session description (RFC 8866, RFC 4568 for a=crypto); a string says why it is none.
 * Lenient: a line that cannot be used is left out and named in `problems`, values out of range become what the model
 * gives for unknown.
 */
export function parseSdp(text: string): SessionDescription | string {
  const reader = new Reader()
  let count = 0
  eachLine(text, (line) => {
    if (count === 0 && line !== 'v=0') return false
    if (++count > mostLines) {
      reader.problem(`only the first ${mostLines} lines were read`)
      return false
    }
    return reader.line(line)
  })
  if (count === 0) return 'the session description does not begin with v=0'
  return reader.result()
}

class Reader {
  readonly #problems: string[] = []
  readonly #media: Medium[] = []
  #origin: SessionDescription['origin'] | null = null
  #address: string | null = null
  #direction: MediaDirection | null = null
  /** The medium that attributes belong to; null before the first m= line. */
  #medium: Medium | null = null
  /** Attributes of a medium that is not read are not read either. */
  #skipping = false

  problem(text: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push(text)
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
    return {
      origin: this.#origin,
      media: this.#media.map((medium) => this.#describe(medium)),
      ...(this.#problems.length > 0 ? { problems: this.#problems } : {}),
    }
  }

  #describe({
    kind,
    port,
    protocol,
    payloadTypes,
    maps,
    parameters,
    crypto,
    written,
    address,
    direction,
    ptimeMs,
    rtcpPort,
    rtcpMux,
  }: Medium): MediaDescription {
    return {
      kind,
      port,
      protocol,
      address: address ?? this.#address,
      formats: payloadTypes.map((type) => formatOf(type, maps.get(type), parameters.get(type) ?? null)),
      direction: direction ?? this.#direction ?? 'sendrecv',
      ptimeMs,
      rtcpPort,
      rtcpMux,
      crypto: [...crypto.values()],
      ...(written && { written }),
    }
  }

  #readOrigin(value: string): void {
    const [username, sessionId, version, network, addressType, address] = words(value, 6)
    if (this.#origin) return
    if (address === undefined || network !== 'IN' || !isAddressType(addressType))
      return this.problem(`o=${printable(value)} is no origin`)
    this.#origin = {
      username: visible(username!),
      sessionId: visible(sessionId!),
      version: decimal(version, Number.MAX_SAFE_INTEGER) ?? 0,
      address: visible(address),
    }
  }

  #readConnection(value: string): void {
    const [network, addressType, address] = words(value, 3)
    if (this.#skipping) return
    if (address === undefined || network !== 'IN' || !isAddressType(addressType))
      return this.problem(`c=${printable(value)} is no connection address`)
    if (this.#medium) this.#medium.address = visible(address)
    else this.#address = visible(address)
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
    this.#medium = {
      kind: kind!,
      port: number ?? 0,
      protocol: protocol.toUpperCase(),
      payloadTypes,
      written: payloadTypes.length > 0 ? null : { protocol, formats: formats.map(visible) },
      maps: new Map(),
      parameters: new Map(),
      crypto: new Map(),
      address: null,
      direction: null,
      ptimeMs: null,
      rtcpPort: null,
      rtcpMux: false,
    }
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
    const name = (colon < 0 ? value : value.slice(0, colon)).trimEnd()
    const rest = colon < 0 ? '' : value.slice(colon + 1)
    const medium = this.#medium
    if (directions.has(name)) {
      if (medium) medium.direction = name as MediaDirection
      else this.#direction = name as MediaDirection
    } else if (medium) this.#readMediumAttribute(medium, name, rest)
  }

  #readMediumAttribute(medium: Medium, name: string, rest: string): void {
    switch (name) {
      case 'rtpmap':
        return this.#readRtpMap(medium, rest)
      case 'fmtp':
        return this.#readParameters(medium, rest)
      case 'crypto':
        return this.#readCrypto(medium, rest)
      case 'ptime':
        medium.ptimeMs = milliseconds(rest.trim())
        if (medium.ptimeMs === null)
          this.problem(`ptime ${printable(rest)} is not above 0 and at most ${longestPtimeMs} ms`)
        break
      case 'rtcp':
        medium.rtcpPort = positive(words(rest, 1)[0] ?? '', 65_535)
        if (medium.rtcpPort === null) this.problem(`RTCP port ${printable(rest)} is not between 1 and 65535`)
        break
      case 'rtcp-mux':
        medium.rtcpMux = true
        break
    }
  }

  /** `101 telephone-event/8000` or `111 opus/48000/2`; of two for one payload type the first holds. */
  #readRtpMap(medium: Medium, value: string): void {
    const [number = ''] = words(value, 1)
    const type = decimal(number, 127)
    const [codec = '', rate, channels] = value
      .trimStart()
      .slice(number.length)
      .split('/', 3)
      .map((part) => part.trim())
    if (type === null || !isToken(codec)) return this.problem(`a=rtpmap:${printable(value)} names no codec`)
    if (medium.maps.has(type)) return
    const clockRateHz = rate === undefined ? null : positive(rate, highestClockRateHz)
    if (rate !== undefined && clockRateHz === null)
      this.problem(`clock rate ${printable(rate)} of ${printable(codec)} is not between 1 and ${highestClockRateHz}`)
    const count = channels === undefined ? 1 : positive(channels, mostChannels)
    if (count === null)
      this.problem(`${printable(channels!)} channels of ${printable(codec)} are not between 1 and ${mostChannels}`)
    medium.maps.set(type, { codec, clockRateHz, channels: count ?? 1 })
  }

  #readParameters(medium: Medium, value: string): void {
    let end = 0
    while (end < value.length && !isSpace(value.charCodeAt(end))) end++
    const type = decimal(value.slice(0, end), 127)
    const parameters = value.slice(end + 1)
    if (type === null || parameters === '' || hasControl(parameters))
      return this.problem(`a=fmtp:${printable(value)} names no payload type and its parameters`)
    if (!medium.parameters.has(type)) medium.parameters.set(type, parameters)
  }

  /** `tag suite key-params [session-params]` (RFC 4568 9.1). The key stands in no problem. */
  #readCrypto(medium: Medium, value: string): void {
    const [number = '', suite, keyParams, ...session] = words(value, 20)
    const tag = number.length > 9 ? null : decimal(number, 999_999_999)
    if (tag === null) return this.problem(`crypto tag ${printable(number)} is not a number of at most nine digits`)
    if (keyParams === undefined || !isToken(suite!) || hasControl(value))
      return this.problem(`a=crypto with tag ${tag} has no suite and key`)
    if (medium.crypto.has(tag)) return this.problem(`crypto tag ${tag} is given twice: the first holds`)
    if (medium.crypto.size >= mostCrypto) return this.problem(`only the first ${mostCrypto} keys of a medium were read`)
    medium.crypto.set(tag, {
      tag,
      suite: suite!,
      keyParams,
      sessionParams: session.length > 0 ? session.join(' ') : null,
    })
  }
}

function formatOf(payloadType: number, map: RtpMap | undefined, parameters: string | null): MediaFormat {
  const known = staticFormat(payloadType)
  return {
    payloadType,
    codec: map?.codec ?? known?.codec ?? `unknown(${payloadType})`,
    clockRateHz: map?.clockRateHz ?? known?.clockRateHz ?? 0,
    channels: map?.channels ?? 1,
    parameters,
  }
}

const isAddressType = (text: string | undefined) => text === 'IP4' || text === 'IP6'

/** RFC 8866 9 `token`: visible ASCII without separators. */
function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code > 0x7e || '"(),/:;<=>?@[\\]'.includes(text[i]!)) return false
  }
  return text !== ''
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true
  }
  return false
}

function positive(text: string, most: number): number | null {
  const value = decimal(text, most)
  return value === 0 ? null : value
}

/** `20` or `2.5`: above 0, at most 200. */
function milliseconds(text: string): number | null {
  const [whole = '', fraction, ...more] = text.split('.', 3)
  const value = decimal(whole, longestPtimeMs)
  if (
    value === null ||
    more.length > 0 ||
    (fraction !== undefined && (fraction.length > 6 || decimal(fraction, 999_999) === null))
  )
    return null
  const ms = fraction === undefined ? value : Number(`${value}.${fraction}`)
  return ms > 0 && ms <= longestPtimeMs ? ms : null
}
