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

/** When beeps begin in what baresip wrote, in ms, and how loud they are. */
async function beepsIn(baresip: Baresip): Promise<{ readonly atMs: number; readonly dbfs: number }[]> {
  await baresip.stop('SIGTERM')
  const samples = heardIn(baresip.recordings()[0]!)
  const length = (frameMs * rateHz) / 1000
  const beeps: { atMs: number; endMs: number; dbfs: number }[] = []
  for (let n = 0; (n + 1) * length <= samples.length; n++) {
    const dbfs = toDbfs(meanSquare(samples.subarray(n * length, (n + 1) * length)))
    if (dbfs < -40) continue
    const last = beeps.at(-1)
    if (last && n * frameMs - last.endMs <= 100)
      Object.assign(last, { endMs: n * frameMs, dbfs: Math.max(last.dbfs, dbfs) })
    else beeps.push({ atMs: n * frameMs, endMs: n * frameMs, dbfs })
  }
  return beeps
}

/** The fake microphone of Chromium beeps at even times: half a second, or a whole one, from beep to beep. */
function expectMicrophone(beeps: readonly { readonly atMs: number; readonly dbfs: number }[]): void {
  expect(beeps.length).toBeGreaterThanOrEqual(3)
  expect(Math.max(...beeps.map(({ dbfs }) => dbfs))).toBeGreaterThan(-30)
  const gaps = beeps.slice(1).map(({ atMs }, i) => atMs - beeps[i]!.atMs)
  // On a busy machine some come late.
  expect(gaps.filter((ms) => Math.abs(ms - 500 * Math.round(ms / 500)) < 80).length).toBeGreaterThanOrEqual(2)
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
    expectMicrophone(await beepsIn(baresip))
  })

  it('hear one another where baresip calls and the person answers by hand', async () => {
    const page = await open()
    const port = await byHand(page)
    const baresip = await keep(startBaresip({ command: `d sip:desk@127.0.0.1:${port}` }))
    await page.getByText('Incoming call from').waitFor()
    await page.getByLabel('Answer with').selectOption({ label: 'Send: microphone' })
    await page.getByRole('button', { name: /^Answer/ }).click()
    await talk(page)
    expectMicrophone(await beepsIn(baresip))
  })
})
