import { createHmac } from 'node:crypto'
import type { HttpField } from '../../../shared/providers/personas/decision.ts'

/** The bytes of a secret as a platform shows it: `whsec_` and base64 (Standard Webhooks). */
const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/** `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64. */
export function signatureOf(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** The headers that prove whose event it is: `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
export function signatureHeaders(secret: string, id: string, atS: number, body: string): HttpField[] {
  return [
    { name: 'webhook-id', value: id },
    { name: 'webhook-timestamp', value: String(atS) },
    { name: 'webhook-signature', value: signatureOf(secret, id, String(atS), body) },
  ]
}
