import { describe, expect, it } from 'vitest'
import { pageFits } from '../harness/axe.ts'
import { looksAs } from '../harness/fingerprint.ts'
import { findPeer } from '../harness/install-peers.ts'
import { makeCapture, tour } from '../harness/tour.ts'
import { Windows, withoutNotices } from '../harness/window.ts'

/** Screens without times, ports or figures in them. */
const steady = new Set(['calls-empty', 'calls-dial', 'trunks-empty', 'files-empty', 'settings', 'keys'])

describe.skipIf(!findPeer('chromium'))('every screen', () => {
  const windows = new Windows()

  it.each(['light', 'dark'] as const)('has no axe violation and looks as it did, %s', async (colorScheme) => {
    const capture = await makeCapture(windows.folder())
    const page = await windows.open((await windows.shell()).link, { colorScheme, reducedMotion: 'reduce' })
    await withoutNotices(page)
    await tour(page, capture, async (name) => {
      await pageFits(page)
      if (steady.has(name)) await looksAs(page, `${name} ${colorScheme}`)
    })
  })

  it('works at 900 by 600, and a theme that is chosen holds against the system', async () => {
    const capture = await makeCapture(windows.folder())
    const page = await windows.open((await windows.shell()).link, {
      viewport: { width: 900, height: 600 },
      colorScheme: 'light',
    })
    await tour(page, capture, async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    })
    await page.getByLabel('Theme').selectOption('dark')
    await page.locator('html[data-theme="dark"]').waitFor()
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(22, 24, 28)')
    await pageFits(page)
  })
})
