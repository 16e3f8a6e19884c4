import { fork, spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { debugNamespaces, profileFolder } from '../engine/base/environment.ts'

// `npm start`: the Electron window where it can be, otherwise the same window in a browser.

const usualPort = 7420
const mostRestarts = 5
const restartsWithinMs = 60_000
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const root = join(import.meta.dirname, '../..')

interface Options {
  readonly port: number
  readonly exact: boolean
  readonly profile: string
  readonly open: boolean
  readonly debug: string
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: { 'no-open': { type: 'boolean', default: false }, 'port': { type: 'string' }, 'profile': { type: 'string' }, 'verbose': { type: 'boolean', default: false }, 'help': { type: 'boolean', default: false } },
  })
  if (values.help) {
    process.stdout.write('npm start -- [--no-open] [--port N] [--profile DIR] [--verbose]\n  --no-open  print the link instead of opening a window\n  --port     of the browser window on 127.0.0.1 (7420)\n  --profile  where settings and history live\n')
    process.exit(0)
  }
  const port = values.port === undefined ? usualPort : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port ${values.port}: a number from 0 to 65535 is needed`)
  return {
    port, exact: values.port !== undefined && port !== 0, profile: profileFolder(values.profile), open: !values['no-open'],
    debug: debugNamespaces(values.verbose),
  }
}

/** Electron's program; null where its binary was not installed. Importing the package would try to download it. */
function electronBinary(): string | null {
  const folder = join(root, 'node_modules/electron')
  try {
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
    return existsSync(path) ? path : null
  } catch {
    return null
  }
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

function findBrowser(): string | null {
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
 * Opens the link as an application window with a browser profile of its own, removed afterwards. `failed` hears when the browser does not run.
 * Returns the function that closes it.
 */
function openWindow(browser: string, link: string, failed: () => void): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-window-'))
  const window = spawn(browser, [`--app=${link}`, `--user-data-dir=${folder}`, '--no-first-run', '--no-default-browser-check'], { stdio: 'ignore' })
  let closing = false
  const gone = new Promise<void>((resolve) => {
    window.once('error', () => resolve())
    window.once('exit', () => resolve())
  }).then(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    if (!closing && window.exitCode !== 0) failed()
  })
  return () => {
    closing = true
    window.kill()
    return gone
  }
}

const say = (text: string) => void process.stdout.write(`${text}\n`)

/** Runs the engine and its page in a child, and begins it anew when it dies; ends with Ctrl+C. */
function browserShell(options: Options, version: string): void {
  let { port, exact } = options
  let child: ChildProcess
  let ending = false
  let opened = false
  let closeWindow: () => Promise<void> = async () => {}
  const deaths: number[] = []
  const begin = (notices: readonly string[]) => {
    child = fork(join(import.meta.dirname, 'browser-host.ts'), ['--port', String(port), ...(exact ? ['--exact'] : []), '--profile', options.profile, '--version', version, '--debug', options.debug, ...notices.flatMap((text) => ['--notice', text])], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.on('message', (message: { type: string; port?: number; link?: string; text?: string; notices?: string[] }) => {
      if (message.type === 'failed') {
        process.stderr.write(`${message.text}\n`)
        ending = true
      } else if (message.type === 'link') say(message.link!)
      else {
        port = message.port!
        exact = true
        for (const text of message.notices ?? []) say(text)
        if (!opened) show(message.link!)
        opened = true
      }
    })
    child.once('exit', (code, signal) => {
      if (ending) return void closeWindow().then(() => process.exit(code ?? 0))
      const now = performance.now()
      deaths.push(now)
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
      if (deaths.filter((at) => now - at < restartsWithinMs).length > mostRestarts) {
        process.stderr.write(`The engine ${how}, again and again: giving up. Start with --verbose to see why.\n`)
        process.exit(3)
      }
      say(`The engine ${how}; it is started again.`)
      begin([`The engine ${how} and was started again. Calls that were under way then are lost; the history is as it was.`])
    })
  }
  const show = (link: string) => {
    const browser = options.open && hasDisplay() ? findBrowser() : null
    if (browser) {
      say(`Ringback is open in a window (http://127.0.0.1:${port}). Enter prints a link for another one, Ctrl+C ends.`)
      closeWindow = openWindow(browser, link, () => {
        say(`${browser} could not show the window. Open this link in a browser on this machine instead:`)
        child.send('link')
      })
      return
    }
    say(`Ringback runs. Open this link in a browser on this machine (it works once; Enter prints another, Ctrl+C ends):\n\n  ${link}\n`)
    if (process.env['SSH_CONNECTION']) say(`Over ssh, first forward the port from your own machine: ssh -L ${port}:127.0.0.1:${port} ${process.env['USER'] ?? 'user'}@this-host`)
  }
  begin([])
  if (process.stdin.isTTY) createInterface({ input: process.stdin }).on('line', () => child.send('link'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (ending) return
      ending = true
      say('\nEnding calls and registrations.')
      child.disconnect()
    })
  }
}

function electronShell(binary: string, options: Options): void {
  const window = spawn(binary, [join(root, 'dist/electron/main.mjs'), `--profile=${options.profile}`], { stdio: 'inherit' })
  window.once('exit', (code) => process.exit(code ?? 0))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => window.kill(signal))
}

try {
  const options = readOptions()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const electron = options.open && hasDisplay() ? electronBinary() : null
  if (electron) electronShell(electron, options)
  else {
    if (options.open && hasDisplay()) say('Electron is not installed (npx install-electron --no fetches it): the window opens in a browser.')
    browserShell(options, version)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
