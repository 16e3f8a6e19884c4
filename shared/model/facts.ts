import type { Micros } from '../base/time.ts'
import type { MediaDirection, MediaFormat, SessionDescription } from '../wire/sdp/sdp.ts'
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
  /** Null where it carries none that can be read. */
  readonly session: SessionDescription | null
  readonly retransmissionOf: number | null
  /** Sent by our side: the recording endpoint, or the caller of an observed call. */
  readonly fromUs: boolean
}

/** One way of a medium that was agreed on. */
export interface FlowFact {
  /** The directions of both sides allow it, and its receiver is not on hold. */
  readonly allowed: boolean
  /** Audio is to be expected: not of who is on hold, or holds. */
  readonly due: boolean
  /** What may be sent, with the numbers that the receiver gave. */
  readonly formats: readonly MediaFormat[]
  /** `ip:port` where the receiver listens; null where that is no address. */
  readonly to: string | null
  /** Where it may listen too (ICE). */
  readonly candidates: readonly string[]
}

/** What a completed offer and answer say of one medium (RFC 3264), seen from our side. */
export interface AgreedMedia {
  readonly kind: string
  readonly offeredBy: 'us' | 'peer'
  /** What voices are coded in: as offered, and what the answer took of it with its numbers, the preferred first. */
  readonly offered: readonly MediaFormat[]
  readonly accepted: readonly MediaFormat[]
  readonly codec: string
  readonly payloadType: number
  readonly clockRateHz: number
  readonly ptimeMs: number
  readonly encryption: 'none' | 'sdes' | 'dtls'
  readonly direction: MediaDirection
  /** `ip:port` where we receive and where the peer receives, as the session descriptions say. */
  readonly local: string
  readonly remote: string
  readonly toPeer: FlowFact
  readonly fromPeer: FlowFact
  readonly since: Micros
  /** When another took its place; null while it holds. */
  readonly until: Micros | null
  /** The messages that carried them. */
  readonly offerMessage: number
  readonly answerMessage: number
  /** The To tag of the dialog: early dialogs of a forked call agree apart. */
  readonly branch: string
  /** Between which two SIP elements: 0 is the one nearest to the caller. A relay has other addresses on each side. */
  readonly hop: number
  /** Where the answer breaks a rule, each a clause about the answer. */
  readonly faults: readonly string[]
}

export interface RtcpFact {
  readonly reportedLost: number
  readonly reportedJitterMs: number
  readonly roundTripMs: number | null
  readonly highestSequence: number
  /** As the receiver's first report said: what was lost before it may have been before this was recorded. */
  readonly firstLost: number
  readonly firstHighestSequence: number
}

/** Packets without a pause between them (see quality/runs). */
export interface RunFact {
  readonly firstAt: Micros
  readonly lastAt: Micros
  readonly packets: number
  readonly lost: number
  readonly skipped: number
}

/** One RTP stream with its figures (see quality/rtp-stats). */
export interface StreamFact {
  readonly n: number
  readonly source: string
  readonly destination: string
  /** Towards the peer; null when neither session description names its addresses. */
  readonly toPeer: boolean | null
  /** `audio`, `video`; null where nothing tells. */
  readonly kind: string | null
  /** As for AgreedMedia; null where nothing tells. */
  readonly hop: number | null
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
  readonly lastPayloadType: number
  /** When its packets came. */
  readonly runs: readonly RunFact[]
  /** The receiver names it no more though it is sent: since when, the last time that it did. */
  readonly unheardSince: Micros | null
  /** Packets that are audio, but sound like noise and have the size of SRTP. */
  readonly looksCiphered: boolean
  /** G.711 whose content is that of the other law, or of linear samples; null where nothing speaks for that. */
  readonly disguised: 'other-law' | 'linear' | null
  /** When it speaks; null where it never did, or nobody can tell. */
  readonly talk: { readonly spurts: readonly { readonly from: Micros; readonly to: Micros }[] } | null
  /** Single tones of 80 ms and more in its first two minutes. */
  readonly beeps: readonly { readonly from: Micros; readonly to: Micros; readonly hz: number }[]
  /**
   * Of an encrypted stream of a capture, packets that the keys of the session descriptions opened and refused, and
   * those that came after the last that was opened; `isJudge`: they would have opened what its receiver can. Null
   * elsewhere.
   */
  readonly srtp: {
    readonly opened: number
    readonly refused: number
    readonly refusedSince: { readonly at: Micros; readonly packets: number } | null
    readonly isJudge: boolean
  } | null
  /** How much more audio than time came between two pauses, at most, by its timestamps. */
  readonly leadMs: number
  /** How fast its sender's clock runs beside the one that saw it, above 0 the faster; null where that is unknown. */
  readonly clockSkew: { readonly ppm: number; readonly uncertaintyPpm: number } | null
  /** Its packets lie in the capture in another order than that of their times: nothing is known of their loss. */
  readonly timesGoBack: boolean
  /** What the network said (ICMP) in a capture of packets between its ends that it could not deliver; null: nothing. */
  readonly sentBack: {
    readonly reason: string
    readonly firstAt: Micros
    readonly lastAt: Micros
    readonly times: number
  } | null
  /** What the receiver reported of this stream by RTCP; null when it reported nothing. */
  readonly rtcp: RtcpFact | null
}

/** An address that a session description names. */
export interface AnnouncedFact {
  readonly address: string
  /** Where it has its RTCP; null where it has none. */
  readonly rtcp: string | null
  readonly byUs: boolean
  readonly kind: string
  readonly hop: number
  readonly since: Micros
  readonly message: number
  /** The host that the message came from. */
  readonly signalling: string
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
  /** The call began before the recording did: its INVITE is not there. */
  readonly beganBefore: boolean
  readonly answeredAt: Micros | null
  readonly endedAt: Micros | null
  /**
   * How far its media can be judged: to its end, else to now; in a capture that lacks the end, to the last message or
   * packet of it, since nobody knows what became of it then.
   */
  readonly seenUntil: Micros
  /** Of audio, in the dialog that was answered; before that in every early dialog. */
  readonly agreed: readonly AgreedMedia[]
  /** Of all media, in all dialogs. */
  readonly agreements: readonly AgreedMedia[]
  /**
   * Addresses of media (`ip:port`) that session descriptions name, and where the messages came from that carry them.
   */
  readonly announced: readonly AnnouncedFact[]
  readonly streams: readonly StreamFact[]
  /**
   * RTP that nobody announced, between hosts of the call while it went on: it may be of the call, or of another. Their
   * numbers are none of the report.
   */
  readonly strays: readonly StreamFact[]
  /** RTCP reports that came from the peer, and how many packets it says to have sent; null where it says nothing. */
  readonly reportsFromPeer: { readonly total: number; readonly sentPackets: number | null }
  readonly observations: readonly Observation[]
}
