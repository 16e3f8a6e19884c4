import { headerKey, type SipHeader } from '../../../wire/sip/message.ts'
import { refusal, type Arrived, type Owner } from '../decision.ts'
import { PersonaFault, type Secret } from '../persona.ts'
import type { OwnerConfig } from './config.ts'
import { realtimeApi } from './api.ts'
import { signingSecretOf } from './hook.ts'
import type { ControlApi } from '../control.ts'

/** How one service tells an owner of a call. */
export interface Telling {
  readonly callIds: Owner['callIds']
  /** Of the webhook; null: not known. */
  readonly userAgent: string | null
  /** What `data` of the event has beside the call and its headers. */
  readonly extra: object
  /** As `sip_headers` has it. */
  shown(field: SipHeader): string
}

/** The server of an owner, with its secrets in hand; null: nobody is told. Throws PersonaFault. */
export function ownerOf(config: OwnerConfig, secret: Secret, webhookUrl: string | null) {
  const { webhook, api } = config
  const url = webhookUrl ?? webhook?.url ?? null
  if (url === null) {
    if (webhook) throw new PersonaFault('webhook.url is missing')
    return { url: null, signingSecret: '', control: controlOf(config, secret) }
  }
  if (!webhook) throw new PersonaFault('webhook.secretEnv is missing: the event could not be signed')
  if (!api) throw new PersonaFault('api.keyEnv is missing: the server of the webhook could accept no call')
  return { url, signingSecret: signingSecretOf(webhook, secret), control: controlOf(config, secret) }
}

const controlOf = ({ api }: OwnerConfig, secret: Secret): ControlApi | null =>
  api ? realtimeApi(api.port, secret(api.keyEnv)) : null

/** Never told: what proves who calls. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization'])

/** Whom the event `realtime.call.incoming` of a call goes to, and what follows when nobody accepts. */
export function tellingOwner(
  { request }: Arrived,
  config: OwnerConfig,
  { url, signingSecret }: { readonly url: string; readonly signingSecret: string },
  { callIds, userAgent, extra, shown }: Telling,
): Owner {
  const { acceptWithinMs: patienceMs, slowMs, webhook } = config
  const headers = request.headers.filter(({ name }) => !credentials.has(headerKey(name)))
  return {
    callIds,
    signingSecret,
    patienceMs,
    slowMs,
    nobody: refusal(
      480,
      `nobody accepted or rejected the call within ${patienceMs / 1000} s`,
      'Have the server of the webhook accept the call that the event names.',
    ),
    event: ({ eventId, callId, atS }) => ({
      url,
      headers: [],
      openHeaders: userAgent === null ? [] : [{ name: 'User-Agent', value: userAgent }],
      body: JSON.stringify({
        object: 'event',
        id: eventId,
        type: 'realtime.call.incoming',
        created_at: atS,
        data: {
          call_id: callId,
          sip_headers: headers.map((field) => ({ name: field.name, value: shown(field) })),
          ...extra,
        },
      }),
      timeoutMs: webhook?.timeoutMs ?? 10_000,
      slowMs: Infinity,
      check: null,
    }),
  }
}
