import { describe, expect, it } from 'vitest'
import type { Page } from 'playwright'
import { meanSquare, toDbfs } from '../../electron/engine/quality/level.ts'
import { startBaresip, type Baresip } from '../harness/baresip.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { hearAlong, hertz } from './page-ears.ts'
import { heardIn } from '../harness/tone-files.ts'
import { Windows, byHand, ready } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

const frameMs = 20
const rateHz = 8000

/** Each sound between silences in what baresip wrote: how long it is, and how loud. */
async function soundsIn(baresip: Baresip): Promise<{ readonly ms: number; readonly dbfs: number }[]> {
  await baresip.stop('SIGTERM')
  const samples = heardIn(baresip.recordings()[0]!)
  const length = (frameMs * rateHz) / 1000
  const sounds: { end: number; ms: number; dbfs: number }[] = []
  for (let n = 0; (n + 1) * length <= samples.length; n++) {
    const dbfs = toDbfs(meanSquare(samples.subarray(n * length, (n + 1) * length)))
    if (dbfs < -40) continue
    const last = sounds.at(-1)
    if (last?.end === n - 1) Object.assign(last, { end: n, ms: last.ms + frameMs, dbfs: Math.max(last.dbfs, dbfs) })
    else sounds.push({ end: n, ms: frameMs, dbfs })
  }
  return sounds
}

/** The fake microphone of Chromium beeps, again and again. */
function expectBeeps(sounds: readonly { readonly ms: number; readonly dbfs: number }[]): void {
  const beeps = sounds.filter(({ ms, dbfs }) => ms <= 160 && dbfs > -30)
  expect(beeps.length).toBeGreaterThanOrEqual(3)
}

const microphone = (page: Page) => page.getByRole('region', { name: 'Microphone' })

describe.skipIf(!findPeer('chromium') || !findPeer('baresip'))('a person at a window and baresip', () => {
  const windows = new Windows({ microphone: true })

  async function open(): Promise<Page> {
    const shell = await windows.shell()
    const context = await windows.context({ permissions: ['microphone'] })
    await hearAlong(context)
    const page = await context.newPage()
    await page.goto(shell.link)
    await ready(page)
    return page
  }

  /** Both hear one another for a while, and the call ends. */
  async function talk(page: Page): Promise<void> {
    await microphone(page).getByText('You are heard by').waitFor()
    await expect.poll(async () => Math.abs((await hertz(page)) - 440) < 20, { timeout: 10_000 }).toBe(true)
    // Beeps of the microphone need their time.
    await page.waitForTimeout(3000)
    await page.getByRole('button', { name: 'Hang up' }).click()
    await expect.poll(() => microphone(page).count()).toBe(0)
  }

  it('hear one another where the person calls: its beeps are in the recording, the sine in the page', async () => {
    const baresip = await keep(startBaresip())
    const page = await open()
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:bare@127.0.0.1:${baresip.port}`)
    await page.getByLabel('Send', { exact: true }).selectOption({ label: 'Send: microphone' })
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await talk(page)
    expectBeeps(await soundsIn(baresip))
  })

  it('hear one another where baresip calls and the person answers by hand', async () => {
    const page = await open()
    const port = await byHand(page)
    const baresip = await keep(startBaresip({ command: `d sip:desk@127.0.0.1:${port}` }))
    await page.getByText('Incoming call from').waitFor()
    await page.getByLabel('Answer with').selectOption({ label: 'Send: microphone' })
    await page.getByRole('button', { name: /^Answer/ }).click()
    await talk(page)
    expectBeeps(await soundsIn(baresip))
  })
})
