import type { BrowserContextOptions, Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { pageFits } from '../harness/axe.ts'
import { captureStartUs } from '../harness/capture-files.ts'
import { findPeer } from '../harness/install-peers.ts'
import { request } from '../harness/messages.ts'
import { openFile } from '../harness/states.ts'
import { Windows, testCall, verdict } from '../harness/window.ts'

const ladder = (page: Page) => page.getByRole('region', { name: 'Ladder' })
const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'

/** A capture of messages: when (ms), from which host to which, and the text. */
function capture(messages: readonly (readonly [ms: number, from: string, to: string, text: string])[]): Buffer {
  const encoder = new PcapEncoder()
  return Buffer.concat([
    pcapHeader(),
    ...messages.map(([ms, from, to, text]) => {
      const bytes = Buffer.from(text)
      return encoder.sip({
        at: captureStartUs + ms * 1000,
        transport: 'udp',
        source: { host: from, port: 5060 },
        destination: { host: to, port: 5060 },
        direction: 'observed',
        bytes,
        message: parseSip(bytes),
      })
    }),
  ])
}

const host = (n: number) => `192.0.2.${n + 1}`

describe.skipIf(!findPeer('chromium'))('a window', () => {
  const windows = new Windows()
  const open = async (options: BrowserContextOptions = {}) => windows.open((await windows.shell()).link, options)

  it('draws a call of twelve parties with a title for each, none over another', async () => {
    const page = await open()
    const text = request({ callId: 'twelve' })
    const buffer = capture(Array.from({ length: 11 }, (_, n) => [n * 10, host(n), host(n + 1), text] as const))
    await openFile(page, { name: 'twelve.pcap', buffer })
    await ladder(page).getByText('called party').waitFor()
    const boxes = await ladder(page)
      .locator('.ladder-columns > span')
      .evaluateAll((titles) =>
        titles.map((title) => title.getBoundingClientRect()).map(({ left, right }) => [left, right]),
      )
    expect(boxes).toHaveLength(12)
    for (const [i, [left]] of boxes.entries()) if (i > 0) expect(left).toBeGreaterThanOrEqual(boxes[i - 1]![1]! - 1)
    await pageFits(page)
  })

  it('shows 3,003 messages, and goes to the last of them by one key', async () => {
    const page = await open()
    const messages = Array.from({ length: 3003 }, (_, n) => {
      const method = n === 0 ? 'INVITE' : 'INFO'
      const text = request({ method, callId: 'many', cseq: n + 1, branch: `z9hG4bK${n}` })
      return [n * 20, host(0), host(1), text] as const
    })
    await openFile(page, { name: 'many.pcap', buffer: capture(messages) })
    await ladder(page).getByText('3003 messages').waitFor()
    expect(await ladder(page).getByRole('option').count()).toBeLessThan(100)
    await ladder(page).getByRole('listbox').focus()
    await page.keyboard.press('End')
    await page
      .getByRole('region', { name: 'Message' })
      .getByRole('heading', { name: /^3003 INFO/ })
      .waitFor()
    await ladder(page)
      .getByRole('option', { name: /^3003 / })
      .waitFor()
  })

  it('shows names in Arabic and emoji of seven code points as they are, and the marks between them', async () => {
    const page = await open()
    const from = (name: string) => `From: "${name}" <sip:peer@192.0.2.99>;tag=peer`
    const named = (callId: string, name: string) => request({ callId }).replace(/^From: .*$/m, from(name))
    const buffer = capture([
      [0, host(0), host(1), named('arabic', '\u200fمساعد\u200e صوتي')],
      [10, host(0), host(1), named('emoji', `Ring ${family}`)],
    ])
    await openFile(page, { name: 'names.pcap', buffer })
    const message = page.getByRole('region', { name: 'Message' })
    await message.getByText('‹U+200F›مساعد‹U+200E› صوتي').first().waitFor()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').nth(2).click()
    await message.getByText(`Ring ${family}`).first().waitFor()
    await pageFits(page)
  })

  it('at 200 % is all there: nothing lies outside, the list opens, a call is placed', async () => {
    const page = await open({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 })
    await pageFits(page)
    await testCall(page)
    await pageFits(page)
    await page.getByRole('button', { name: 'All calls' }).click()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').first().waitFor()
    await pageFits(page)
    for (const name of ['Trunks', 'Agent', 'Files', 'Settings']) {
      await page.getByRole('navigation').getByRole('button', { name }).click()
      await pageFits(page)
    }
  })

  it.each([
    ['at 200 %', { width: 640, height: 400 }],
    ['720 px wide', { width: 720, height: 900 }],
  ])('%s has every control where it can be seen, also while the field says what is wrong', async (_name, viewport) => {
    const page = await open({ viewport })
    await page.getByRole('combobox', { name: 'SIP URI' }).fill('sip@example.org')
    await page.getByText('no identifier').waitFor()
    await page.getByRole('button', { name: /^Options/ }).click()
    for (const name of ['Calls', 'Trunks', 'Agent', 'Settings']) {
      await page.getByRole('navigation').getByRole('button', { name }).click()
      const beyond = await page
        .locator(':is(button, input, select, textarea):visible')
        .evaluateAll((all) =>
          all
            .filter((one) => one.getBoundingClientRect().right > innerWidth)
            .map((one) => one.getAttribute('aria-label') ?? one.textContent),
        )
      expect(beyond, name).toEqual([])
      expect(await page.evaluate(() => document.scrollingElement!.scrollTop), name).toBe(0)
    }
  })

  it('with colours of the system only still draws its bars and lanes, and marks what is chosen', async () => {
    const page = await open({ forcedColors: 'active' })
    await testCall(page)
    const drawn = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => [
          getComputedStyle(element).backgroundColor,
          getComputedStyle(document.body).backgroundColor,
        ])
    const [lane, ground] = await drawn('.time-lane i')
    expect(lane).not.toBe(ground)
    const outline = await ladder(page)
      .getByRole('option', { selected: true })
      .evaluate((element) => getComputedStyle(element).outlineStyle)
    expect(outline).toBe('solid')
    await pageFits(page)
  })

  it('moves nothing for who wants no motion', async () => {
    const page = await open({ reducedMotion: 'reduce' })
    await testCall(page)
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element)
          return animationName !== 'none' || Number.parseFloat(transitionDuration) > 0
        }).length,
    )
    expect(moving).toBe(0)
  })

  it('without its fonts cuts nothing off', async () => {
    const page = await open({ bypassCSP: true })
    await page.addStyleTag({ content: ':root { --mono: serif } * { font-family: serif !important }' })
    await testCall(page)
    await pageFits(page)
    const cut = await page
      .locator('button:visible')
      .evaluateAll((buttons) =>
        buttons.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent),
      )
    expect(cut).toEqual([])
  })

  it('tells a screen reader what changes, and where in a list it is', async () => {
    const page = await open()
    await testCall(page)
    await verdict(page).getByRole('status').first().waitFor()
    expect(await page.getByRole('region', { name: 'What happened' }).getAttribute('aria-live')).toBe('polite')
    for (const list of ['Live and past calls', /messages and streams between/]) {
      const box = page.getByRole('listbox', { name: list })
      const active = await box.getAttribute('aria-activedescendant')
      expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true')
    }
    await page.getByRole('main').waitFor()
    await page.getByRole('navigation', { name: 'Screens' }).waitFor()
    await page.getByRole('contentinfo').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill('s p')
    const fault = page.getByRole('alert').filter({ hasText: /URI/ })
    await fault.waitFor()
    expect(await page.getByRole('combobox', { name: 'SIP URI' }).getAttribute('aria-invalid')).toBe('true')
  })
})
