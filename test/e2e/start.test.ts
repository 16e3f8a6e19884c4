import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { Running, freePort, root, startAgent } from '../harness/process.ts'
import { ask, follow, send } from '../harness/raw-window.ts'
import { WindowClient } from '../harness/window-client.ts'
import { Windows, enginePid, ready, verdict } from '../harness/window.ts'

const start = join(root, 'electron/shell/start.ts')
const keep = keepRunning()

const alive = (pid: number) => existsSync(`/proc/${pid}`)
async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await fits()); waited += 50) {
    if (waited > 15_000) throw new Error(`not within 15 s: ${fits.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
/** The arguments of every process, as everyone on this machine can read them. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return []
      }
    })
}
/** The folder of the window that is being opened, and where its browser can be asked, once that runs. */
async function openedWindow(): Promise<{ folder: string; devTools: string }> {
  let [folder, port]: [string | undefined, string] = [undefined, '']
  await until(() => {
    folder = commandLines().flatMap((line) => /--app=file:\/\/(\S+)\/open\.html/.exec(line)?.[1] ?? [])[0]
    const file = join(folder ?? '', 'browser/DevToolsActivePort')
    // It is there before it is written.
    if (folder !== undefined && existsSync(file)) port = readFileSync(file, 'utf8').split('\n')[0]!
    return port !== ''
  })
  return { folder: folder!, devTools: `http://127.0.0.1:${port}` }
}
const windowFolders = (pid: number | undefined) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`ringback-window-${pid}-`))

describe.skipIf(!findPeer('chromium'))('npm start', () => {
  const windows = new Windows()

  /** A folder with a `chromium` that is the real one without a screen, or one that fails. */
  function browser(works: boolean): string {
    const folder = windows.folder()
    const file = join(folder, 'chromium')
    writeFileSync(
      file,
      works
        ? `#!/bin/sh\nexec ${findPeer('chromium')} --headless=new --no-sandbox --disable-background-networking ` +
            '--remote-debugging-port=0 "$@"\n'
        : '#!/bin/sh\nexit 1\n',
    )
    chmodSync(file, 0o755)
    return folder
  }
  const opening = () =>
    new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], {
      env: { DISPLAY: ':99', PATH: browser(true) },
    })

  it('opens a window where display and browser are; its link is used up and stood in no process list', async () => {
    const shell = opening()
    const [, port] = await shell.until(/Ringback is open in a window \(http:\/\/127\.0\.0\.1:(\d+)\)/)
    expect(shell.stdout).toMatch(/Electron is not installed .* the window opens in a browser/)
    const { folder, devTools } = await openedWindow()
    expect(commandLines().filter((line) => /token=|claim=/.test(line))).toEqual([])
    const link = /"(http:[^"]+)"/.exec(readFileSync(join(folder, 'open.html'), 'utf8'))![1]!
    const remote = await chromium.connectOverCDP(devTools)
    const [page] = remote.contexts()[0]!.pages()
    await ready(page!)
    expect(page!.url()).toBe(`http://127.0.0.1:${port}/`)
    await page!.reload()
    await ready(page!)
    await remote.close()
    expect(shell.stdout).not.toMatch(/token=/)
    expect((await ask(Number(port), new URL(link).search.replace('?', '/?'))).status).toBe(401)
    expect((await ask(Number(port), '/')).status).toBe(401)
    const ended = await shell.stop('SIGTERM')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/Ending calls and registrations/)
    expect(windowFolders(shell.child.pid)).toEqual([])
  })

  it('prints a link where the browser does not run, and where there is no display', async () => {
    const failing = new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], {
      env: { DISPLAY: ':99', PATH: browser(false) },
    })
    const [link] = await failing.until(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)
    expect((await follow(link)).claim).toMatch(/./)
    await failing.stop('SIGTERM')
    const blind = new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], {
      env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, SSH_CONNECTION: 'a b', USER: 'me' },
    })
    await blind.until(/ssh -L (\d+):127\.0\.0\.1:\1 me@/)
    await blind.stop('SIGTERM')
  })

  it('says what is wrong with its arguments, and that a chosen port is taken', async () => {
    const wrong = await new Running(process.execPath, [start, '--port', 'many']).finished
    expect([wrong.code, wrong.stderr]).toEqual([2, '--port many: a number from 0 to 65535 is needed\n'])
    expect((await new Running(process.execPath, [start, '--colour']).finished).code).toBe(2)
    const { port } = await windows.shell()
    const second = await new Running(process.execPath, [
      start,
      '--no-open',
      '--port',
      String(port),
      '--profile',
      join(windows.folder(), 'p'),
    ]).finished
    expect([second.code, second.stderr]).toEqual([
      3,
      `port ${port} of 127.0.0.1 is in use: choose another with --port\n`,
    ])
  })

  it('says that another one runs with the same data folder, and takes a port of its own', async () => {
    const first = await windows.shell()
    const second = await windows.shell({ profile: first.profile })
    expect(second.stdout).toMatch(
      new RegExp(`Another Ringback runs with the same data folder, at http://127\\.0\\.0\\.1:${first.port}:`),
    )
    expect(second.port).not.toBe(first.port)
    await first.stop('SIGTERM')
    await second.stop('SIGTERM')
    expect((await windows.shell({ profile: first.profile })).stdout).not.toMatch(/Another Ringback/)
  })

  it.each([
    ['the shell', 'SIGKILL'],
    ['the shell', 'SIGHUP'],
    ['everything at once, as a closed terminal does', 'SIGHUP'],
    ['everything at once', 'SIGTERM'],
  ] as const)('ends calls with BYE, the window and the port when %s gets %s', async (what, signal) => {
    const peer = await keep(startAgent(['--answer', 'tone']))
    const shell = opening()
    const [, text] = await shell.until(/Ringback is open in a window \(http:\/\/127\.0\.0\.1:(\d+)\)/)
    const port = Number(text)
    const { folder, devTools } = await openedWindow()
    const host = enginePid(shell)
    const remote = await chromium.connectOverCDP(devTools)
    const page = remote.contexts()[0]!.pages()[0]!
    await ready(page)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${peer.port}`)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await verdict(page)
      .getByText('answered')
      .or(verdict(page).getByText('one-way audio'))
      .or(verdict(page).getByText('two-way audio', { exact: true }))
      .first()
      .waitFor()
    const all = [shell.child.pid!, host]
    for (const pid of what === 'the shell' ? all.slice(0, 1) : all) process.kill(pid, signal)
    await peer.until(/"endedBy":"peer"/)
    await until(() => !alive(host) && !commandLines().some((line) => line.includes(folder)) && !existsSync(folder))
    await expect(ask(port, '/')).rejects.toThrow(/ECONNREFUSED/)
    await shell.finished
    // No port is taken by a dead one.
    await windows.shell({ port })
  })

  it('ends when npm is killed, whatever way', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const port = await freePort()
      const npm = new Running('npm', [
        'start',
        '--',
        '--no-open',
        '--port',
        String(port),
        '--profile',
        join(windows.folder(), 'p'),
      ])
      await npm.until(/token=/)
      npm.child.kill(signal)
      await until(async () => (await ask(port, '/').catch(() => null)) === null)
      await until(() => !commandLines().some((line) => line.includes(`--port ${port}`)))
      await npm.finished
    }
  })

  it('begins again after a fault nothing caught: one line without secrets says so, its calls get BYE', async () => {
    const peer = await keep(startAgent(['--answer', 'tone']))
    const fault =
      "process.on('SIGUSR2', () => { throw Object.assign(new Error('broken by " +
      "sip:me:hunter2@example.org \\u001b[31m'), {}) })"
    const shell = await windows.shell({
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` },
    })
    const { cookie, claim } = await follow(shell.link)
    const entry = { cookie, claim, key: null }
    const window = await WindowClient.open(shell.port, entry)
    expect(entry.key).not.toBeNull()
    await window.execute('call.place', { uri: `sip:x@127.0.0.1:${peer.port}` })
    await window.until(() =>
      window.changes.find((change) => change.kind === 'call' && change.call.state === 'answered'),
    )
    process.kill(enginePid(shell), 'SIGUSR2')
    await peer.until(/"endedBy":"peer"/)
    await shell.until(/The engine ended with code 70; it is started again/)
    const said = shell.stderr.split('\n').filter((line) => line.includes('unexpected fault'))
    expect(said).toEqual([
      expect.stringMatching(
        new RegExp(
          String.raw`^unexpected fault: broken by sip:me:x+@example\.org ␛\[31m at .*; ` +
            'calls are ended and the engine is started again$',
        ),
      ),
    ])
    await until(async () => (await ask(shell.port, '/', { cookie }).catch(() => null))?.status === 200)
  })

  it('is not ended by requests that no page of ours makes, however often', async () => {
    const shell = await windows.shell()
    for (let n = 0; n < 20; n++)
      for (const target of ['//[', '//', 'http://[', '/%', '*'])
        expect(
          await send(
            shell.port,
            `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${shell.port}\r\nConnection: close\r\n\r\n`,
          ),
        ).toMatch(/^HTTP\/1\.1 4/)
    expect(shell.stdout + shell.stderr).not.toMatch(/started again|fault/)
  })

  it('signs every window out when that is asked for in the terminal, and prints a new link', async () => {
    const profile = join(windows.folder(), 'p')
    const shell = new Running(
      'script',
      ['-qfec', `${process.execPath} ${start} --no-open --port 0 --profile ${profile}`, '/dev/null'],
      { input: true },
    )
    const [link] = await shell.until(/http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/)
    const page = await windows.open(link)
    shell.child.stdin!.write('revoke\n')
    await page.getByText('This window is locked').waitFor()
    windows.forgive(/status of 401/)
    shell.child.stdin!.write('\n')
    const [, again] = await shell.until(/no earlier link works[\s\S]*(http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+)/)
    await page.goto(again!)
    await ready(page)
    shell.child.stdin!.write('\u0003')
    await shell.finished
  })
})
