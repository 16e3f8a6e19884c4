import type { CallView } from '../../shared/contract/views.ts'

/** Whether two calls of this engine are the two ends of one: of a call to an agent of ours. */
export const isOtherEnd = (a: CallView, b: CallView): boolean =>
  a.direction !== b.direction &&
  a.from === b.from &&
  a.to === b.to &&
  Math.abs(Date.parse(a.startedAt) - Date.parse(b.startedAt)) < 2000
