import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from '../engine/base/temporary.ts'

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

export interface OpenWindow {
  readonly pid: number | undefined
  /** The browser profile of its own. */
  readonly folder: string
  /** Resolves when the browser has ended; with its exit code, null when it did not begin or was killed. */
  readonly gone: Promise<number | null>
  close(): Promise<unknown>
}

/** The program of a browser that can show an application window; null where there is none. */
export function findBrowser(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of browsers) {
      const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not there.
      }
    }
  }
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  return existsSync(mac) ? mac : null
}

/**
 * Opens the link as an application window with a browser profile of its own, removed afterwards. Everyone on this
 * machine can read the arguments of a process: they name a page that only this user can read, and that page leads to
 * the link.
 */
export function openWindow(browser: string, link: string): OpenWindow {
  const folder = temporaryFolder('window')
  const page = join(folder, 'open.html')
  writeFileSync(
    page,
    '<!doctype html><meta charset="utf-8"><title>Ringback</title><script>' +
      `location.replace(${JSON.stringify(link)})</script>\n`,
    { mode: 0o600 },
  )
  const window = spawn(
    browser,
    [
      `--app=${pathToFileURL(page).href}`,
      `--user-data-dir=${join(folder, 'browser')}`,
      '--no-first-run',
      '--no-default-browser-check',
    ],
    { stdio: 'ignore' },
  )
  const gone = new Promise<number | null>((resolve) => {
    window.once('error', () => resolve(null))
    window.once('exit', (code) => resolve(code))
  }).finally(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  return {
    pid: window.pid,
    folder,
    gone,
    close() {
      window.kill()
      return gone
    },
  }
}
