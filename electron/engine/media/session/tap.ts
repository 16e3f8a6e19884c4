import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import { parseRtcp, type RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import { emptyRtpHeader, readRtp, type RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import type { MediaTransport } from '../transport/transport.ts'

/**
 * Where a session's packets are reported: those that have left, and all that arrive. `bytes` are as on the wire,
 * `clear` without SRTP, and `header` and `packets` what was read of them; the header is used again for the next packet.
 */
export interface MediaTap {
  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean,
    header: RtpHeader,
  ): void
  rtcp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean,
    packets: readonly RtcpPacket[],
  ): void
  /**
   * A packet that arrived and is none of the call's: a stranger's, garbage, SRTP that does not authenticate. It is in
   * no figure.
   */
  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void
  /** `value`: what a program needs of the text, like the digit. */
  observe(kind: ObservationKind, text: string, value?: string): void
}

/** Of the packet that is being reported. */
const header = emptyRtpHeader()

/** Reports to a tap what we have sent. */
export class SentTap {
  readonly #tap: MediaTap
  readonly #transport: MediaTransport

  constructor(tap: MediaTap, transport: MediaTransport) {
    this.#tap = tap
    this.#transport = transport
  }

  rtp(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    if (readRtp(clear, header) === null)
      this.#tap.rtp(at, this.#transport.local, destination, wire, clear, true, header)
  }

  rtcp(at: Micros, destination: Address, wire: Uint8Array, clear: Uint8Array): void {
    const packets = parseRtcp(clear)
    if (typeof packets !== 'string')
      this.#tap.rtcp(at, this.#transport.localRtcp, destination, wire, clear, true, packets)
  }
}
