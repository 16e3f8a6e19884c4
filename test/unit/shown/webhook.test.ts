import { expect, it } from 'vitest'
import { webhookCame } from '../../../shared/shown/webhook.ts'
import type { WebhookFaultCode } from '../../../shared/model/webhook-faults.ts'

it.each<[WebhookFaultCode, string]>([
  ['unreachable', 'could not be asked: given up after 3 ms'],
  ['certificate', 'was told nothing, its certificate is not accepted: given up after 3 ms'],
  ['dropped', 'closed the connection after 3 ms'],
  ['timeout', 'gave no answer within 3 ms'],
])('a webhook without an answer is told of by what came instead: %s', (code, says) => {
  expect(webhookCame({ tookMs: 3, response: null, faults: [{ code, text: 'it could not.' }] })).toBe(says)
})

it('a webhook that answered is told of by status, size and time, and one that has not by that', () => {
  const response = { status: 500, headers: [], body: '', bytes: 7 }
  expect(webhookCame({ tookMs: 12, response, faults: [] })).toBe('answered 500 with 7 bytes after 12 ms')
  expect(webhookCame({ tookMs: null, response: null, faults: [] })).toBe('has not answered')
})
