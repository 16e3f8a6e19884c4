import { readFileSync } from 'node:fs'
import type { Download, Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { Counted } from '../harness/counted.ts'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startAgent } from '../harness/process.ts'
import { makeCapture } from '../harness/tour.ts'
import { Windows, testCall, verdict } from '../harness/window.ts'

const keep = keepRunning('SIGKILL')

async function textOf(download: Download): Promise<string> {
  return readFileSync((await download.path())!, 'utf8')
}

/** Chooses an action of the palette by some of its letters. */
async function choose(hand: Counted, letters: string): Promise<void> {
  await hand.press('Control+k')
  await hand.page.getByRole('combobox', { name: 'Do or open' }).waitFor()
  await hand.type(letters)
  await hand.press('Enter')
}

const compared = (page: Page) => page.getByRole('region', { name: 'Two calls compared' })

describe.skipIf(!findPeer('chromium'))('a task', () => {
  const windows = new Windows()
  const open = async () => new Counted(await windows.open((await windows.shell()).link, { acceptDownloads: true }))

  it('trunk with credentials, a header and the call: by keyboard only', async () => {
    const agent = await keep(startAgent(['--user', 'alice', '--password-env', 'PW'], { PW: 'geheim' }))
    const hand = await open()
    const { page } = hand
    const form = page.getByRole('form', { name: 'Trunk settings' })
    await choose(hand, 'add a trunk')
    await hand.tabTo(form.getByLabel('Address'))
    await hand.type(`127.0.0.1:${agent.port}`)
    await hand.tabTo(form.getByLabel('User name'))
    await hand.type('alice')
    await hand.tabTo(form.getByLabel('Password'))
    await hand.type('geheim')
    await hand.tabTo(form.getByRole('button', { name: '+ X-CALL-ID' }))
    await hand.press('Enter')
    await hand.type('42')
    await hand.press('Enter')
    await page.getByRole('heading', { name: '127.0.0.1', exact: true }).waitFor()
    await choose(hand, 'call through')
    await hand.type('+1 999 123 4567')
    await hand.press('Enter')
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    await hand.press('Control+e')
    await page.getByText('ended by us').waitFor()
    expect(hand.clicks).toBe(0)
  })

  it('the cause of a one-way call: it is there when the call is, with its evidence at a key', async () => {
    const agent = await keep(startAgent(['--answer', 'silence']))
    const hand = await open()
    const { page } = hand
    await hand.press('Control+l')
    await hand.type(`sip:x@127.0.0.1:${agent.port}`)
    await hand.press('Enter')
    const before = hand.keys
    await verdict(page).getByText('one-way audio', { exact: true }).waitFor({ timeout: 10_000 })
    await verdict(page).getByText('Cause').waitFor()
    expect(hand.keys).toBe(before)
    await page.evaluate('document.activeElement.blur()')
    await hand.press(']')
    await page
      .getByRole('columnheader', { name: /^stream/ })
      .first()
      .waitFor()
    await hand.press('Control+e')
    await page.getByText('ended by us').waitFor()
    expect([hand.clicks, hand.keys - before]).toEqual([0, 2])
    await pageFits(page)
  })

  it('the proof of a cause: one click, or some letters', async () => {
    const agent = await keep(startAgent(['--listen', 'udp:127.0.0.1:0', '--encryption', 'required']))
    const hand = await open()
    const { page } = hand
    await hand.press('Control+l')
    await hand.type(`sip:x@127.0.0.1:${agent.port}`)
    await hand.press('Enter')
    await verdict(page).getByRole('button', { name: 'Prove it' }).waitFor()
    const before = hand.keys
    await choose(hand, 'prove')
    await verdict(page)
      .getByText(/^Cause proven/)
      .waitFor({ timeout: 30_000 })
    expect([hand.clicks, hand.keys - before]).toEqual([0, 7])
  })

  it('the report of a capture: two clicks once it is open, with ladder, boxes and the name of the call', async () => {
    const file = await makeCapture(windows.folder())
    const hand = await open()
    const { page } = hand
    await choose(hand, 'go to files')
    const chooser = page.waitForEvent('filechooser')
    await hand.click(page.getByRole('button', { name: 'Open capture …' }))
    await (await chooser).setFiles(file)
    await verdict(page).waitFor()
    const report = page.waitForEvent('download')
    await hand.click(page.getByRole('button', { name: 'Share' }))
    await hand.click(page.getByRole('menuitem', { name: 'Save HTML report' }))
    expect(hand.clicks).toBe(3)
    const download = await report
    expect(download.suggestedFilename()).toMatch(/^ringback-[\d-]+-agent@127\.0\.0\.1_\d+-.*\.html$/)
    const page1 = await textOf(download)
    expect(page1).toContain('<svg class="ladder"')
    expect(page1).toMatch(/→ to callee[\s\S]*PCMU\/8000/)
    // By keyboard only.
    const again = page.waitForEvent('download')
    await choose(hand, 'save html')
    expect(await textOf(await again)).toContain('<svg class="ladder"')
    const shown = await windows.context()
    const document = await shown.newPage()
    await document.setContent(page1)
    expect(await document.locator('svg.ladder a').count()).toBeGreaterThan(3)
  })

  it('two calls side by side: two clicks, or letters only', async () => {
    const hand = await open()
    const { page } = hand
    await testCall(page)
    await hand.click(page.getByRole('button', { name: 'Compare …' }))
    await hand.click(page.getByRole('dialog').getByRole('option').first())
    await compared(page)
      .getByText(/facts differ/)
      .waitFor()
    expect([hand.clicks, hand.keys]).toEqual([2, 0])
    await page.getByRole('button', { name: 'Close the comparison' }).click()
    await choose(hand, 'compare with')
    await page.getByRole('combobox', { name: 'Call to compare with' }).waitFor()
    await page.getByRole('dialog').getByRole('option').first().waitFor()
    await hand.press('Enter')
    await compared(page)
      .getByText(/facts differ/)
      .waitFor()
    expect(hand.clicks).toBe(2)
  })
})
