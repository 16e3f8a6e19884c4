import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { Observation, SipEvent } from '../../../../shared/model/wire.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'

/** A message of a call; `retransmissionOf` is the index of its first sending. */
export interface TracedMessage {
  readonly event: SipEvent
  readonly retransmissionOf: number | null
}

/**
 * Where events go beyond what is shown of them: a ring in memory, a capture file, a collector. It gets them as they
 * were on the wire and as they come. RTP is no object: there is too much of it.
 */
export interface EventSink {
  sip(event: SipEvent): void
  /** A packet of RTP or RTCP, or one that came to the media of a call from a stranger. */
  packet(callId: string, at: Micros, source: Address, destination: Address, bytes: Uint8Array): void
  observation(callId: string, observation: Observation): void
}

/** What is concluded from the events of a call as they come. The arguments are those of CallTrace. */
export interface Projection {
  /** A message that is kept. */
  message(message: TracedMessage): void
  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean | null,
    header: RtpHeader,
  ): void
  rtcp(at: Micros, source: Address, sent: boolean | null, packets: readonly RtcpPacket[]): void
  /** The call is over: lets go of what only a live call needs. */
  close(): void
}
