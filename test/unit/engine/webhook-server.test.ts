import { expect, it } from 'vitest'
import { WebhookServer } from '../../../electron/engine/agent/webhook-server.ts'
import { openBoundary } from '../../harness/boundary.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'

it('a webhook of ours says of a body that it was not read whole, and accuses no signature', async () => {
  const clock = new VirtualClock()
  const http = () => Promise.reject(new Error('nobody is asked'))
  const settings = { delayMs: 0, fault: null, act: { kind: 'nothing' } } as const
  const server = new WebhookServer({ clock, http, ...openBoundary() }, null, settings, () => {})
  const body = new TextEncoder().encode('{"a":')
  const gone = new AbortController().signal
  const reply = await server.handle({ method: 'POST', target: '/', headers: [], body, cut: true, gone })
  expect(reply?.status).toBe(413)
  const { proof, answered } = server.view.requests[0]!
  expect([proof, answered?.status]).toEqual([
    { ok: false, text: 'the body has more than 5 bytes: the rest of it was not read' },
    413,
  ])
})
