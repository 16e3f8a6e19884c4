import type { WebhookReport } from '../contract/persona.ts'
import type { WebhookFaultCode } from '../model/webhook-faults.ts'

/** What came instead of an answer, before the time that it took. */
const withoutAnswer: Partial<Record<WebhookFaultCode, string>> = {
  unreachable: 'could not be asked: given up after',
  certificate: 'was told nothing, its certificate is not accepted: given up after',
  dropped: 'closed the connection after',
}

/** What became of asking a webhook: its answer, or why none came; a clause whose subject is the webhook. */
export function webhookCame({
  tookMs,
  response,
  faults,
}: Pick<WebhookReport, 'tookMs' | 'response' | 'faults'>): string {
  if (response) return `answered ${response.status} with ${response.bytes} bytes after ${tookMs} ms`
  if (tookMs === null) return 'has not answered'
  const [why = 'gave no answer within'] = faults.flatMap(({ code }) => withoutAnswer[code] ?? [])
  return `${why} ${tookMs} ms`
}
