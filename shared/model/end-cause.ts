/** Who ended a call: this side, the other, or nobody: it came to nothing. */
export type Ender = 'us' | 'peer' | 'nobody'

/** How a call ended, as its endpoint knows it. */
export const endReasons = [
  'bye',
  'cancel',
  /** A final response of 300 or more: to the INVITE, or to a request inside the dialog (RFC 3261 12.2.1.2). */
  'refused',
  /** No answer in time: to the INVITE, to a PRACK, or within the ring timeout. */
  'timeout',
  /** The ACK of a 2xx of ours never came. */
  'not-acknowledged',
  /** No session description that both can use. */
  'media',
  /** Nothing came from the peer for as long as may be, neither RTP nor RTCP. */
  'media-timeout',
  /** A message could not be sent or delivered. */
  'transport',
  'session-timer',
  /** A fault of this program. */
  'internal',
] as const
type EndReason = (typeof endReasons)[number]

/** Who ended a call, and how. The first cause stays, whatever comes after it. */
export type EndCause =
  | { readonly by: Ender; readonly reason: Exclude<EndReason, 'refused'> }
  | { readonly by: Ender; readonly reason: 'refused'; readonly status: number }
