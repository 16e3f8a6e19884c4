import type { Address } from '../base/address.ts'
import type { Micros } from '../base/time.ts'
import type { SipMessage } from '../wire/sip/message.ts'
import type { Unreadable } from '../wire/sip/parse.ts'
import type { TransportName } from './transport.ts'

/** What a text that messages were written to does not say of one. */
export const unknowns = ['time', 'day', 'year', 'zone', 'source', 'destination'] as const
export type Unknown = (typeof unknowns)[number]

/** A SIP message as it was on the wire, or bytes that came where one was due. */
export interface SipEvent {
  readonly at: Micros
  readonly transport: TransportName
  readonly source: Address
  readonly destination: Address
  /** Seen from the endpoint that recorded it; a capture has no inside. */
  readonly direction: 'sent' | 'received' | 'observed'
  readonly bytes: Uint8Array
  /** What is not known of one that was read from a text: what stands there instead is no more than a place holder. */
  readonly unknown?: readonly Unknown[] | undefined
  /** May be read again from the bytes at every access. */
  readonly message: SipMessage | Unreadable
}

/** Something only an endpoint knows; `kind` is for rules, `text` for people. */
export interface Observation {
  readonly at: Micros
  readonly kind: ObservationKind
  readonly text: string
  /** What a program needs of the text: the digit of `digit-sent` and `digit-received`. */
  readonly value?: string
}

/** What keeps a request from getting anywhere. */
export const failuresToSend = [
  'unresolved',
  'connection-refused',
  'connection-failed',
  'tls-failed',
  'not-sent',
  'machine-fault',
] as const satisfies readonly ObservationKind[]

export type ObservationKind =
  | 'resolution'
  | 'connection-refused'
  | 'connection-failed'
  /** A target gave no answer, or 503: the next one was tried. */
  | 'failed-over'
  | 'tls-failed'
  | 'tls-chain'
  | 'unresolved'
  | 'no-answer'
  /** OPTIONS to the address of an INVITE without a response was answered. */
  | 'options-answered'
  | 'large-datagram'
  /** Our messages reach the peer from another address than our Contact names. */
  | 'nat'
  | 'not-sent'
  /** This computer could not do its part: no port is free, a file cannot be read. */
  | 'machine-fault'
  | 'rtp-not-sent'
  /** The network sends back what goes to the peer's RTP port (ICMP). */
  | 'rtp-undeliverable'
  | 'rtp-foreign'
  | 'ring-timeout'
  | 'cancelled-by-user'
  | 'ended-by-user'
  | 'latched'
  | 'marker-heard'
  /** What this endpoint sends goes wrong on purpose; the value is the impairment. */
  | 'impaired'
  /** What else it does wrong on purpose; the value is the name of it. */
  | 'on-purpose'
  /** It left the call, and its BYE goes out only later, on purpose. */
  | 'left'
  | 'digit-sent'
  | 'digit-received'
  /** A telephone event of the peer's lacks its marker, or its end was not sent three times. */
  | 'digit-malformed'
  | 'muted'
  | 'unmuted'
  | 'rtp-garbage'
  | 'media-failed'
  /** By which addresses of both sides media goes (ICE), and that the keys of the two were agreed on (DTLS). */
  | 'ice'
  | 'dtls'
  /** No way to the peer was found (ICE), or no keys were agreed on with it (DTLS): no media flows. */
  | 'ice-failed'
  | 'dtls-failed'
  /** Something that was asked for in the middle of a call could not be done. */
  | 'action-failed'
  /** A script stopped before its end, and the call with it. */
  | 'script-failed'
  /** A step of the script begins; `value`: which, from 1. */
  | 'script-step'
  /** A request of the peer's inside the call whose method is not spoken here, like REFER. */
  | 'method-refused'
  /** The peer asked us to call somebody else (REFER), or we asked the peer; and what came of it. */
  | 'transfer'
  /** Its parties and those of another call (`value`: its id) hear one another from now on, or no longer. */
  | 'joined'
  | 'unjoined'
  | 'no-rtp-target'
  /** Nothing came from the peer for a while, neither RTP nor RTCP, though audio was agreed to come. */
  | 'media-silent'
  /** The same for as long as it may: the call was ended here. */
  | 'media-timeout'
  /** The connection that the call's signalling goes over was closed while the call went on. */
  | 'connection-lost'
  | 'bye-unanswered'
  | 'bye-refused'
  | 'session-timer'
  | 'refused-by-us'
  | 'auth-failed'
  /** A registrar agreed and lists no binding of ours. */
  | 'binding-missing'
  | 'not-acknowledged'
  | 'internal-fault'
  | 'not-kept'
  /** A webhook was asked while the call rang; and each thing that is wrong with its answer (`value`: its code). */
  | 'webhook'
  | 'webhook-fault'
  | 'note'
