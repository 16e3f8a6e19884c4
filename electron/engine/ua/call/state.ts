import type { Micros } from '../../../../shared/base/time.ts'

/**
 * The life of a call. A call that comes in begins ringing.
 *
 *   calling ──1xx──▶ ringing ──2xx──▶ answered ──our BYE──▶ ending ──▶ ended
 *      └──────────2xx─────────────────▶┘
 *   and from each of them, where the other side or a failure ends it, straight to ended.
 */
export type CallState =
  | { readonly kind: 'calling'; readonly since: Micros }
  /** `early`: a session description came before the answer, so that there may be early media. */
  | { readonly kind: 'ringing'; readonly since: Micros; readonly early: boolean }
  /** `since`: when it was placed or came in; `at`: when the 2xx came or went out. */
  | { readonly kind: 'answered'; readonly since: Micros; readonly at: Micros }
  /** Our BYE is on its way. */
  | { readonly kind: 'ending'; readonly since: Micros; readonly answeredAt: Micros; readonly cause: EndCause }
  | { readonly kind: 'ended'; readonly since: Micros; readonly answeredAt: Micros | null; readonly cause: EndCause }

/** Who ended a call: this side, the other, or nobody: it came to nothing. */
export type Ender = 'us' | 'peer' | 'nobody'

/** Who ended a call, and how. The first cause stays, whatever comes after it. */
export type EndCause =
  | {
      readonly by: Ender
      readonly reason:
        | 'bye'
        | 'cancel'
        /** No answer in time: to the INVITE, to a PRACK, or within the ring timeout. */
        | 'timeout'
        /** The ACK of a 2xx of ours never came. */
        | 'not-acknowledged'
        /** No session description that both can use. */
        | 'media'
        /** Nothing came from the peer for as long as may be, neither RTP nor RTCP. */
        | 'media-timeout'
        /** A message could not be sent or delivered. */
        | 'transport'
        | 'session-timer'
        /** A fault of this program. */
        | 'internal'
    }
  /**
   * A final response of 300 or more: to the INVITE, or to a request inside the dialog that ends it (RFC 3261 12.2.1.2).
   */
  | { readonly by: Ender; readonly reason: 'refused'; readonly status: number }
