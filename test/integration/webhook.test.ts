import { createServer, type AddressInfo } from 'node:net'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { askWebhook } from '../../electron/engine/agent/webhook.ts'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { systemHttp } from '../../electron/engine/base/system-http.ts'
import { freePort } from '../harness/process.ts'
import { initiation, sendJson, webhookServer, type WebhookServer } from '../harness/webhook-server.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function serving(answer: (response: ServerResponse) => void, secure = false): Promise<WebhookServer> {
  const server = await webhookServer(answer, { secure })
  open.push(server)
  return server
}

const ask = (url: string, signal = new AbortController().signal, timeoutMs = 3000) =>
  askWebhook(
    { clock: systemClock, http: systemHttp },
    {
      url,
      headers: [{ name: 'X-Secret', value: 'open sesame' }],
      body: '{"caller_id":"+1"}',
      timeoutMs,
      slowMs: 1000,
      check: () => [],
    },
    signal,
  )

describe('a webhook', () => {
  it('is asked once, with its body and its headers', async () => {
    const server = await serving((response) => sendJson(response, initiation()))
    expect(await ask(server.url)).toMatchObject({ answer: { status: 200, cut: false }, faults: [] })
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      body: '{"caller_id":"+1"}',
      headers: { 'content-type': 'application/json', 'x-secret': 'open sesame' },
    })
  })

  it.each<[string, string, RegExp, (response: ServerResponse) => void]>([
    [
      'that redirects',
      'redirect',
      /302, a redirection to https:\/\/a\.example\/b/,
      (response) => {
        response.writeHead(302, { Location: 'https://a.example/b' }).end()
      },
    ],
    ['that refuses', 'status', /answered 401 instead of 200/, (response) => void response.writeHead(401).end('{}')],
    ['that has failed', 'status', /answered 500/, (response) => void response.writeHead(500).end('<html>')],
    ['with a page', 'html', /a page: <!doctype html>/, (response) => void response.end('<!doctype html>')],
    ['without a body', 'empty', /answered 204 without a body/, (response) => void response.writeHead(204).end()],
    ['with no JSON', 'not-json', /no JSON, line 2: a colon is due/, (response) => void response.end('{\n"a" 1}')],
    ['with the beginning of JSON', 'not-json', /end of the file/, (response) => void response.end('{"a":')],
    [
      'with 10 MB',
      'too-large',
      /more than 1048576 bytes/,
      (response) => {
        response.end(JSON.stringify({ a: 'x'.repeat(10 * 1024 * 1024) }))
      },
    ],
    [
      'without an end',
      'too-large',
      /more than 1048576 bytes/,
      (response) => {
        const more = () => void response.write('x'.repeat(65_536), (error) => error || more())
        more()
      },
    ],
    ['that closes the connection', 'dropped', /before the answer was complete/, (response) => response.destroy()],
    [
      'that closes it in the middle',
      'dropped',
      /before the answer was complete/,
      (response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('{', () => response.destroy())
      },
    ],
  ])('%s is explained', async (_what, code, text, answer) => {
    const { url } = await serving(answer)
    const answered = await ask(url)
    expect(answered!.faults).toEqual([{ code, text: expect.stringMatching(text) }])
    expect(answered!.answer?.body.length ?? 0).toBeLessThanOrEqual(1024 * 1024)
  })

  it('whose certificate nobody has signed is not told anything', async () => {
    const server = await serving((response) => sendJson(response, initiation()), true)
    expect((await ask(server.url))!.faults).toEqual([
      { code: 'certificate', text: expect.stringMatching(/its certificate is not accepted: self-signed/) },
    ])
    expect(server.asked).toEqual([])
  })

  it('that answers nothing is waited for no longer than was set', async () => {
    const { url } = await serving(() => {})
    const { faults, answer } = (await ask(url, undefined, 100))!
    expect([answer, faults]).toEqual([null, [{ code: 'timeout', text: expect.stringContaining('within 0.1 s') }]])
  })

  it('that is not there, or speaks something else, is told apart', async () => {
    expect((await ask(`http://127.0.0.1:${await freePort()}/`))!.faults).toEqual([
      { code: 'unreachable', text: expect.stringContaining('connection refused') },
    ])
    const other = createServer((socket) => void socket.resume().end('SSH-2.0-x\r\n')).listen(0, '127.0.0.1')
    open.push({ close: () => new Promise((resolve) => other.close(resolve)) })
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    expect((await ask(`http://127.0.0.1:${port}/`))!.faults).toEqual([
      { code: 'dropped', text: expect.stringContaining('no answer of HTTP') },
    ])
    expect((await ask(`https://127.0.0.1:${port}/`))!.faults[0]!.code).toBe('unreachable')
  })

  it('is given up with the call', async () => {
    const server = await serving(() => {})
    const over = new AbortController()
    const asking = ask(server.url, over.signal)
    await expect.poll(() => server.asked.length).toBe(1)
    over.abort()
    expect(await asking).toBeNull()
  })
})
