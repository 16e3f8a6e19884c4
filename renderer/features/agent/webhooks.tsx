import { useState } from 'react'
import type { WebhookRequestView, WebhookView } from '../../../shared/contract/webhook.ts'
import { webhookPlayNames, webhookPlays, type WebhookPlay } from '../../../shared/model/webhook-plays.ts'
import { copyText } from '../../bridge.ts'
import { useActions } from '../../state/actions.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { usePersonas } from '../../state/personas.ts'
import { Act, Choice, Copy, Foreign, Icon } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'
import { Exchange } from '../../ui/webhook-view.tsx'

/** Webhooks of this computer, for a persona to ask: what came, what they answer, right or wrong. */
export function Webhooks() {
  const personas = usePersonas((state) => state.all).filter(({ asksWebhook }) => asksWebhook)
  const webhooks = useEngine((state) => state.webhooks)
  const [chosen, setChosen] = useState<string | null>(null)
  const name = chosen ?? personas[0]?.name
  const start = async () => {
    if (name !== undefined) await execute('webhook.start', { persona: { name } })
  }
  useActions([{ id: 'agent.webhook', group: 'Agent', name: 'Start a webhook', run: start }])
  if (name === undefined) return null
  return (
    <section className="section" aria-label="Built-in webhook">
      <h2>Built-in webhook</h2>
      <div className="actions">
        <Choice
          aria-label="Persona that asks it"
          value={name}
          options={personas.map((persona) => [persona.name, persona.provider] as const)}
          onChange={setChosen}
        />
        <Act run={start}>Start a webhook</Act>
        <span className="muted">Answers the agent on this computer where no server of yours runs yet.</span>
      </div>
      {[...webhooks.values()].map((webhook) => (
        <Webhook key={webhook.id} webhook={webhook} />
      ))}
    </section>
  )
}

const plays = [
  ['', 'as it should'],
  ...webhookPlayNames.map((name) => [name, webhookPlays[name]] as const),
] as const satisfies readonly (readonly [WebhookPlay | '', string])[]

function Webhook({ webhook }: { webhook: WebhookView }) {
  const { id, url, persona, faults, delayMs, fault, requests } = webhook
  const [text, setText] = useState(() => JSON.stringify(webhook.answer ?? {}, null, 2))
  const answer = documentOf(text)
  const set = (changed: { answer?: unknown; delayMs?: number; fault?: WebhookPlay | null }) =>
    execute('webhook.set', { id, ...changed })
  return (
    <article className="agent-webhook" aria-label={`Webhook at ${url}`}>
      <div className="actions">
        <span className="mono">{url}</span>
        <Copy copy={copyText} text={() => url} title={url}>
          Copy URL
        </Copy>
        {persona !== null && <span className="muted">for {persona}</span>}
        <label>
          Answers{' '}
          <Choice
            aria-label="How it answers"
            value={fault ?? ''}
            options={plays}
            onChange={(play) => void set({ fault: play === '' ? null : play })}
          />
        </label>
        <label>
          after{' '}
          <input
            type="number"
            aria-label="Delay of the answer, ms"
            min={0}
            max={600_000}
            step={100}
            value={delayMs}
            onChange={({ target }) => void set({ delayMs: Math.min(600_000, Math.max(0, target.valueAsNumber || 0)) })}
          />{' '}
          ms
        </label>
        <Act kind="danger" run={() => execute('webhook.stop', { id })}>
          Stop
        </Act>
      </div>
      <textarea
        className="mono"
        aria-label="Answer"
        aria-invalid={answer === undefined}
        rows={Math.min(14, text.split('\n').length + 1)}
        spellCheck={false}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          const written = documentOf(target.value)
          if (written !== undefined) void set({ answer: written })
        }}
      />
      {answer === undefined && (
        <p className="tone-fault">
          <Icon name="fault" /> This is no JSON yet: what was right last is answered.
        </p>
      )}
      {faults.map(({ code, text: what }, i) => (
        <p key={i} className="tone-warning">
          <Icon name="warning" /> <code>{code}</code> <Foreign text={what} />
        </p>
      ))}
      {requests.length === 0 ? (
        <p className="muted">Nobody has asked yet.</p>
      ) : (
        requests.toReversed().map((request) => <Request key={request.number} request={request} />)
      )}
    </article>
  )
}

function Request({ request }: { request: WebhookRequestView }) {
  const { number, at, method, target, headers, body, bytes, proof, answered, acted } = request
  return (
    <div>
      <p className="numbers">
        {number} <span title={at}>{timeOf(at)}</span>{' '}
        <span className="mono">
          <Foreign text={`${method} ${target}`} />
        </span>{' '}
        · {bytes} bytes ·{' '}
        {answered === null ? 'not answered yet' : `${answered.status ?? 'no answer'} after ${answered.afterMs} ms`}
        {acted && (
          <>
            {' '}
            · {acted.action}: {acted.status ?? <Foreign text={acted.error ?? 'no answer'} />}
          </>
        )}
      </p>
      {proof && (
        <p className={proof.ok ? 'muted' : 'tone-fault'}>
          <Icon name={proof.ok ? 'ok' : 'fault'} /> <Foreign text={proof.text} />
        </p>
      )}
      <Exchange title={`Request ${number}`} headers={headers} body={body} />
    </div>
  )
}

/** Undefined where it is no JSON. */
function documentOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
