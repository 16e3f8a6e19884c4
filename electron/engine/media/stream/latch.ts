import { ipBytes, ipFromBytes, unmapped, type Address } from '../../../../shared/base/address.ts'

/** A packet that came, as far as it matters to whose it is. */
export interface Heard {
  readonly from: Address
  readonly atMs: number
  /** SRTP that authenticated: it is the peer's wherever it comes from. */
  readonly authentic: boolean
  /** From a host that is believed for another reason: its RTP is followed. */
  readonly nearby: boolean
  /** RTP of an agreed payload type; null for anything that must not move the audio to a stranger. */
  readonly stream: { readonly ssrc: number; readonly sequence: number } | null
}

/**
 * `peer`: it counts and plays. `moved`: it does, and what was sent to `moved` goes to where it came from, from now on.
 */
export type Whose = { readonly kind: 'peer'; readonly moved: Address | null } | { readonly kind: 'foreign' }

export interface LatchTimes {
  /** So long must the address that is followed be silent before another one of the same host is followed. */
  readonly quietMs: number
  /**
   * So long must nothing come from the peer's hosts, and a stranger's stream flow, before the stranger is followed;
   * null: never.
   */
  readonly strangerMs: number | null
}

export const rtpTimes: LatchTimes = { quietMs: 500, strangerMs: 1000 }
/** Reports come every five seconds or so, and a stranger's are worth nothing. */
export const rtcpTimes: LatchTimes = { quietMs: 15_000, strangerMs: null }

/** A stranger's stream is steady without longer gaps, in time and in numbers. */
const largestGapMs = 200
const largestStep = 10
/** Hosts of earlier descriptions, whose packets may still be under way. */
const mostHosts = 8

const peer: Whose = { kind: 'peer', moved: null }
const foreign: Whose = { kind: 'foreign' }

/**
 * Whose packets are the peer's, and where its packets go (symmetric RTP, RFC 4961): to the address of the session
 * description, or to where the peer's packets come from. The rule is written in
 * build/decisions/008-where-media-goes.md.
 */
export class Latch {
  readonly #times: LatchTimes
  readonly #follows: boolean
  /** Hosts that the call speaks of, in one spelling. */
  #signalling: string | null = null
  #hosts: readonly string[] = []
  #described: Address | null = null
  #describedSinceMs = 0
  #describedHeardMs = -Infinity
  /** Where the peer's packets come from; null before the first. */
  #source: Address | null = null
  #sourceHeardMs = -Infinity
  /** Where they came from before the description changed. */
  #former: Address | null = null
  /** A packet from one of the hosts has come since the description. */
  #settled = false
  #stranger: {
    readonly from: Address
    readonly ssrc: number
    readonly sinceMs: number
    sequence: number
    lastMs: number
  } | null = null

  /** `follows` false: what is sent goes to the address of the description, wherever packets come from. */
  constructor(times: LatchTimes, follows = true) {
    this.#times = times
    this.#follows = follows
  }

  /** Where to send; null while nothing is known. */
  get destination(): Address | null {
    return (this.#follows ? this.#source : null) ?? this.#described
  }

  /** Where packets have come from, so that it has asked for some itself; null before. */
  get source(): Address | null {
    return this.#source
  }

  /** The signalling peer's host: whoever sends from there is the peer. */
  trust(host: string): void {
    this.#signalling = spelt(host)
  }

  /** What the session description says from now on. */
  expect(described: Address | null, nowMs: number): void {
    this.#former = this.destination
    this.#described = described && { host: spelt(described.host), port: described.port }
    this.#describedSinceMs = nowMs
    this.#describedHeardMs = -Infinity
    this.#source = null
    this.#settled = false
    this.#stranger = null
    const host = this.#described?.host
    if (host !== undefined && !this.#hosts.includes(host)) this.#hosts = this.#hosts.concat([host]).slice(-mostHosts)
  }

  heard(packet: Heard): Whose {
    const { from, atMs, authentic, nearby } = packet
    if (same(from, this.#described)) {
      this.#describedHeardMs = atMs
      return this.#follow(from, atMs)
    }
    if (same(from, this.#source)) {
      this.#sourceHeardMs = atMs
      return peer
    }
    // On its way since before the description changed.
    if (same(from, this.#former) && atMs - this.#describedSinceMs < this.#times.quietMs) return peer
    if (authentic || nearby || this.#speaksOf(from.host)) {
      if (!this.#isQuiet(atMs)) return authentic ? peer : foreign
      return this.#follow(from, atMs)
    }
    return this.#isSteady(packet) ? this.#move(from, atMs) : foreign
  }

  #speaksOf(host: string): boolean {
    const name = spelt(host)
    return name === this.#signalling || this.#hosts.includes(name)
  }

  /**
   * Whether the address that is followed has been silent, or is a stranger's, so that another one of the peer's may
   * take its place.
   */
  #isQuiet(nowMs: number): boolean {
    const { quietMs } = this.#times
    const sourceAlive = this.#settled && this.#source !== null && nowMs - this.#sourceHeardMs < quietMs
    return !sourceAlive && nowMs - this.#describedHeardMs >= quietMs
  }

  #follow(from: Address, nowMs: number): Whose {
    this.#settled = true
    this.#stranger = null
    return this.#move(from, nowMs)
  }

  #move(from: Address, nowMs: number): Whose {
    const before = this.destination
    this.#source = from
    this.#sourceHeardMs = nowMs
    if (before === from) return peer
    return { kind: 'peer', moved: !this.#follows || before === null || same(from, before) ? null : before }
  }

  /** A stranger's stream long enough, while nothing came from the hosts of the call. */
  #isSteady({ from, atMs, stream }: Heard): boolean {
    const { strangerMs } = this.#times
    if (strangerMs === null || this.#settled || stream === null) return false
    const known = this.#stranger
    const step = known ? (stream.sequence - known.sequence) & 0xffff : 0
    const goesOn =
      known !== null &&
      same(from, known.from) &&
      stream.ssrc === known.ssrc &&
      step > 0 &&
      step <= largestStep &&
      atMs - known.lastMs <= largestGapMs
    if (!goesOn) {
      // Who was first keeps its chance while it sends.
      if (known === null || atMs - known.lastMs > largestGapMs || same(from, known.from))
        this.#stranger = { from, ssrc: stream.ssrc, sinceMs: atMs, sequence: stream.sequence, lastMs: atMs }
      return false
    }
    known.sequence = stream.sequence
    known.lastMs = atMs
    const since = Math.max(known.sinceMs, this.#describedSinceMs, this.#sourceHeardMs)
    return atMs - since >= strangerMs
  }
}

function same(a: Address, b: Address | null): boolean {
  return a === b || (b !== null && a.port === b.port && (a.host === b.host || spelt(a.host) === spelt(b.host)))
}

/** One spelling for each address: IPv6 as in RFC 5952, IPv4 without its mapping. */
function spelt(host: string): string {
  const plain = unmapped(host)
  const bytes = plain.includes(':') ? ipBytes(plain) : null
  return bytes ? ipFromBytes(bytes, 0, 16) : plain
}
