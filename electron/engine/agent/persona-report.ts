import { decodeText, elide } from '../../../shared/base/text.ts'
import { isoMicros, type Micros } from '../../../shared/base/time.ts'
import type { PersonaReport, WebhookReport } from '../../../shared/contract/persona.ts'
import type { Webhook } from '../../../shared/providers/personas/decision.ts'
import type { PersonaDefinition } from '../../../shared/providers/personas/persona.ts'
import { redact, redactHeader } from '../../../shared/wire/sip/redact.ts'
import { hideIn } from '../base/secret-headers.ts'
import type { Judged } from './persona-gate.ts'
import type { WebhookAnswer } from './webhook.ts'

/** Of the body of an answer. */
const mostShown = 4096
const mostHeaders = 50

/** What a persona made of an INVITE, as a report shows it: secrets are masked. */
export function personaReport(
  { name, provider }: PersonaDefinition,
  { decision, steps, outcome, wouldRefuse }: Judged,
): PersonaReport {
  const no = outcome?.kind === 'refuse' ? outcome.refused : outcome?.kind === 'silence' ? outcome : null
  return {
    name,
    provider,
    decision:
      outcome === null
        ? 'challenged'
        : ({ answer: 'accepted', refuse: 'refused', silence: 'ignored' } as const)[outcome.kind],
    because: no && redact(no.because),
    next: no && redact(no.next),
    path: steps.map((step) => ({ ...step, arrived: redact(step.arrived), wanted: redact(step.wanted) })),
    ...(wouldRefuse.length > 0 && {
      wouldRefuse: wouldRefuse.map(({ status, because, next }) => ({ status, because: redact(because), next })),
    }),
    got: outcome?.kind === 'answer' ? decision.got.map(({ name, value }) => ({ name, value: redact(value) })) : [],
    variables: decision.variables.map((made) => ({ ...made, value: redactHeader(made.name, made.value) })),
  }
}

/** What was asked of a webhook and what came of it; `answered` is null as long as nothing did. */
export function webhookReport(
  webhook: Webhook,
  startedAt: Micros,
  answered: WebhookAnswer | null,
  waitedMs: number | null,
): WebhookReport {
  const response = answered?.answer ?? null
  const shown: WebhookReport = {
    url: webhook.url,
    startedAt: isoMicros(startedAt),
    tookMs: answered?.tookMs ?? null,
    waitedMs,
    request: {
      headers: [
        { name: 'Content-Type', value: 'application/json' },
        ...(webhook.openHeaders ?? []),
        ...webhook.headers,
      ],
      body: webhook.body,
    },
    response: response && {
      status: response.status,
      headers: response.headers.slice(0, mostHeaders).map(({ name, value }) => ({ name, value: elide(value, 500) })),
      body: decodeText(response.body),
      bytes: response.body.length,
    },
    faults: [...(answered?.faults ?? [])],
  }
  return redacted(hideIn(shown, webhook.headers))
}

function redacted(report: WebhookReport): WebhookReport {
  const fields = (list: readonly { name: string; value: string }[]) =>
    list.map(({ name, value }) => ({ name, value: redactHeader(name, value) }))
  const { request, response } = report
  return {
    ...report,
    url: redact(report.url),
    request: { headers: fields(request.headers), body: redact(request.body) },
    response: response && {
      ...response,
      headers: fields(response.headers),
      body: redact(response.body).slice(0, mostShown),
    },
    faults: report.faults.map(({ code, text }) => ({ code, text: redact(text) })),
  }
}
