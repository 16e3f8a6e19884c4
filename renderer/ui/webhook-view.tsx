import type { WebhookReport } from '../../shared/contract/persona.ts'
import { webhookCame } from '../../shared/shown/webhook.ts'
import { Foreign, Icon } from './controls.tsx'
import { timeOf } from './format.ts'

/** What was asked of a webhook while the call rang, what it answered, and how long the caller waited for it. */
export function WebhookView({ webhook }: { webhook: WebhookReport }) {
  const { url, startedAt, tookMs, waitedMs, request, response, faults } = webhook
  return (
    <section aria-label="Webhook">
      <h3>Webhook</h3>
      <p className="elide mono">
        POST <Foreign text={url} />
      </p>
      <p className="numbers">
        <span title={startedAt}>{timeOf(startedAt)}</span> · {webhookCame(webhook)}
        {waitedMs !== null && (
          <span className="muted">
            {' '}
            · {waitedMs === 0 ? 'the caller did not wait for it' : `the caller heard ringing ${waitedMs} ms longer`}
          </span>
        )}
      </p>
      <Timing tookMs={tookMs} waitedMs={waitedMs} />
      {faults.map(({ code, text }, i) => (
        <p key={i} className="tone-fault">
          <Icon name="fault" /> <code>{code}</code> <Foreign text={text} />
        </p>
      ))}
      <Exchange title="Request" headers={request.headers} body={request.body} />
      {response && <Exchange title="Response" headers={response.headers} body={response.body} />}
    </section>
  )
}

/** The time of the answer in proportion: what of it lay within the ringing, and what the caller waited more. */
function Timing({ tookMs, waitedMs }: Pick<WebhookReport, 'tookMs' | 'waitedMs'>) {
  if (tookMs === null || waitedMs === null || tookMs === 0) return null
  const inside = (100 * Math.max(0, tookMs - waitedMs)) / tookMs
  return (
    <div className="webhook-timing" aria-hidden="true">
      <i style={{ width: `${inside}%` }} title={`${tookMs - waitedMs} ms while it rang anyhow`} />
      <i className="is-waited" style={{ width: `${100 - inside}%` }} title={`${waitedMs} ms longer`} />
    </div>
  )
}

/** Headers and body of one half, folded until they are asked for. */
export function Exchange({
  title,
  headers,
  body,
}: {
  title: string
  headers: readonly { readonly name: string; readonly value: string }[]
  body: string
}) {
  return (
    <details>
      <summary>
        {title}{' '}
        <code className="muted">
          <Foreign text={body.replace(/\s+/g, ' ').slice(0, 80)} />
        </code>
      </summary>
      <pre tabIndex={0} aria-label={title}>
        {headers.map(({ name, value }, i) => (
          <span key={i}>
            <b>
              <Foreign text={name} />
            </b>
            : <Foreign text={value} />
            {'\n'}
          </span>
        ))}
        {'\n'}
        {linesOf(body).map((line, i) => (
          <span key={i}>
            <Foreign text={line} />
            {'\n'}
          </span>
        ))}
      </pre>
    </details>
  )
}

/** JSON with its members on lines of their own, anything else as it came. */
function linesOf(body: string): string[] {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).split('\n')
  } catch {
    return body.split(/\r\n|\n|\r/)
  }
}
