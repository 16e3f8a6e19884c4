import { canonicalHost, isIp } from '../../base/address.ts'
import { decimal, isSpace, words } from '../../base/scan.ts'
import { printable, remembering } from '../../base/text.ts'
import type { Candidate, CryptoAttribute, MediaDescription, MediaDirection, MediaFormat, WrittenMedium } from './sdp.ts'
import { DtlsLines } from './dtls-lines.ts'
import { spelled, staticFormat } from './static-formats.ts'

const mostCrypto = 32
const longestMid = 32
const mostCandidates = 64
const highestClockRateHz = 384_000
const mostChannels = 8
const longestPtimeMs = 200

interface RtpMap {
  readonly type: number
  readonly codec: string
  /** Null where the line has none that can be used. */
  readonly clockRateHz: number | null
  readonly channels: number
  readonly problems: readonly string[]
}

interface Line extends Pick<MediaDescription, 'kind' | 'port' | 'protocol'> {
  readonly payloadTypes: readonly number[]
  readonly written: WrittenMedium | null
}

/** An m= line and what the lines after it say, while they are read. */
export class Medium {
  readonly #line: Line
  readonly #problem: (text: string) => void
  readonly #maps = new Map<number, RtpMap>()
  readonly #parameters = new Map<number, string>()
  readonly #crypto = new Map<number, CryptoAttribute>()
  readonly #candidates: Candidate[] = []
  address: string | null = null
  direction: MediaDirection | null = null
  #ptimeMs: number | null = null
  #maxPtimeMs: number | null = null
  #rtcpPort: number | null = null
  #rtcpAddress: string | null = null
  #rtcpMux = false
  readonly #dtls = new DtlsLines()
  #mid: string | null = null
  rtcpXr: string | null = null

  constructor(line: Line, problem: (text: string) => void) {
    this.#line = line
    this.#problem = problem
  }

  /** What it says; `session`: what the lines before the first m= line say for all media. */
  describe(session: {
    readonly address: string | null
    readonly direction: MediaDirection | null
    readonly dtls: DtlsLines
    readonly rtcpXr: string | null
  }): MediaDescription {
    const { kind, port, protocol, payloadTypes, written } = this.#line
    const dtls = this.#dtls.describe(session.dtls)
    const rtcpXr = this.rtcpXr ?? session.rtcpXr
    return {
      kind,
      port,
      protocol,
      address: this.address ?? session.address,
      formats: payloadTypes.map((type) => formatOf(type, this.#maps.get(type), this.#parameters.get(type) ?? null)),
      direction: this.direction ?? session.direction ?? 'sendrecv',
      ptimeMs: this.#ptimeMs,
      rtcpPort: this.#rtcpPort,
      rtcpMux: this.#rtcpMux,
      crypto: [...this.#crypto.values()],
      ...(this.#maxPtimeMs === null ? {} : { maxPtimeMs: this.#maxPtimeMs }),
      ...(written && { written }),
      ...(this.#rtcpAddress === null ? {} : { rtcpAddress: this.#rtcpAddress }),
      ...(this.#candidates.length > 0 ? { candidates: this.#candidates } : {}),
      ...(dtls && dtls.fingerprints.length > 0 ? { fingerprint: true } : {}),
      ...(dtls && { dtls }),
      ...(this.#mid === null ? {} : { mid: this.#mid }),
      ...(rtcpXr === null ? {} : { rtcpXr }),
    }
  }

  attribute(name: string, rest: string): void {
    switch (name) {
      case 'rtpmap':
        return this.#readRtpMap(rest)
      case 'fmtp':
        return this.#readParameters(rest)
      case 'crypto':
        return this.#readCrypto(rest)
      case 'ptime':
        this.#ptimeMs = milliseconds(rest.trim())
        if (this.#ptimeMs === null)
          this.#problem(`ptime ${printable(rest)} is not above 0 and at most ${longestPtimeMs} ms`)
        break
      case 'maxptime':
        this.#maxPtimeMs = milliseconds(rest.trim())
        break
      case 'rtcp':
        return this.#readRtcp(rest)
      case 'rtcp-mux':
        this.#rtcpMux = true
        break
      case 'mid':
        if (isToken(rest.trim())) this.#mid = rest.trim().slice(0, longestMid)
        break
      case 'candidate':
        return this.#readCandidate(rest)
      default:
        this.#dtls.read(name, rest)
    }
  }

  /** `53020` or `53020 IN IP4 126.16.64.4` (RFC 3605). */
  #readRtcp(value: string): void {
    const [port = '', , , address] = words(value, 4)
    this.#rtcpPort = positive(port, 65_535)
    if (this.#rtcpPort === null) this.#problem(`RTCP port ${printable(value)} is not between 1 and 65535`)
    this.#rtcpAddress = address !== undefined && isIp(address) ? canonicalHost(address) : null
  }

  /** `1 1 UDP 2130706431 192.0.2.3 45664 typ host` (RFC 8839 5.1); those of TCP and of host names are left out. */
  #readCandidate(value: string): void {
    const [, component, transport = '', , host = '', port, type, kind = ''] = words(value, 8)
    const number = decimal(component, 256)
    const at = positive(port ?? '', 65_535)
    if (number === null || at === null || type !== 'typ')
      return this.#problem(`a=candidate:${printable(value)} names no address`)
    if (transport.toLowerCase() !== 'udp' || !isIp(host)) return
    if (this.#candidates.length >= mostCandidates)
      return this.#problem(`only the first ${mostCandidates} candidates of a medium were read`)
    this.#candidates.push({ component: number, host: canonicalHost(host), port: at, type: kind })
  }

  /** `101 telephone-event/8000` or `111 opus/48000/2`; of two for one payload type the first holds. */
  #readRtpMap(value: string): void {
    const map = rtpMapOf(value)
    if (map === null) return this.#problem(`a=rtpmap:${printable(value)} names no codec`)
    if (this.#maps.has(map.type)) return
    for (const problem of map.problems) this.#problem(problem)
    this.#maps.set(map.type, map)
  }

  #readParameters(value: string): void {
    let end = 0
    while (end < value.length && !isSpace(value.charCodeAt(end))) end++
    const type = decimal(value.slice(0, end), 127)
    const parameters = value.slice(end + 1)
    if (type === null || parameters === '' || hasControl(parameters))
      return this.#problem(`a=fmtp:${printable(value)} names no payload type and its parameters`)
    if (!this.#parameters.has(type)) this.#parameters.set(type, parameters)
  }

  /** `tag suite key-params [session-params]` (RFC 4568 9.1). The key stands in no problem. */
  #readCrypto(value: string): void {
    const [number = '', suite, keyParams, ...session] = words(value, 20)
    const tag = number.length > 9 ? null : decimal(number, 999_999_999)
    if (tag === null) return this.#problem(`crypto tag ${printable(number)} is not a number of at most nine digits`)
    if (keyParams === undefined || !isToken(suite!) || hasControl(value))
      return this.#problem(`a=crypto with tag ${tag} has no suite and key`)
    if (this.#crypto.has(tag)) return this.#problem(`crypto tag ${tag} is given twice: the first holds`)
    if (this.#crypto.size >= mostCrypto) return this.#problem(`only the first ${mostCrypto} keys of a medium were read`)
    this.#crypto.set(tag, {
      tag,
      suite: suite!,
      keyParams,
      sessionParams: session.length > 0 ? session.join(' ') : null,
    })
  }
}

/** What the value of a=rtpmap says: few differ. */
const rtpMapOf = remembering((value): RtpMap | null => {
  const [number = ''] = words(value, 1)
  const type = decimal(number, 127)
  const [codec = '', rate, channels] = value
    .trimStart()
    .slice(number.length)
    .split('/', 3)
    .map((part) => part.trim())
  if (type === null || !isToken(codec)) return null
  const problems: string[] = []
  const clockRateHz = rate === undefined ? null : positive(rate, highestClockRateHz)
  if (rate !== undefined && clockRateHz === null)
    problems.push(`clock rate ${printable(rate)} of ${printable(codec)} is not between 1 and ${highestClockRateHz}`)
  const count = channels === undefined ? 1 : positive(channels, mostChannels)
  if (count === null)
    problems.push(`${printable(channels!)} channels of ${printable(codec)} are not between 1 and ${mostChannels}`)
  return { type, codec, clockRateHz, channels: count ?? 1, problems }
})

function formatOf(payloadType: number, map: RtpMap | undefined, parameters: string | null): MediaFormat {
  const known = staticFormat(payloadType)
  return {
    payloadType,
    codec: (map && spelled(map.codec)) ?? known?.codec ?? `unknown(${payloadType})`,
    clockRateHz: map?.clockRateHz ?? known?.clockRateHz ?? 0,
    channels: map?.channels ?? known?.channels ?? 1,
    parameters,
  }
}

/** RFC 8866 9 `token`: visible ASCII without separators. */
export function isToken(text: string): boolean {
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
