import { visible } from '../../../shared/base/text.ts'
import { makeHeader, type SipHeader, type SipProblem } from '../../../shared/wire/sip/message.ts'

/** How a request is turned away at once: nothing of it is kept. */
export interface Refusal {
  readonly status: number
  /** Instead of the usual phrase of the status. */
  readonly reason?: string
  readonly headers?: readonly SipHeader[]
}

/** What may work again soon (RFC 3261 21.5.4). */
export const overload: Refusal = { status: 503, headers: [makeHeader('Retry-After', '5')] }

/** What is read no further: the status of its problem, 400 where it has none. */
export function malformed({ status = 400, text }: SipProblem): Refusal {
  return {
    status,
    headers: [makeHeader('Warning', `399 ringback "${visible(text).slice(0, 120).replace(/["\\]/g, "'")}"`)],
  }
}
