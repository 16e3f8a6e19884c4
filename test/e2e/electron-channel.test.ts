import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterEach, describe, expect, it } from 'vitest'
import { Boundary } from '../../electron/engine/base/boundary.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import { pageAt, pageHeaders, readPages } from '../../electron/shell/pages.ts'
import { appOrigin, appPath } from '../../electron/shell/policy.ts'
import { openPort } from '../../electron/shell/window-port.ts'
import { Engines, over, until } from '../harness/engines.ts'
import { findPeer } from '../harness/install-peers.ts'
import { root } from '../harness/process.ts'
import { Windows, ready } from '../harness/window.ts'

/** Stands for `app://ringback`, which Chromium alone does not know; secure like it. */
const origin = 'https://ringback.test'

/**
 * What Electron's preload and main process do for a page: its files by the exact paths and with the headers that they
 * have there, `window.ringback`, and a port to the engine over which structured clones go.
 */
async function openAsElectron(page: Page, engine: Engine): Promise<void> {
  const pages = readPages(join(root, 'dist/renderer'))
  await page.route(`${origin}/**`, (route) => {
    const path = appPath(route.request().url().replace(origin, appOrigin))
    const file = pageAt(pages, path ?? '')
    if (!file) return route.fulfill({ status: 404, headers: pageHeaders })
    return route.fulfill({ body: file.bytes, headers: { ...pageHeaders, 'Content-Type': file.type } })
  })
  let port: ReturnType<typeof openPort> | null = null
  await page.exposeFunction('toEngine', (message: unknown) => port?.message(message))
  await page.addInitScript(() => {
    Reflect.set(globalThis, 'ringback', { copy: () => {} })
  })
  await page.goto(`${origin}/`)
  await page.evaluate(() => {
    const { port1, port2 } = new MessageChannel()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- no window's
    Reflect.set(globalThis, 'fromEngine', (said: unknown) => port2.postMessage(said))
    port2.onmessage = ({ data }) => Reflect.get(globalThis, 'toEngine')(data)
    window.postMessage('ringback:port', location.origin, [port1])
  })
  const hello = { version: '0', profile: null, startedAt: '', notices: [] }
  port = openPort(engine, hello, new Boundary(() => {}), (message) => {
    void page.evaluate((said) => Reflect.get(globalThis, 'fromEngine')(said), message).catch(() => {})
  })
  page.on('close', () => port?.close())
  await ready(page)
}

describe.skipIf(!findPeer('chromium'))("the window over Electron's channel", () => {
  const windows = new Windows({ microphone: true })
  const engines = new Engines()
  afterEach(() => engines.close())

  it('talks by its microphone: SIP goes through the port, and nothing listens for it', async () => {
    const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'echo' } }, codecs: ['PCMU'] })
    const engine = engines.open({ attended: true })
    const page = await (await windows.context({ permissions: ['microphone'] })).newPage()
    await openAsElectron(page, engine)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${agent.port}`)
    await page.getByLabel('Send', { exact: true }).selectOption({ label: 'Send: microphone' })
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    const microphone = page.getByRole('region', { name: 'Microphone' })
    await microphone.getByText('You are heard by').waitFor()
    await expect.poll(() => page.getByRole('meter').getAttribute('value').then(Number)).toBeGreaterThan(-40)
    await page.waitForTimeout(1500)
    const id = /#\/calls\/([^/]+)/.exec(page.url())![1]!
    await page.getByRole('button', { name: 'Hang up' }).click()
    const { streams, media } = await until(engine, id, over)
    const came = streams.find(({ destination }) => destination === media.at(-1)!.local)
    expect(came!.level!.peakDbfs).toBeGreaterThan(-30)
  })
})
