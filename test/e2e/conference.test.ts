import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { hearAlong, hertz } from './page-ears.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { Windows, ready } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

const microphone = (page: Page) => page.getByRole('region', { name: 'Microphone' })
const joined = (page: Page) => page.getByRole('region', { name: 'Joined calls' })
const choose = async (page: Page, name: RegExp | string) => {
  await page.getByRole('button', { name: 'Other calls' }).click()
  await page.getByRole('menuitem', { name }).click()
}

describe.skipIf(!findPeer('chromium'))('two calls in a window', () => {
  const windows = new Windows({ microphone: true })

  async function open(): Promise<Page> {
    const { link } = await windows.shell()
    const context = await windows.context({ permissions: ['microphone'] })
    await hearAlong(context)
    const page = await context.newPage()
    await page.goto(link)
    await ready(page)
    return page
  }

  async function dial(page: Page, user: string, port: number, source: string): Promise<void> {
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:${user}@127.0.0.1:${port}`)
    await page.getByLabel('Send', { exact: true }).selectOption({ label: `Send: ${source}` })
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page
      .getByRole('heading', { name: new RegExp(`${user}@127`) })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Hold', exact: true }).waitFor()
  }

  it('are joined with the microphone in them; when one party hangs up, it goes on with the other', async () => {
    const [first, second] = [
      await keep(startAgent(['--answer', 'silence', '--codecs', 'PCMU'])),
      await keep(startAgent(['--answer', 'tone:1000', '--codecs', 'PCMA'])),
    ]
    const page = await open()
    await dial(page, 'bob', second.port, 'silence')
    await dial(page, 'anna', first.port, 'microphone')
    await microphone(page).getByText('You are heard by').waitFor()
    await choose(page, `Join with bob@127.0.0.1:${second.port}`)
    await joined(page).getByRole('button', { name: /bob@/ }).waitFor()
    await pageFits(page)
    // Who is in the other call is heard in the page.
    await expect.poll(async () => Math.abs((await hertz(page)) - 1000) < 20, { timeout: 8000 }).toBe(true)
    await first.stop('SIGTERM')
    await page.getByText(/you go on in the call with bob@/).waitFor()
    await joined(page).waitFor({ state: 'detached' })
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option', { name: /bob@/ }).click()
    await microphone(page).getByText('You are heard by').waitFor()
    await expect.poll(async () => Math.abs((await hertz(page)) - 1000) < 20, { timeout: 8000 }).toBe(true)
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended by us').waitFor()
    await expect.poll(() => microphone(page).count()).toBe(0)
  })

  it('are switched between, joined out of hold, and left as they were', async () => {
    const [first, second] = [await keep(startAgent([])), await keep(startAgent([]))]
    const page = await open()
    await dial(page, 'bob', second.port, 'tone 440 Hz')
    await dial(page, 'anna', first.port, 'tone 440 Hz')
    await choose(page, /^Switch to bob@/)
    await page
      .getByRole('heading', { name: /bob@127/ })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Hold', exact: true }).waitFor()
    await choose(page, /^Join with anna@/)
    await joined(page).getByRole('button', { name: /anna@/ }).click()
    await page
      .getByRole('heading', { name: /anna@127/ })
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Hold', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await expect.poll(() => joined(page).count()).toBe(0)
    await page.getByRole('button', { name: 'Hang up' }).click()
    await page.getByText('ended by us').waitFor()
  })
})
