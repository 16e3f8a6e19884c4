import type { Page } from 'playwright'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { Store } from '../../electron/engine/store/store.ts'
import { isoMicros } from '../../shared/base/time.ts'
import { pastCall } from '../harness/past-calls.ts'
import type { Row } from './row.ts'
import { percentile, withWindow } from './window.ts'

const pastCalls = 5000
const steps = 30

/** A history with so many calls, each with a number of its own. */
function fill(profile: string): void {
  const store = new Store(profile, systemClock)
  const now = systemClock.nowUs()
  for (let i = 0; i < pastCalls; i++) {
    store.addCall(
      pastCall(`past${i}`, {
        to: `sip:number${i}@192.0.2.1`,
        raw: `INVITE sip:x SIP/2.0\r\nX-Contact-ID: contact-${i}-end\r\n`,
        startedAt: isoMicros(now - (pastCalls - i) * 60e6),
      }),
    )
    if (i % 500 === 499) store.flush()
  }
  store.close()
}
const filled = { fill }

/** From what a person does to the frame that shows it, ms, by the page's clock. `shown`: an expression of the page. */
async function timed(page: Page, begin: () => Promise<void>, event: string, shown: string): Promise<number> {
  // It listens before anything is done: a key is faster than a script.
  await page.evaluate(`void (window.took = new Promise((resolve) => {
    let from = null
    addEventListener(${JSON.stringify(event)}, () => (from ??= performance.now()), { capture: true, once: true })
    const look = () => {
      if (from !== null && (${shown})) requestAnimationFrame(() => resolve(performance.now() - from))
      else requestAnimationFrame(look)
    }
    look()
  }))`)
  await begin()
  return page.evaluate('window.took')
}

/** A click on a past call, to its page. */
export async function openPastCall(): Promise<Row> {
  return withWindow(async ({ page }) => {
    const list = page.getByRole('listbox', { name: 'Live and past calls' })
    await list.getByText(`number${pastCalls - 1}@192.0.2.1`).waitFor()
    const times: number[] = []
    for (let i = 0; i < steps; i++) {
      const row = list.getByRole('option').nth(1 + (i % 10))
      const number = /number\d+/.exec((await row.textContent())!)![0]
      const shown = `document.querySelector('.call-which h2')?.textContent.includes(${JSON.stringify(`${number}@`)})`
      times.push(await timed(page, () => row.click(), 'pointerdown', shown))
    }
    const [middle, most] = [percentile(times, 0.5), percentile(times, 0.95)]
    return {
      what: `opening one of ${pastCalls.toLocaleString('en')} past calls`,
      measured: `median ${middle.toFixed(0)} ms, p95 ${most.toFixed(0)} ms from the click to its page`,
      mark: 'below 100 ms',
      figure: middle,
      ok: most < 100,
    }
  }, filled)
}

/** A key in the palette, to the frame that has it and what it leaves. */
export async function keyOfPalette(): Promise<Row> {
  return withWindow(async ({ page }) => {
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').first().waitFor()
    const times: number[] = []
    for (const word of ['settings', 'number12', 'call through', 'go to']) {
      await page.keyboard.press('Control+k')
      const input = page.getByRole('combobox', { name: 'Do or open' })
      await input.waitFor()
      for (let i = 1; i <= word.length; i++) {
        const shown = `document.querySelector('.palette input')?.value === ${JSON.stringify(word.slice(0, i))}`
        times.push(await timed(page, () => page.keyboard.type(word[i - 1]!), 'keydown', shown))
      }
      await page.keyboard.press('Escape')
      // By its element: a closed dialog is out of sight before it is gone, and with it whoever asks for it again.
      await page.locator('.palette').waitFor({ state: 'detached' })
    }
    const [middle, most] = [percentile(times, 0.5), percentile(times, 0.95)]
    return {
      what: `a key in the palette, ${pastCalls.toLocaleString('en')} past calls`,
      measured: `median ${middle.toFixed(0)} ms, p95 ${most.toFixed(0)} ms to the frame that shows it`,
      mark: 'below 50 ms',
      figure: middle,
      ok: most < 50,
    }
  }, filled)
}
