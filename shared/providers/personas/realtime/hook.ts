import type { ControlAction } from '../control.ts'
import { PersonaFault, type Hook, type Secret } from '../persona.ts'
import type { OwnerConfig } from './config.ts'

/** The server of an owner, as the configuration has it. Throws PersonaFault where it could not accept. */
export function ownersHook({ webhook, api }: OwnerConfig, secret: Secret): Hook {
  if (!webhook) throw new PersonaFault('webhook.secretEnv is missing: events could not be checked')
  if (!api || api.port === 0)
    throw new PersonaFault('api.port is missing: the webhook has to know where calls are accepted')
  const key = secret(api.keyEnv)
  return {
    url: webhook.url ?? null,
    headers: [],
    signingSecret: signingSecretOf(webhook, secret),
    answer: null,
    check: () => [],
    act(event, action) {
      const call = callOf(event)
      if (call === null || action.kind === 'refer' || action.kind === 'hangup') return null
      const url = `http://127.0.0.1:${api.port}/v1/realtime/calls/${encodeURIComponent(call)}/${action.kind}`
      return { url, key, body: bodyOf(action) }
    },
  }
}

/** What signs events, as a platform shows it. Throws PersonaFault where it is none. */
export function signingSecretOf({ secretEnv }: NonNullable<OwnerConfig['webhook']>, secret: Secret): string {
  const signingSecret = secret(secretEnv)
  if (/^(?:whsec_)?[A-Za-z0-9+/]{16,200}={0,2}$/.test(signingSecret)) return signingSecret
  throw new PersonaFault(`${secretEnv} has no secret of a webhook: whsec_ and base64, 16 characters or more`)
}

const bodyOf = (action: ControlAction): string =>
  JSON.stringify(action.kind === 'reject' ? { status_code: action.status } : { type: 'realtime' })

/** `data.call_id` of the event that a call came in; null where it is none. */
function callOf(event: unknown): string | null {
  const { type, data } = (event ?? {}) as { type?: unknown; data?: { call_id?: unknown } | null }
  return type === 'realtime.call.incoming' && typeof data?.call_id === 'string' ? data.call_id : null
}
