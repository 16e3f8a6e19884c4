import type { PersonaReport, WebhookReport } from '../../../shared/contract/persona.ts'
import { webhookCame } from '../../../shared/shown/webhook.ts'
import { safe, safeLines } from './html-page.ts'

const row = (cells: readonly string[]) => `<tr>${cells.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((name) => `<th>${name}</th>`).join('')
  return `<div class="wide"><table><tr>${head}</tr>${rows.map(row).join('')}</table></div>`
}

/** What a persona made of a call: its path, its variables, its webhook. */
export function* personaSection({
  provider,
  decision,
  because,
  next,
  path,
  got,
  variables,
  webhook,
  control,
  wouldRefuse = [],
}: PersonaReport): Generator<string> {
  const why = because === null ? '' : `: ${safe(because)}. ${safe(next ?? '')}`
  yield `\n<h2>As ${safe(provider)}</h2><p>${decision}${why}</p>`
  yield table(
    ['looked at', 'arrived', 'wanted', 'holds', 'source'],
    path.map(({ subject, arrived, wanted, holds, source }) => [
      subject,
      arrived,
      wanted,
      holds === null ? 'undecided' : holds ? 'yes' : 'no',
      source ? `${source.source}, ${source.asOf}` : '',
    ]),
  )
  if (wouldRefuse.length > 0)
    yield table(
      ['would refuse with', 'because', 'what to do'],
      wouldRefuse.map((one) => [String(one.status), one.because, one.next]),
    )
  if (got.length > 0) yield `<p>${got.map(({ name, value }) => `${safe(name)}: ${safe(value)}`).join('; ')}</p>`
  if (variables.length > 0)
    yield table(
      ['header', 'value', 'variable', 'note'],
      variables.map(({ name, value, variable, note }) => [name, value, variable ?? 'none', note ?? '']),
    )
  if (webhook) yield webhookSection(webhook)
  if (control) {
    yield `<h3>What the owner’s server called</h3><p>call_id ${safe(control.callId)}</p>`
    yield table(
      ['action', 'after', 'status', 'error'],
      control.requests.map(({ action, afterMs, status, error }) => [
        action,
        `${afterMs} ms`,
        String(status),
        error ?? '',
      ]),
    )
  }
}

function webhookSection(report: WebhookReport): string {
  const { url, tookMs, waitedMs, request, response, faults } = report
  const came = tookMs === null ? 'had not answered when the call ended' : webhookCame(report)
  const waited = waitedMs === null ? '' : `; the caller waited ${waitedMs} ms for it`
  const body = response ? `<pre>${safeLines(response.body)}</pre>` : ''
  return `<h3>Webhook</h3><p>POST ${safe(url)}</p><pre>${safeLines(request.body)}</pre>
<p>It ${came}${waited}.</p>${body}
<ul>${faults.map(({ code, text }) => `<li>${code}: ${safe(text)}</li>`).join('')}</ul>`
}
