import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import buildWindow from '../harness/build-window.ts'
import install, { findPeer } from '../harness/install-peers.ts'
import { reap, root } from '../harness/process.ts'
import { mediaStates } from '../harness/media-states.ts'
import { personaStates } from '../harness/persona-states.ts'
import { states } from '../harness/states.ts'
import { makeCapture, tour } from '../harness/tour.ts'
import { launchChromium, ready, startShell, withoutNotices } from '../harness/window.ts'

// `npm run screenshots`: every screen and state, light and dark, at two sizes, into test-results/screenshots; those of
// the README into build/screenshots. `npm run screenshots -- media` takes those of a call's audio alone, `personas`
// those of the agent that plays a platform.
const out = join(root, 'test-results/screenshots')
const best = join(root, 'build/screenshots')
const wanted = process.argv.slice(2)
const inReadme = new Set(['calls-live-light', 'files-open-dark', 'proof-light', 'call-charts-dark'])
const sizes = [
  [1280, 800],
  [1920, 1080],
] as const

/** With a palette of 256 colours: a third of the size. */
function shrink(from: string, to: string): void {
  const palette = 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'
  execFileSync(findPeer('ffmpeg')!, ['-loglevel', 'error', '-y', '-i', from, '-vf', palette, to])
}

for (const folder of [out, best]) mkdirSync(folder, { recursive: true })
install()
buildWindow()
const folder = mkdtempSync(join(tmpdir(), 'ringback-screenshots-'))
const browser = await launchChromium(true)
try {
  const capture = await makeCapture(folder)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height] of sizes) {
      const name = `${colorScheme}-${width}x${height}`
      const look = async (page: Page, state: string) => {
        const path = join(out, `${state}-${name}.png`)
        await page.screenshot({ path, animations: 'disabled', fullPage: state === 'report' })
        if (width === 1280 && inReadme.has(`${state}-${colorScheme}`))
          shrink(path, join(best, `${state}-${colorScheme}.png`))
      }
      const open = async (profile: string) => {
        const shell = await startShell({ profile: join(folder, `${name}-${profile}`) })
        const context = await browser.newContext({
          viewport: { width, height },
          colorScheme,
          permissions: ['microphone'],
        })
        const page = await context.newPage()
        await page.goto(shell.link)
        await ready(page)
        await withoutNotices(page)
        return { shell, page }
      }
      const parts: Readonly<Record<string, (shown: Awaited<ReturnType<typeof open>>) => Promise<void>>> = {
        tour: async ({ page, shell }) => {
          await tour(page, capture, (state) => look(page, state))
          const locked = await browser.newPage({ viewport: { width, height }, colorScheme })
          await locked.goto(`http://127.0.0.1:${shell.port}/`)
          await look(locked, 'locked')
          await locked.close()
        },
        personas: ({ page }) => personaStates(page, (state) => look(page, state)),
        media: ({ page }) => mediaStates(page, folder, (state, shown = page) => look(shown, state)),
        states: ({ page, shell }) => states(page, shell, (state) => look(page, state)),
      }
      for (const [part, go] of Object.entries(parts)) {
        if (wanted.length > 0 && !wanted.includes(part)) continue
        const shown = await open(part)
        await go(shown)
        if (part !== 'states') await shown.shell.stop('SIGTERM')
        await shown.page.context().close()
      }
    }
} finally {
  await browser.close()
  await reap()
  rmSync(folder, { recursive: true, force: true })
}
process.stdout.write(`screenshots in ${out}\n`)
