import type { Micros } from '../base/time.ts'
import type { MediaDirection } from '../wire/sdp/sdp.ts'
import type { SipMessage, SipProblem } from '../wire/sip/message.ts'
import type { Observation, SipEvent } from './wire.ts'

/** Where the recording stood: at the caller, at the called party, or somewhere between. */
export type Vantage = 'outbound' | 'inbound' | 'observed'

/** One message of a call in the ladder. `n` is its index in the report. */
export interface MessageFact {
  readonly n: number
  readonly event: SipEvent
  /** Null for bytes that are no SIP message. */
  readonly message: SipMessage | null
  readonly problems: readonly SipProblem[]
  readonly retransmissionOf: number | null
  /** Sent by our side: the recording endpoint, or the caller of an observed call. */
  readonly fromUs: boolean
}

/** What the last completed offer and answer say (RFC 3264), seen from our side. */
export interface AgreedMedia {
  readonly codec: string
  readonly payloadType: number
  readonly clockRateHz: number
  readonly ptimeMs: number
  readonly encryption: 'none' | 'sdes' | 'dtls'
  readonly direction: MediaDirection
  /** `ip:port` where we receive and where the peer receives, as the session descriptions say. */
  readonly local: string
  readonly remote: string
  readonly since: Micros
  /** The messages that carried them. */
  readonly offerMessage: number
  readonly answerMessage: number
}

export interface RtcpFact {
  readonly reportedLost: number
  readonly reportedJitterMs: number
  readonly roundTripMs: number | null
  readonly highestSequence: number
}

/** One RTP stream with its figures (see quality/rtp-stats). */
export interface StreamFact {
  readonly n: number
  readonly source: string
  readonly destination: string
  /** Towards the peer; null when neither session description names its addresses. */
  readonly toPeer: boolean | null
  readonly ssrc: number
  readonly payloadType: number
  readonly codec: string
  readonly packets: number
  readonly lost: number
  readonly firstAt: Micros
  readonly lastAt: Micros
  readonly meanDbfs: number | null
  readonly firstEnergyAt: Micros | null
  readonly lastEnergyAt: Micros | null
  readonly levelPackets: number
  readonly payloadTypes: ReadonlyMap<number, number>
  /** What the receiver reported of this stream by RTCP; null when it reported nothing. */
  readonly rtcp: RtcpFact | null
}

/** Everything that a rule may know of a call. */
export interface CallFacts {
  readonly vantage: Vantage
  /** The latest instant known: now for a live call, the end for a past one. */
  readonly now: Micros
  readonly messages: readonly MessageFact[]
  readonly invite: MessageFact | null
  /** 401 and 407 to INVITE, in order. */
  readonly challenges: readonly MessageFact[]
  /** Whether an INVITE carried credentials. */
  readonly credentialsSent: boolean
  readonly ringing: MessageFact | null
  /** The response that ended the INVITE (challenges that were answered are not final). */
  readonly final: MessageFact | null
  readonly ack: MessageFact | null
  readonly cancel: MessageFact | null
  readonly bye: MessageFact | null
  readonly answeredAt: Micros | null
  readonly endedAt: Micros | null
  readonly agreed: readonly AgreedMedia[]
  readonly streams: readonly StreamFact[]
  /**
   * RTCP reports that came from the peer; `blind` ones name none of the packets that had been running towards it for a
   * second.
   */
  readonly reportsFromPeer: { readonly total: number; readonly blind: number }
  readonly observations: readonly Observation[]
}
