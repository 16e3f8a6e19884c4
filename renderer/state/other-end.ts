import { visible } from '../../shared/base/text.ts'
import type { CallView } from '../../shared/contract/views.ts'
import { party } from '../../shared/shown/format.ts'

/** Whether two calls of this engine are the two ends of one: of a call to an agent of ours. */
export const isOtherEnd = (a: CallView, b: CallView): boolean =>
  a.direction !== b.direction &&
  a.from === b.from &&
  a.to === b.to &&
  Math.abs(Date.parse(a.startedAt) - Date.parse(b.startedAt)) < 2000

/** Who is there, as people read it. */
export const partyOf = ({ direction, from, to }: CallView): string =>
  visible(party(direction === 'inbound' ? from : to))

/** Answered calls beside that one, whose peers something can be done with. */
export function otherCalls(calls: ReadonlyMap<string, CallView>, id: string): CallView[] {
  const own = calls.get(id)
  return [...calls.values()].filter(
    (call) =>
      call.id !== id &&
      call.state === 'answered' &&
      call.capture === null &&
      call.voiceOf === null &&
      own !== undefined &&
      !isOtherEnd(call, own),
  )
}
