import { chmodSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPeer } from '../harness/install-peers.ts'
import { Running, root } from '../harness/process.ts'
import { Windows } from '../harness/window.ts'

const start = join(root, 'electron/shell/start.ts')

function status(link: string): Promise<number> {
  return new Promise((resolve, reject) => request(link, (response) => { response.resume(); resolve(response.statusCode!) }).on('error', reject).end())
}

describe.skipIf(!findPeer('chromium'))('npm start', () => {
  const windows = new Windows()

  /** A folder with a `chromium` that is the real one without a screen, or one that fails. */
  function browser(works: boolean): string {
    const folder = windows.folder()
    const file = join(folder, 'chromium')
    writeFileSync(file, works ? `#!/bin/sh\nexec ${findPeer('chromium')} --headless=new --no-sandbox --disable-background-networking --remote-debugging-port=0 "$@"\n` : '#!/bin/sh\nexit 1\n')
    chmodSync(file, 0o755)
    return folder
  }

  it('opens a window of its own where there is a display and a browser; the link is used up by it', async () => {
    const shell = new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], { env: { DISPLAY: ':99', PATH: browser(true) } })
    const [, port] = await shell.until(/Ringback is open in a window \(http:\/\/127\.0\.0\.1:(\d+)\)/)
    expect(shell.stdout).toMatch(/Electron is not installed .* the window opens in a browser/)
    expect(shell.stdout).not.toMatch(/token=/)
    expect(await status(`http://127.0.0.1:${port}/`)).toBe(401)
    const ended = await shell.stop('SIGTERM')
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/Ending calls and registrations/)
  })

  it('prints a link where the browser does not run, and where there is no display', async () => {
    const failing = new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], { env: { DISPLAY: ':99', PATH: browser(false) } })
    const [link] = await failing.until(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/)
    expect(await status(link)).toBe(303)
    await failing.stop('SIGTERM')
    const blind = new Running(process.execPath, [start, '--port', '0', '--profile', join(windows.folder(), 'p')], { env: { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, SSH_CONNECTION: 'a b', USER: 'me' } })
    await blind.until(/ssh -L (\d+):127\.0\.0\.1:\1 me@/)
    await blind.stop('SIGTERM')
  })

  it('says what is wrong with its arguments, and that a chosen port is taken', async () => {
    const wrong = await new Running(process.execPath, [start, '--port', 'many']).finished
    expect([wrong.code, wrong.stderr]).toEqual([2, '--port many: a number from 0 to 65535 is needed\n'])
    expect((await new Running(process.execPath, [start, '--colour']).finished).code).toBe(2)
    const { port } = await windows.shell()
    const second = await new Running(process.execPath, [start, '--no-open', '--port', String(port), '--profile', join(windows.folder(), 'p')]).finished
    expect([second.code, second.stderr]).toEqual([3, `port ${port} of 127.0.0.1 is in use: choose another with --port\n`])
  })
})
