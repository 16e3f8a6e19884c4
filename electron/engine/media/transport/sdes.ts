import { formatAddress, type Address } from '../../../../shared/base/address.ts'
import type { SrtpSuite } from '../../../../shared/model/encryption.ts'
import { readUint32, rtpHeaderBytes } from '../../../../shared/wire/rtp/rtp.ts'
import type { Random } from '../../base/random.ts'
import type { NegotiatedCrypto } from '../session/negotiate.ts'
import { rtpClearBytes, type Refused, type SrtpContext } from '../../srtp/srtp.ts'
import { longestTag, masterBytes } from '../../srtp/suites.ts'
import { SessionCrypto } from './keys.ts'
import { fromBeneath, type Arrival, type MediaTransport, type OurKeys, type TransportEvents } from './transport.ts'

/**
 * SRTP and SRTCP over another transport, with the keys of the session descriptions (RFC 4568); in clear where that is
 * agreed.
 */
export class SdesTransport implements MediaTransport {
  readonly overheadBytes = longestTag
  readonly #under: MediaTransport
  readonly #random: Random
  readonly #keys = new SessionCrypto()
  /** Our keys of the next description, and those of the last offer. */
  #ours: OurKeys
  #offered: OurKeys
  #encrypt: SrtpContext | null = null
  /** The keys that the peer may send with; null in clear. */
  #decrypt: readonly SrtpContext[] | null = null
  /** The peer's keys until now: their packets may still be under way until the first with the new ones. */
  #decryptBefore: readonly SrtpContext[] = []
  #events!: TransportEvents

  constructor(under: MediaTransport, random: Random) {
    this.#under = under
    this.#random = random
    this.#ours = this.#offered = this.#newKeys()
  }

  async open(host: string, events: TransportEvents): Promise<void> {
    this.#events = events
    const came: Pick<TransportEvents, 'rtp' | 'rtcp'> = {
      rtp: (wire, arrival) => this.#rtp(wire, arrival),
      rtcp: (wire, arrival) => this.#rtcp(wire, arrival),
    }
    await this.#under.open(host, fromBeneath(came, events))
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

  keys(of: 'offer' | 'answer' | 'offered'): OurKeys {
    if (of === 'offer') this.#offered = this.#ours
    return of === 'answer' ? this.#ours : this.#offered
  }

  agree(crypto: NegotiatedCrypto | null): void {
    const receivers = crypto && crypto.remoteKeys.map((key) => this.#keys.receiver(crypto.suite, key))
    if (!isSame(receivers, this.#decrypt)) {
      this.#decryptBefore = (receivers && this.#decrypt) ?? []
      this.#decrypt = receivers
    }
    this.#encrypt = crypto && this.#keys.sender(crypto.suite, crypto.localMaster)
    // Sequence numbers go on in clear, uncounted by the key: where encryption begins again, so does the key.
    if (!crypto) this.#ours = this.#newKeys()
    this.#under.agree(crypto, null)
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

  /** A key for each suite, made when it is first written. */
  #newKeys(): OurKeys {
    const masters = new Map<SrtpSuite, Uint8Array>()
    return (suite) => {
      const master = masters.get(suite) ?? Uint8Array.from(this.#random.bytes(masterBytes(suite)))
      masters.set(suite, master)
      return master
    }
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

  /** A packet in clear with a key of the peer's, or with one before them while that is still in use. */
  #open(open: (context: SrtpContext) => Buffer | Refused): Buffer | Refused {
    const opened = firstOf(this.#decrypt!, open)
    if (typeof opened !== 'string') this.#decryptBefore = []
    const refused = opened === 'authentication failed' || opened === 'too short'
    return refused && this.#decryptBefore.length > 0 ? firstOf(this.#decryptBefore, open) : opened
  }
}

function firstOf(contexts: readonly SrtpContext[], open: (context: SrtpContext) => Buffer | Refused): Buffer | Refused {
  for (const context of contexts) {
    const opened = open(context)
    if (opened !== 'authentication failed') return opened
  }
  return 'authentication failed'
}

function isSame(some: readonly SrtpContext[] | null, others: readonly SrtpContext[] | null): boolean {
  return some === others || (some?.length === others?.length && some!.every((context, i) => context === others![i]))
}
