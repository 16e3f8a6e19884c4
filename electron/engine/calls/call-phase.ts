import type { Micros } from '../../../shared/base/time.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'
import type { Call, InboundCall } from '../ua/index.ts'

/** A call that rings until a person decides. */
export interface Waiting {
  readonly call: InboundCall
  /** Throws RingbackError. */
  answer(source: SourceArgs): Promise<void>
}

/** What a person can switch on in a call and off again. */
export interface Switches {
  readonly held: boolean
  readonly muted: boolean
  /** The leg that brings the microphone of a window to it. */
  readonly voice: string | null
  /** The calls that it is joined with. */
  readonly joined: readonly string[]
}

export const allOff: Switches = { held: false, muted: false, voice: null, joined: [] }

/** What a call has while it is under way. */
export interface Live extends Switches {
  readonly kind: 'live'
  readonly call: Call
  readonly waiting: Waiting | null
  readonly recording: boolean
}

/** Nothing on its way yet ─▶ under way ─▶ over; one that could not be placed is over at once. */
export type Phase =
  | { readonly kind: 'opening' }
  | Live
  | { readonly kind: 'ended'; readonly at: Micros; readonly cause: EndCause | null }

/** What a call tells its listeners. */
export interface CallRecordEvents {
  /** Something that is shown of it. */
  changed: null
  /** It rings, is answered, is ending. */
  moved: null
  /** It is over, and this is its final report. */
  ended: CallReport
}
