import type { CallReport } from './report.ts'
import type { ReportChange } from './state.ts'
import { mostRequests, type WebhookView } from './webhook.ts'

/** The whole report after a change of it. */
export function mergeReport(known: CallReport | undefined, { from, report }: ReportChange): CallReport {
  return from === 0 || !known ? report : { ...report, messages: [...known.messages.slice(0, from), ...report.messages] }
}

/** The whole webhook after a change of it. */
export function mergeWebhook(known: WebhookView | undefined, change: WebhookView): WebhookView {
  const fresh = new Set(change.requests.map(({ number }) => number))
  const old = known?.requests.filter(({ number }) => !fresh.has(number)) ?? []
  const all = [...old, ...change.requests].toSorted((one, other) => one.number - other.number)
  return { ...change, requests: all.slice(-mostRequests) }
}
