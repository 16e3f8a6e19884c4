import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import buildWindow from '../harness/build-window.ts'
import install from '../harness/install-peers.ts'
import { reap, root } from '../harness/process.ts'
import { makeCapture, tour } from '../harness/tour.ts'
import { launchChromium, ready, startShell } from '../harness/window.ts'

// `npm run screenshots`: every screen, light and dark, at two sizes, into test-results/screenshots; those of the README
// into build/screenshots.
const out = join(root, 'test-results/screenshots')
const best = join(root, 'build/screenshots')
const inReadme = new Set(['calls-live-light', 'files-open-dark', 'calls-dial-light', 'trunks-one-dark'])
for (const folder of [out, best]) mkdirSync(folder, { recursive: true })
install()
buildWindow()
const folder = mkdtempSync(join(tmpdir(), 'ringback-screenshots-'))
const browser = await launchChromium()
try {
  const capture = await makeCapture(folder)
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 800],
      [1920, 1080],
    ] as const) {
      const shell = await startShell({ profile: join(folder, `${colorScheme}-${width}`) })
      const page = await browser.newPage({ viewport: { width, height }, colorScheme })
      await page.goto(shell.link)
      await ready(page)
      await tour(page, capture, async (name) => {
        const picture = await page.screenshot({
          path: join(out, `${name}-${colorScheme}-${width}x${height}.png`),
          animations: 'disabled',
        })
        if (width === 1280 && inReadme.has(`${name}-${colorScheme}`))
          writeFileSync(join(best, `${name}-${colorScheme}.png`), picture)
      })
      await page.close()
      await shell.stop('SIGTERM')
    }
  }
} finally {
  await browser.close()
  await reap()
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`screenshots in ${out}\n`)
