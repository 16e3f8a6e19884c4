import { fork, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { debugNamespaces, profileFolder } from '../engine/base/environment.ts'
import { whenOrphaned } from '../engine/base/parent.ts'
import type { FromHost, ToHost } from './host-messages.ts'
import { findBrowser, openWindow, type OpenWindow } from './open-window.ts'
import { restartDelayMs } from './policy.ts'

// `npm start`: the Electron window where it can be, otherwise the same window in a browser.

const usualPort = 7420
/** For the browser to show what it was started for. */
const browserMs = 30_000
/** A link for a person is longer good than one that a browser opens by itself. */
const printedLifeMs = 600_000
const openedLifeMs = 60_000
const keys = 'Enter prints a link for another one, "revoke" signs all windows out, Ctrl+C ends'
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
    options: {
      'no-open': { type: 'boolean', default: false },
      'port': { type: 'string' },
      'profile': { type: 'string' },
      'verbose': { type: 'boolean', default: false },
      'help': { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(
      'npm start -- [--no-open] [--port N] [--profile DIR] [--verbose]\n' +
        '  --no-open  print the link instead of opening a window\n' +
        '  --port     of the browser window on 127.0.0.1 (7420)\n  --profile  where settings and history live\n',
    )
    process.exit(0)
  }
  const port = values.port === undefined ? usualPort : Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port}: a number from 0 to 65535 is needed`)
  return {
    port,
    exact: values.port !== undefined && port !== 0,
    profile: profileFolder(values.profile),
    open: !values['no-open'],
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

const say = (text: string) => void process.stdout.write(`${text}\n`)

/**
 * Runs the engine and its page in a child, and restarts it when it dies; ends with Ctrl+C, and when who began it is
 * gone.
 */
function browserShell(options: Options, version: string): void {
  let { port, exact } = options
  let child: ChildProcess
  let ending = false
  let window: OpenWindow | null = null
  let opened = false
  /** What to do with the next link: open it, or print it. */
  let show: (link: string) => void = say
  const deaths: number[] = []
  const tell = (message: ToHost) => void (child.connected && child.send(message))
  const ask = (lifeMs: number, then: (link: string) => void) => {
    show = then
    tell({ type: 'link', lifeMs })
  }
  const shown = () => window?.pid !== undefined && tell({ type: 'window', pid: window.pid, folder: window.folder })

  const open = () => {
    const browser = options.open && hasDisplay() ? findBrowser() : null
    if (browser) return ask(openedLifeMs, (link) => openIn(browser, link))
    ask(printedLifeMs, (link) => {
      say(
        'Ringback runs. Open this link in a browser on this machine (it works once, within ten minutes; ' +
          `${keys}):\n\n  ${link}\n`,
      )
      if (process.env['SSH_CONNECTION'])
        say(
          `Over ssh, first forward the port from your own machine: ssh -L ${port}:127.0.0.1:${port} ` +
            `${process.env['USER'] ?? 'user'}@this-host`,
        )
    })
  }
  const openIn = (browser: string, link: string) => {
    say(`Ringback is open in a window (http://127.0.0.1:${port}). ${keys.replace('Enter', 'Enter here')}.`)
    const failed = () => {
      clearTimeout(blind)
      say(`${browser} could not show the window. Open this link in a browser on this machine instead:`)
      ask(printedLifeMs, say)
    }
    const blind = setTimeout(failed, browserMs)
    seen = () => clearTimeout(blind)
    window = openWindow(browser, link)
    shown()
    void window.gone.then((code) => {
      clearTimeout(blind)
      window = null
      if (!ending && code !== 0) failed()
    })
  }
  let seen = () => {}
  const end = () => {
    if (ending) return
    ending = true
    say('\nEnding calls and registrations.')
    if (child.connected) child.disconnect()
    else finish(0)
  }
  const finish = (code: number) => void (window?.close() ?? Promise.resolve()).then(() => process.exit(code))

  const begin = (notices: readonly string[]) => {
    const host = fork(
      join(import.meta.dirname, 'browser-host.ts'),
      [
        '--port',
        String(port),
        ...(exact ? ['--exact'] : []),
        '--profile',
        options.profile,
        '--version',
        version,
        '--debug',
        options.debug,
        ...notices.flatMap((text) => ['--notice', text]),
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    child = host
    host.on('error', (error) => process.stderr.write(`The engine cannot be reached: ${error.message}\n`))
    host.on('message', (message: FromHost) => {
      switch (message.type) {
        case 'failed':
          process.stderr.write(`${message.text}\n`)
          ending = true
          return
        case 'link':
          return show(message.link)
        case 'window':
          return seen()
        case 'ready':
          port = message.port
          exact = true
          for (const text of message.notices) say(text)
          shown()
          if (!opened) open()
          opened = true
      }
    })
    host.once('exit', (code, signal) => {
      if (ending) return finish(code ?? 0)
      deaths.push(performance.now())
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
      const again = [
        `The engine ${how} and was started again. Calls that were under way then are lost; the history is as it was.`,
      ]
      const delayMs = restartDelayMs(deaths)
      say(
        delayMs === 0
          ? `The engine ${how}; it is started again.`
          : `The engine ${how}, again and again: it is started again in ${delayMs / 1000} s. Start with --verbose ` +
              'to see why.',
      )
      setTimeout(() => ending || begin(again), delayMs)
    })
  }
  begin([])
  if (process.stdin.isTTY) {
    process.stdin.on('error', () => {})
    createInterface({ input: process.stdin }).on('line', (line) => {
      if (line.trim() !== 'revoke') return ask(printedLifeMs, say)
      tell({ type: 'revoke' })
      say('All windows are signed out, and no earlier link works. Enter prints a new one.')
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  whenOrphaned(end)
}

function electronShell(binary: string, options: Options): void {
  const window = spawn(binary, [join(root, 'dist/electron/main.mjs'), `--profile=${options.profile}`], {
    stdio: 'inherit',
  })
  window.once('error', (error) => {
    process.stderr.write(`Electron does not start: ${error.message}\n`)
    process.exitCode = 3
  })
  window.once('exit', (code) => process.exit(code ?? 0))
  const end = () => void window.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  whenOrphaned(end)
}

// A terminal that is gone is no fault.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
try {
  const options = readOptions()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const electron = options.open && hasDisplay() ? electronBinary() : null
  if (electron) electronShell(electron, options)
  else {
    if (options.open && hasDisplay())
      say('Electron is not installed (npx install-electron --no fetches it): the window opens in a browser.')
    browserShell(options, version)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
