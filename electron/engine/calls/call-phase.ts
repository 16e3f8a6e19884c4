import type { Micros } from '../../../shared/base/time.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import type { Call, InboundCall } from '../ua/index.ts'

/** A call that rings until a person decides. */
export interface Waiting {
  readonly call: InboundCall
  /** Throws RingbackError. */
  answer(source: SourceArgs): Promise<void>
}

/** What a call has while it is under way. */
export interface Live {
  readonly kind: 'live'
  readonly call: Call
  readonly waiting: Waiting | null
  readonly held: boolean
  readonly muted: boolean
  readonly recording: boolean
}

/** Nothing on its way yet ─▶ under way ─▶ over; one that could not be placed is over at once. */
export type Phase =
  | { readonly kind: 'opening' }
  | Live
  | { readonly kind: 'ended'; readonly at: Micros; readonly cause: EndCause | null }
