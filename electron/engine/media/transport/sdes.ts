import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import { rtpHeaderBytes } from '../../../../shared/wire/rtp/rtp.ts'
import type { Random } from '../../base/random.ts'
import type { NegotiatedCrypto } from '../session/negotiate.ts'
import { SessionCrypto } from './keys.ts'
import { masterBytes, rtpClearBytes, suites, type Refused, type SrtpContext } from '../../srtp/srtp.ts'
import type { Arrival, MediaTransport, TransportEvents } from './transport.ts'

const longestTag = Math.max(...Object.values(suites))

/**
 * SRTP and SRTCP over another transport, with the keys of the session descriptions (RFC 4568); in clear where that is
 * agreed.
 */
export class SdesTransport implements MediaTransport {
  readonly overheadBytes = longestTag
  readonly #under: MediaTransport
  readonly #random: Random
  readonly #keys = new SessionCrypto()
  /** Our key of the next description, and that of the last offer. */
  #master: Uint8Array
  #offeredMaster: Uint8Array
  #encrypt: SrtpContext | null = null
  #decrypt: SrtpContext | null = null
  /** The peer's key until now: its packets may still be under way until the first with the new one. */
  #decryptBefore: SrtpContext | null = null
  #events!: TransportEvents

  constructor(under: MediaTransport, random: Random) {
    this.#under = under
    this.#random = random
    this.#master = this.#offeredMaster = this.#newMaster()
  }

  async open(host: string, events: TransportEvents): Promise<void> {
    this.#events = events
    await this.#under.open(host, {
      ...events,
      rtp: (wire, arrival) => this.#rtp(wire, arrival),
      rtcp: (wire, arrival) => this.#rtcp(wire, arrival),
    })
  }

  get local(): Address {
    return this.#under.local
  }

  get localRtcp(): Address {
    return this.#under.localRtcp
  }

  get isAuthentic(): boolean {
    return this.#decrypt !== null
  }

  get isReady(): boolean {
    return this.#under.isReady
  }

  key(of: 'offer' | 'answer' | 'offered'): Uint8Array {
    if (of === 'offer') this.#offeredMaster = this.#master
    return of === 'answer' ? this.#master : this.#offeredMaster
  }

  agree(crypto: NegotiatedCrypto | null): void {
    const receiver = crypto && this.#keys.receiver(crypto.suite, crypto.remoteMaster)
    if (receiver !== this.#decrypt) {
      this.#decryptBefore = receiver && this.#decrypt
      this.#decrypt = receiver
    }
    this.#encrypt = crypto && this.#keys.sender(crypto.suite, crypto.localMaster)
    // Sequence numbers go on in clear, uncounted by the key: where encryption begins again, so does the key.
    if (!crypto) this.#master = this.#newMaster()
    this.#under.agree(crypto)
  }

  sendRtp(clear: Uint8Array, destination: Address): void {
    const wire = this.#encrypt
      ? this.#encrypt.protectRtp(clear, rtpHeaderBytes, readUint32(clear, 8), (clear[2]! << 8) | clear[3]!)
      : clear
    this.#under.sendRtp(clear, destination, wire)
  }

  sendRtcp(clear: Uint8Array, destination: Address): Uint8Array {
    return this.#under.sendRtcp(clear, destination, this.#encrypt ? this.#encrypt.protectRtcp(clear) : clear)
  }

  listenForRefusal(destination: Address): void {
    this.#under.listenForRefusal(destination)
  }

  close(): void {
    this.#under.close()
  }

  #newMaster(): Uint8Array {
    return Uint8Array.from(this.#random.bytes(masterBytes))
  }

  #rtp(wire: Uint8Array, arrival: Arrival): void {
    if (!this.#decrypt) return this.#events.rtp(wire, arrival)
    const clearBytes = rtpClearBytes(wire)
    if (clearBytes === null)
      return this.#events.unusable(arrival, 'unreadable', `a packet from ${formatAddress(arrival.from)} is no SRTP`)
    const opened = this.#open((context) =>
      context.unprotectRtp(wire, clearBytes, readUint32(wire, 8), (wire[2]! << 8) | wire[3]!),
    )
    if (typeof opened === 'string')
      this.#events.unusable(arrival, opened, `SRTP from ${formatAddress(arrival.from)}: ${opened}`)
    else this.#events.rtp(opened, arrival)
  }

  #rtcp(wire: Uint8Array, arrival: Arrival): void {
    if (!this.#decrypt) return this.#events.rtcp(wire, arrival)
    const opened = this.#open((context) => context.unprotectRtcp(wire))
    if (typeof opened === 'string')
      this.#events.unusable(arrival, opened, `SRTCP from ${formatAddress(arrival.from)}: ${opened}`)
    else this.#events.rtcp(opened, arrival)
  }

  /** A packet in clear with the peer's key, or with the one before it while that is still in use. */
  #open(open: (context: SrtpContext) => Buffer | Refused): Buffer | Refused {
    const opened = open(this.#decrypt!)
    if (typeof opened !== 'string') this.#decryptBefore = null
    return opened === 'authentication failed' && this.#decryptBefore ? open(this.#decryptBefore) : opened
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
