import { decodeText, elide, visible } from '../../../shared/base/text.ts'
import type { WebhookFault, Webhook } from '../../../shared/providers/personas/decision.ts'
import type { Clock } from '../base/clock.ts'
import { errorCode, explainError } from '../base/errors.ts'
import type { Http, HttpAnswer } from '../base/http.ts'
import { JsonFault, readJsonLines } from '../base/json-lines.ts'

/** More than any answer needs: it is read no further. */
const mostBytes = 1024 * 1024

/** How a webhook answered. */
export interface WebhookAnswer {
  /** Null where none came. */
  readonly answer: HttpAnswer | null
  readonly tookMs: number
  readonly faults: readonly WebhookFault[]
}

export interface WebhookDeps {
  readonly clock: Clock
  readonly http: Http
}

/** Asks a webhook, and says everything that is wrong with its answer. Null where `signal` gave it up before. */
export async function askWebhook(
  { clock, http }: WebhookDeps,
  webhook: Webhook,
  signal: AbortSignal,
): Promise<WebhookAnswer | null> {
  const startMs = clock.monotonicMs()
  const timeout = new AbortController()
  const timer = clock.after(webhook.timeoutMs, () => timeout.abort())
  const took = () => Math.round(clock.monotonicMs() - startMs)
  try {
    const answer = await http({
      url: webhook.url,
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...Object.fromEntries(
          [...(webhook.openHeaders ?? []), ...webhook.headers].map(({ name, value }) => [name, value]),
        ),
      },
      body: webhook.body,
      mostBytes,
      signal: AbortSignal.any([signal, timeout.signal]),
    })
    return { answer, tookMs: took(), faults: faultsOf(answer, webhook) }
  } catch (error) {
    if (signal.aborted) return null
    const fault = timeout.signal.aborted ? timedOut(webhook) : failed(error)
    return { answer: null, tookMs: took(), faults: [fault] }
  } finally {
    timer.cancel()
  }
}

const timedOut = ({ timeoutMs }: Webhook): WebhookFault => ({
  code: 'timeout',
  text: `no answer came within ${(timeoutMs / 1000).toFixed(1)} s, and it is waited for no longer.`,
})

/** What Node says of certificates that it does not accept. */
const ofCertificates = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|HOSTNAME_MISMATCH|CRL/

function failed(error: unknown): WebhookFault {
  const code = errorCode(error)
  const why = visible(explainError(error)).slice(0, 300)
  if (ofCertificates.test(code)) return { code: 'certificate', text: `its certificate is not accepted: ${why}.` }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return { code: 'dropped', text: 'the connection was closed before the answer was complete.' }
  if (code.startsWith('HPE_')) return { code: 'dropped', text: `what came is no answer of HTTP: ${why}.` }
  return { code: 'unreachable', text: `it could not be asked: ${why}.` }
}

function faultsOf(answer: HttpAnswer, webhook: Webhook): readonly WebhookFault[] {
  const { status, cut } = answer
  const header = (name: string) => answer.headers.find((field) => field.name.toLowerCase() === name)?.value
  if (status >= 300 && status < 400) {
    const to = header('location')
    return [{ code: 'redirect', text: `it answered ${status}, a redirection${to ? ` to ${shown(to)}` : ''}.` }]
  }
  if (status < 200 || status >= 300) return [{ code: 'status', text: `it answered ${status} instead of 200.` }]
  if (webhook.check === null) return []
  if (cut) return [{ code: 'too-large', text: `its answer has more than ${mostBytes} bytes, and was read no further.` }]
  const text = decodeText(answer.body).trim()
  if (text === '') return [{ code: 'empty', text: `it answered ${status} without a body.` }]
  if (text.startsWith('<')) return [{ code: 'html', text: `it answered with a page: ${shown(text.slice(0, 200))}.` }]
  try {
    return webhook.check(JSON.parse(text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return [{ code: 'not-json', text: `its answer is no JSON, line ${whereFault(text)}.` }]
  }
}

/** The line of what is no JSON, and what stands there. */
function whereFault(text: string): string {
  try {
    readJsonLines(text)
    return '1'
  } catch (error) {
    return error instanceof JsonFault ? `${error.line}: ${visible(error.message)}` : '1'
  }
}

const shown = (text: string) => elide(visible(text), 80)
