import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'

/**
 * Where a session's packets are reported: those that have left, and all that arrive. `bytes` are as on the wire, `clear` without SRTP, and
 * `header` and `packets` what was read of them; the header is used again for the next packet.
 */
export interface MediaTap {
  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    sent: boolean,
    clear: Uint8Array,
    header: RtpHeader,
  ): void
  rtcp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    sent: boolean,
    clear: Uint8Array,
    packets: readonly RtcpPacket[],
  ): void
  /** A packet that arrived and is none of the call's: a stranger's, garbage, SRTP that does not authenticate. It is in no figure. */
  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void
  /** `value`: what a program needs of the text, like the digit. */
  observe(kind: ObservationKind, text: string, value?: string): void
}
