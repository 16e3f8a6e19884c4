import type { CallReport } from './report.ts'
import type { ReportChange } from './state.ts'

/** The whole report after a change of it. */
export function mergeReport(known: CallReport | undefined, { from, report }: ReportChange): CallReport {
  return from === 0 || !known ? report : { ...report, messages: [...known.messages.slice(0, from), ...report.messages] }
}
