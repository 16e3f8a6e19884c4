import { readFileSync } from 'node:fs'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { findPeer } from '../harness/install-peers.ts'
import { makeCapture } from '../harness/tour.ts'
import { openFile } from '../harness/states.ts'
import { Windows, screenButton, testCall, verdict } from '../harness/window.ts'

const ladder = (page: Page) => page.getByRole('region', { name: 'Ladder' })
const message = (page: Page) => page.getByRole('region', { name: 'Message' })
const list = (page: Page) => page.getByRole('listbox', { name: 'Live and past calls' })

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

  it('says what each figure means, and stays as it is where something is copied', async () => {
    const page = await windows.open((await windows.shell()).link, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await testCall(page)
    await page.keyboard.press('g')
    const figures = page.getByRole('group', { name: 'Figures and charts' }).locator('tbody th')
    await figures.first().waitFor()
    const titles = await figures.evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute('title')]))
    const named = titles.map(([name]) => name)
    for (const name of ['jitter', 'late', 'delta', 'receiver report', 'MOS']) expect(named).toContain(name)
    expect(titles.filter(([, title]) => !title)).toEqual([])
    // All of them: the pane scrolls, and nothing is squeezed into it.
    const table = page.getByRole('group', { name: 'Figures and charts' }).locator('.media-streams')
    expect(await table.evaluate((one) => one.scrollHeight - one.clientHeight)).toBeLessThanOrEqual(0)
    expect(await page.getByRole('button', { name: 'Row height' }).getAttribute('title')).toBe('Row height')
    // Syntax has no colour of a direction, and a button that was pressed does not move the others.
    await message(page).getByRole('button', { name: 'Raw' }).click()
    const colours = await message(page)
      .locator('.raw .name')
      .first()
      .evaluate((name) => [getComputedStyle(name).color, getComputedStyle(document.body).color])
    expect(colours[0]).toBe(colours[1])
    const copy = message(page).getByRole('button', { name: 'Copy' })
    const width = () => copy.evaluate((button) => button.getBoundingClientRect().width)
    const before = await width()
    await copy.click()
    await message(page).getByRole('button', { name: 'Copied' }).waitFor()
    expect(
      await message(page)
        .locator('button:has(.copy)')
        .evaluate((b) => b.getBoundingClientRect().width),
    ).toBe(before)
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
    await openFile(page, { name: 'one-way.pcap', buffer: readFileSync(file) })
    await verdict(page).getByText('Cause').waitFor()
    const evidence = verdict(page)
      .getByRole('button', { name: /^(message|stream)/ })
      .first()
    const [, kind, n] = /^(message|stream)s? (\d+)/.exec((await evidence.textContent())!)!
    if (kind === 'message')
      await message(page)
        .getByRole('heading', { name: new RegExp(`^${n} `) })
        .waitFor()
    else
      await page
        .getByRole('columnheader', { name: `stream ${n}` })
        .first()
        .waitFor()
    await page.keyboard.press('g')
    await page.getByRole('img', { name: /^Jitter/ }).waitFor()
    await page.getByRole('button', { name: 'Share' }).click()
    for (const item of ['Save pcap', 'Save HTML report', 'Save JSON', 'Copy ticket'])
      await page.getByRole('menuitem', { name: item, exact: true }).waitFor()
  })
})
