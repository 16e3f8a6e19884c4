import type { WebhookPlay } from '../../../shared/model/webhook-plays.ts'
import type { HttpReply } from '../base/http-serve.ts'

const manyBytes = 10 * 1024 * 1024
const json = { 'Content-Type': 'application/json' }
const html = { 'Content-Type': 'text/html' }

/** What goes out for an answer, null being none, with what is done wrong on purpose; null: the connection is closed. */
export function played(fault: WebhookPlay | null, answer: unknown): HttpReply | null {
  const text = answer === null ? '' : JSON.stringify(answer)
  switch (fault) {
    case null:
      return { status: 200, headers: text === '' ? {} : json, body: text }
    case 'status':
      return { status: 500, headers: json, body: '{"error":"wrong on purpose"}' }
    case 'html':
      return { status: 200, headers: html, body: '<!doctype html><title>Log in</title><p>wrong on purpose' }
    case 'redirect':
      return { status: 302, headers: { Location: '/elsewhere' }, body: '' }
    case 'too-large':
      return { status: 200, headers: json, body: JSON.stringify({ filler: 'x'.repeat(manyBytes) }) }
    case 'not-json':
      return { status: 200, headers: json, body: `${text || '{"a": 1}'},` }
    case 'empty':
      return { status: 200, headers: {}, body: '' }
    case 'timeout':
    case 'dropped':
      return null
  }
}
