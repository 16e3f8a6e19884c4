import type { Micros } from '../../../../shared/base/time.ts'
import type { EndCause } from '../../../../shared/model/end-cause.ts'

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
