import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { invites, pcapOf } from '../harness/capture-files.ts'
import { captures } from '../harness/fixtures.ts'
import { findPeer } from '../harness/install-peers.ts'
import { makeCapture } from '../harness/tour.ts'
import { Windows, ready, screenButton, testCall, verdict } from '../harness/window.ts'

const ladder = (page: Page) => page.getByRole('region', { name: 'Ladder' })
const message = (page: Page) => page.getByRole('region', { name: 'Message' })
const list = (page: Page) => page.getByRole('listbox', { name: 'Live and past calls' })

async function openCapture(page: Page, name: string, buffer: Buffer): Promise<void> {
  await screenButton(page, 'Files').click()
  await page
    .getByLabel('Capture', { exact: true })
    .last()
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
}

async function saved(page: Page, menu: string, item: string): Promise<Buffer> {
  await page.getByRole('button', { name: menu }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item, exact: true }).click(),
  ])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe.skipIf(!findPeer('chromium'))('the page of a call', () => {
  const windows = new Windows()

  it.each([
    [900, 600],
    [1280, 800],
    [760, 600],
  ])('shows at least eight rows of the ladder at %s by %s, charts open or not', async (width, height) => {
    const page = await windows.open((await windows.shell()).link, { viewport: { width, height } })
    await testCall(page)
    const seen = () =>
      ladder(page)
        .getByRole('listbox')
        .evaluate((rows) => Math.floor(rows.clientHeight / 26))
    expect(await seen()).toBeGreaterThanOrEqual(8)
    await page.keyboard.press('g')
    await page.getByRole('group', { name: 'Figures and charts' }).waitFor()
    expect(await seen()).toBeGreaterThanOrEqual(8)
    await pageFits(page)
  })

  it('has an address for what is looked at: a reload and a second window show the same', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await ladder(page)
      .getByRole('option', { name: /BYE.*sent/ })
      .click()
    await message(page).getByRole('heading', { name: /BYE/ }).waitFor()
    await page.waitForURL(/#\/calls\/[^/]+\/message\/\d+$/)
    await page.reload()
    await message(page).getByRole('heading', { name: /BYE/ }).waitFor()
    const second = await page.context().newPage()
    await second.goto(page.url())
    await message(second).getByRole('heading', { name: /BYE/ }).waitFor()
    await screenButton(page, 'Settings').click()
    await page.goBack()
    await message(page).getByRole('heading', { name: /BYE/ }).waitFor()
  })

  it('filters the ladder with the count of what is left, and gives it as text, SVG and PNG', async () => {
    const page = await windows.open((await windows.shell()).link, {
      acceptDownloads: true,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await testCall(page)
    const filter = page.getByRole('searchbox', { name: 'Filter messages' })
    await filter.fill('BYE sip:')
    await ladder(page)
      .getByText(/^1 of \d+ messages$/)
      .waitFor()
    await filter.fill('nothing has this')
    await ladder(page).getByText('No message has').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await ladder(page)
      .getByText(/^\d+ messages$/)
      .waitFor()
    expect((await saved(page, 'Copy the ladder', 'Save as PNG')).toString('latin1')).toMatch(/^.PNG/s)
    expect((await saved(page, 'Copy the ladder', 'Save as SVG')).toString()).toMatch(/^<svg [^]*INVITE[^]*<\/svg>\n$/)
    await page.getByRole('button', { name: 'Copy the ladder' }).click()
    await page.getByRole('menuitem', { name: 'Copy as text' }).click()
    await page.getByText('The ladder is copied as text.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^this computer \(/)
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('menuitem', { name: 'Copy ticket' }).click()
    await page.getByText('The ticket is copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\*\*Two-way audio/)
  })

  it('does and opens everything by a few letters, by keyboard only', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Do or open' }).waitFor()
    await pageFits(page)
    await page.keyboard.type('go to settings')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('agent@')
    await page
      .getByRole('dialog')
      .getByRole('option', { name: /agent@/ })
      .first()
      .waitFor()
    await page.keyboard.press('Enter')
    await verdict(page).waitFor()
  })

  it('has the focus in what a key opens before the next key comes', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    const focusedBy = (key: string, ctrlKey = false) =>
      page.evaluate(
        ([pressed, ctrl]) => {
          ;(document.activeElement as HTMLElement | null)?.blur()
          document.dispatchEvent(new KeyboardEvent('keydown', { key: pressed as string, ctrlKey: ctrl as boolean }))
          return document.activeElement?.getAttribute('aria-label')
        },
        [key, ctrlKey],
      )
    expect(await focusedBy('/')).toBe('Filter calls')
    expect(await focusedBy('n')).toBe('Note')
    expect(await focusedBy('k', true)).toBe('Do or open')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 760, height: 600 })
    await page.getByRole('button', { name: 'All calls' }).waitFor()
    expect(await focusedBy('/')).toBe('Filter calls')
  })

  it('puts two calls side by side and says where they differ', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await page.getByRole('button', { name: 'Compare …' }).click()
    await page.getByRole('dialog').getByRole('option').first().click()
    const compared = page.getByRole('region', { name: 'Two calls compared' })
    await compared.getByText(/\d+ of \d+ facts differ/).waitFor()
    await page.waitForURL(/#\/calls\/[^/]+\/with\/[^/]+$/)
    await pageFits(page)
    await page.getByRole('button', { name: 'Close the comparison' }).click()
    await ladder(page).waitFor()
  })

  it('draws its charts whole after a change of the theme, and keeps its panes over one of the window', async () => {
    const page = await windows.open((await windows.shell()).link, { colorScheme: 'light' })
    await testCall(page)
    await page.keyboard.press('g')
    const chart = page.getByRole('img', { name: /^Jitter/ }).locator('canvas')
    await chart.waitFor()
    const drawn = () => chart.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
    const before = await drawn()
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(async () => (await drawn()) === before).toBe(false)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(drawn).toBe(before)
    const separators = page.getByRole('separator')
    const sizes = () => separators.evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuenow')))
    await page.getByRole('separator', { name: 'Width of the message' }).focus()
    await page.keyboard.press('ArrowLeft')
    const chosen = await sizes()
    await page.setViewportSize({ width: 1920, height: 1080 })
    await page.setViewportSize({ width: 1280, height: 800 })
    await list(page).getByRole('option').nth(1).click()
    await list(page).getByRole('option').nth(0).click()
    await separators.first().waitFor()
    expect(await sizes()).toEqual(chosen)
  })

  it('opens a call at the evidence of its fault, live, past and captured alike', async () => {
    const file = await makeCapture(windows.folder())
    const page = await windows.open((await windows.shell()).link)
    await openCapture(page, 'one-way.pcap', readFileSync(file))
    await verdict(page).getByText('Cause').waitFor()
    const evidence = verdict(page)
      .getByRole('button', { name: /^(message|stream)/ })
      .first()
    const [, kind, n] = /^(message|stream)s? (\d+)/.exec((await evidence.textContent())!)!
    if (kind === 'message')
      await message(page)
        .getByRole('heading', { name: new RegExp(`^${n} `) })
        .waitFor()
    else await page.getByRole('heading', { name: `stream ${n}` }).waitFor()
    await page.keyboard.press('g')
    await page.getByRole('img', { name: /^Jitter/ }).waitFor()
    await page.getByRole('button', { name: 'Share' }).click()
    for (const item of ['Save pcap', 'Save HTML report', 'Save JSON', 'Copy ticket'])
      await page.getByRole('menuitem', { name: item, exact: true }).waitFor()
  })
})

describe.skipIf(!findPeer('chromium'))('the list of calls', () => {
  const windows = new Windows()

  it('has the calls of a capture too, groups legs, and filters by fields that are chips', async () => {
    const page = await windows.open((await windows.shell()).link)
    await testCall(page)
    await list(page)
      .getByRole('option', { name: /the other leg/ })
      .waitFor()
    await openCapture(page, 'three.pcap', pcapOf(invites(3)))
    await list(page)
      .getByRole('option', { name: /three\.pcap.*3 calls/ })
      .waitFor()
    const filter = page.getByRole('searchbox', { name: 'Filter calls' })
    await filter.fill('dir:seen')
    await page.getByText('3 calls', { exact: true }).first().waitFor()
    await filter.fill('dir:in verdict:two-way')
    await page.getByText('1 call', { exact: true }).waitFor()
    await page.getByRole('button', { name: /^verdict:two-way/ }).click()
    expect(await filter.inputValue()).toBe('dir:in')
    await filter.fill('agent@')
    await list(page).locator('mark').first().waitFor()
    await page.getByLabel('Sort calls by').selectOption('length')
    await pageFits(page)
  })

  it('has legs with Call-IDs of their own under one another, and each page leads to the other leg', async () => {
    const page = await windows.open((await windows.shell()).link)
    const calls = invites(2).map((call, i) => (i === 1 ? { ...call, extra: 'X-CID: call-0\n' } : call))
    await openCapture(page, 'legs.pcap', pcapOf(calls))
    await list(page)
      .getByRole('option', { name: /the other leg/ })
      .waitFor()
    const legs = page.getByRole('region', { name: 'Other legs' })
    await legs.getByText(/certain: .*X-CID of call 2/).waitFor()
    await legs.getByRole('button', { name: 'call 2' }).click()
    await legs.getByText(/its X-CID is the Call-ID of call 1/).waitFor()
    await legs.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('region', { name: 'Two calls compared' }).waitFor()
  })

  it('is a drawer where there is no room beside the call, and opens for the filter', async () => {
    const page = await windows.open((await windows.shell()).link, { viewport: { width: 760, height: 600 } })
    await testCall(page)
    expect(await list(page).isVisible()).toBe(false)
    await page.getByRole('button', { name: 'All calls' }).click()
    await list(page).getByRole('option').first().click()
    expect(await list(page).isVisible()).toBe(false)
    await page.keyboard.press('/')
    await page.getByRole('searchbox', { name: 'Filter calls' }).waitFor()
    await pageFits(page)
  })

  it.skipIf(captures() === null)(
    'has what of a capture is no call: a refused registration, with its ladder',
    async () => {
      const page = await windows.open((await windows.shell()).link)
      await openCapture(page, 'auth.pcapng', readFileSync(join(captures()!, 'sip-auth-failure.pcapng')))
      await verdict(page).getByText('refused', { exact: true }).waitFor()
      await verdict(page).getByText('Cause').waitFor()
      await ladder(page).getByRole('option', { name: /403/ }).click()
      await message(page).getByRole('heading', { name: /403/ }).waitFor()
      await pageFits(page)
      await page.reload()
      await ready(page)
      await message(page).getByRole('heading', { name: /403/ }).waitFor()
    },
  )

  it('opens a capture that is dropped on any screen', async () => {
    const page = await windows.open((await windows.shell()).link)
    await screenButton(page, 'Trunks').click()
    const bytes = [...pcapOf(invites(1))]
    await page.evaluate((content) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(content)], 'dropped.pcap'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, bytes)
    await verdict(page).waitFor()
    await list(page)
      .getByRole('option', { name: /dropped\.pcap/ })
      .waitFor()
  })
})
