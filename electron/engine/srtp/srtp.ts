import type { SrtpSuite } from '../../../shared/model/encryption.ts'
import { CounterMode } from './counter-mode.ts'
import { Gcm } from './gcm.ts'
import { encryptedBit, rtcpHeaderBytes, type Protection } from './protection.ts'
import { ReplayWindow } from './replay.ts'
import { sessionKeys } from './session-keys.ts'
import { suites } from './suites.ts'

/** Streams of one key whose indices are remembered; the one that was silent longest makes room. */
const mostStreams = 16
/** RFC 3711 9.2: no more packets than this under one key. */
const mostRtp = 2 ** 48
const mostRtcp = 2 ** 31
const noMki = new Uint8Array(0)

export type Refused = 'too short' | 'authentication failed' | 'replayed'

/**
 * The bytes of an RTP packet that SRTP leaves in clear: header, CSRC and extension (RFC 3711 3.1); null when they are
 * not all there.
 */
export function rtpClearBytes(packet: Uint8Array): number | null {
  const fixed = 12 + (packet[0]! & 0x0f) * 4
  const length = packet[0]! & 0x10 ? fixed + 4 + ((packet[fixed + 2]! << 8) | packet[fixed + 3]!) * 4 : fixed
  return packet.length >= 12 && packet[0]! >> 6 === 2 && packet.length >= length ? length : null
}

interface Received {
  roc: number
  highest: number
  readonly replay: ReplayWindow
}

/** A map that forgets what was used longest ago. */
class Recent<Value> {
  readonly #entries = new Map<number, Value>()

  get(key: number): Value | undefined {
    return this.#entries.get(key)
  }

  /** It was used now. */
  used(key: number, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > mostStreams) this.#entries.delete(this.#entries.keys().next().value!)
  }
}

/**
 * How far the streams of a session are, by SSRC and whatever their key: with a new one most senders go on (RFC 3711
 * 3.3.1), others begin again.
 */
export class Rollovers {
  readonly latest = new Recent<Received>()
}

export interface ContextOptions {
  /** The identifier that each packet carries of its master key (RFC 3711 3.1), up to 128 bytes; none where left out. */
  readonly mki?: Uint8Array
  /** Of all keys that the session receives with; its own where left out. */
  readonly rollovers?: Rollovers
  /** Rollover counters that a stream may have at its first packet, from 0; 1 for who hears it from its beginning. */
  readonly firstRollovers?: number
}

/**
 * One direction of an SRTP and SRTCP session with an SDES key (RFC 3711, RFC 4568). Whoever sends with it keeps it for
 * as long as the key may be used: it is what remembers which indices were, and so that no keystream is used twice.
 */
export class SrtpContext {
  readonly #mki: Uint8Array
  readonly #protection: (suite: SrtpSuite) => Protection
  #current: Protection
  /** The next index by SSRC: never forgotten, since there are only our own. */
  readonly #next = new Map<number, number>()
  readonly #received = new Recent<Received>()
  readonly #rtcpReplay = new Recent<ReplayWindow>()
  readonly #rollovers: Rollovers
  readonly #firstRollovers: number
  #rtcpIndex = 0

  /** `master`: key and salt, as long as the suite has them. */
  constructor(
    suite: SrtpSuite,
    master: Uint8Array,
    { mki = noMki, rollovers = new Rollovers(), firstRollovers = 1 }: ContextOptions = {},
  ) {
    this.#mki = mki
    this.#rollovers = rollovers
    this.#firstRollovers = firstRollovers
    const [rtp, rtcp] = [sessionKeys(suite, master, 'rtp'), sessionKeys(suite, master, 'rtcp')]
    this.#protection = (of) =>
      suites[of].mode === 'gcm' ? new Gcm(rtp, rtcp) : new CounterMode(rtp, rtcp, suites[of].tagBytes)
    this.#current = this.#protection(suite)
  }

  /** Another length of the tag with the same keys: the indices go on. */
  use(suite: SrtpSuite): void {
    this.#current = this.#protection(suite)
  }

  /**
   * The protected packet; `headerBytes` stay in clear. Sequence numbers only go forward: one that is not above the last
   * has gone over 65,535. Throws RangeError when the key is used up.
   */
  protectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer {
    const next = this.#next.get(ssrc) ?? 0
    let index = Math.floor(next / 65536) * 65536 + sequence
    if (index < next) index += 65536
    if (index >= mostRtp) throw new RangeError('as many packets as a key allows were sent with it')
    this.#next.set(ssrc, index + 1)
    return withMki(this.#current.sealRtp(packet, headerBytes, ssrc, index), this.#mki, this.#current.behindMki.rtp)
  }

  /** The packet in clear, or why it is refused: then nothing has changed. */
  unprotectRtp(packet: Uint8Array, headerBytes: number, ssrc: number, sequence: number): Buffer | Refused {
    const { behindMki, overhead } = this.#current
    if (packet.length < headerBytes + overhead.rtp + this.#mki.length) return 'too short'
    const sealed = withoutMki(packet, this.#mki, behindMki.rtp)
    if (!sealed) return 'authentication failed'
    const known = this.#received.get(ssrc)
    for (const roc of this.#rocs(known, ssrc, sequence)) {
      const index = roc * 65536 + sequence
      const clear = this.#current.openRtp(sealed, headerBytes, ssrc, index)
      if (!clear) continue
      if (known && !known.replay.fresh(index)) return 'replayed'
      this.#noteRtp(known ?? { roc, highest: sequence, replay: new ReplayWindow() }, ssrc, roc, sequence)
      return clear
    }
    return 'authentication failed'
  }

  /** What the rollover counter of a packet may be, the likeliest first. */
  #rocs(known: Received | undefined, ssrc: number, sequence: number): Iterable<number> {
    const latest = this.#rollovers.latest.get(ssrc)
    if (known && known === latest) return [guessRoc(known, sequence)]
    const likely = [known, latest].flatMap((stream) => (stream ? guessRoc(stream, sequence) : []))
    return new Set(known ? likely : [...likely, ...Array(this.#firstRollovers).keys()])
  }

  #noteRtp(stream: Received, ssrc: number, roc: number, sequence: number): void {
    this.#received.used(ssrc, stream)
    this.#rollovers.latest.used(ssrc, stream)
    stream.replay.note(roc * 65536 + sequence)
    if (roc > stream.roc || (roc === stream.roc && sequence > stream.highest)) {
      stream.roc = roc
      stream.highest = sequence
    }
  }

  /** Throws RangeError when the key is used up. */
  protectRtcp(packet: Uint8Array): Buffer {
    const index = this.#rtcpIndex++
    if (index >= mostRtcp) throw new RangeError('as many packets as a key allows were sent with it')
    const sealed = this.#current.sealRtcp(packet, ssrcOf(packet), encryptedBit + index)
    return withMki(sealed, this.#mki, this.#current.behindMki.rtcp)
  }

  /** The compound packet in clear, or why it is refused: then nothing has changed. */
  unprotectRtcp(packet: Uint8Array): Buffer | Refused {
    const { behindMki, overhead } = this.#current
    if (packet.length < rtcpHeaderBytes + overhead.rtcp + this.#mki.length) return 'too short'
    const sealed = withoutMki(packet, this.#mki, behindMki.rtcp)
    if (!sealed) return 'authentication failed'
    const ssrc = ssrcOf(sealed)
    const word = this.#current.rtcpWord(sealed)
    const clear = this.#current.openRtcp(sealed, ssrc, word)
    if (!clear) return 'authentication failed'
    const index = word % encryptedBit
    const known = this.#rtcpReplay.get(ssrc)
    if (known && !known.fresh(index)) return 'replayed'
    const replay = known ?? new ReplayWindow()
    this.#rtcpReplay.used(ssrc, replay)
    replay.note(index)
    return clear
  }
}

const ssrcOf = (packet: Uint8Array): number => Buffer.from(packet.subarray(4, rtcpHeaderBytes)).readUInt32BE()

function withMki(sealed: Buffer, mki: Uint8Array, behind: number): Buffer {
  if (mki.length === 0) return sealed
  const at = sealed.length - behind
  return Buffer.concat([sealed.subarray(0, at), mki, sealed.subarray(at)])
}

/** Null where another identifier stands there. */
function withoutMki(packet: Uint8Array, mki: Uint8Array, behind: number): Uint8Array | null {
  if (mki.length === 0) return packet
  const at = packet.length - behind - mki.length
  if (!mki.every((byte, i) => packet[at + i] === byte)) return null
  return Buffer.concat([packet.subarray(0, at), packet.subarray(at + mki.length)])
}

/** RFC 3711 3.3.1 and appendix A. */
function guessRoc({ roc, highest }: Received, sequence: number): number {
  if (highest < 32768) return sequence - highest > 32768 ? Math.max(0, roc - 1) : roc
  return highest - 32768 > sequence ? roc + 1 : roc
}
