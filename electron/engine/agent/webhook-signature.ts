import { createHmac, timingSafeEqual } from 'node:crypto'
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

/** An event is older, or from further ahead, than this: it may have been sent again by somebody else. */
const toleranceS = 300

/** Why the signature of an event proves nothing, a clause; null where it is right (Standard Webhooks). */
export function signatureFault(
  secret: string,
  headers: readonly HttpField[],
  body: Uint8Array,
  nowS: number,
): string | null {
  const of = (name: string) => headers.find((field) => field.name.toLowerCase() === name)?.value
  const [id, timestamp, given] = [of('webhook-id'), of('webhook-timestamp'), of('webhook-signature')]
  if (id === undefined || timestamp === undefined || given === undefined)
    return 'it is not signed: webhook-id, webhook-timestamp and webhook-signature belong together'
  if (!/^\d{1,12}$/.test(timestamp)) return 'webhook-timestamp is no time'
  const right = Buffer.from(signatureOf(secret, id, timestamp, body))
  const isRight = (bytes: Buffer) => bytes.length === right.length && timingSafeEqual(bytes, right)
  if (!given.split(' ').some((text) => isRight(Buffer.from(text))))
    return 'the signature is not that of the secret and of this body'
  const age = nowS - Number(timestamp)
  return Math.abs(age) > toleranceS ? `the timestamp is ${Math.abs(age)} s ${age > 0 ? 'old' : 'ahead'}` : null
}
