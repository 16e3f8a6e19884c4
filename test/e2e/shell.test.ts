import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startKamailio } from '../harness/kamailio.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { freePort, startAgent } from '../harness/process.ts'
import { Windows, enginePid, ready, screenButton, testCall, verdict } from '../harness/window.ts'

const keep = keepRunning()
const mayMount = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0
if (!mayMount) process.stderr.write('SKIPPED: a read-only file system: this machine does not let the tests mount one\n')

function status(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

/** The status that a WebSocket is refused with; 101 when it opens. */
function upgrade(port: number, headers: Record<string, string>, path = '/engine'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve(101)
    })
    socket.on('unexpected-response', (_request, response) => {
      response.destroy()
      resolve(response.statusCode!)
    })
    socket.on('error', () => {})
  })
}

describe.skipIf(!findPeer('chromium'))('the browser shell', () => {
  const windows = new Windows()

  it('lets in who has the token, once; no other, no foreign Host or Origin, on the WebSocket neither', async () => {
    const { port, link } = await windows.shell()
    const host = `127.0.0.1:${port}`
    const { pathname, search } = new URL(link)
    expect((await status(port, '/')).status).toBe(401)
    expect((await status(port, '/?token=wrong')).status).toBe(401)
    expect((await status(port, '/assets/anything.js')).status).toBe(401)
    expect((await status(port, '/', { host: `evil.example:${port}` })).status).toBe(403)
    expect((await status(port, `${pathname}${search}`, { host: 'evil.example' })).status).toBe(403)
    expect((await status(port, '/', { origin: 'http://evil.example' })).status).toBe(403)
    expect((await status(port, '/', {}, 'POST')).status).toBe(405)
    expect(await upgrade(port, { origin: `http://${host}` })).toBe(401)
    const exchanged = await status(port, `${pathname}${search}`)
    expect(exchanged.status).toBe(303)
    expect(exchanged.headers['location']).toMatch(/^\/#claim=[\w-]{32}$/)
    const [setCookie] = exchanged.headers['set-cookie'] as string[]
    // For this port, and for as long as the browser runs.
    expect(setCookie).toMatch(new RegExp(`^ringback-${port}=[\\w.-]+; Path=/; HttpOnly; SameSite=Strict$`))
    const cookie = setCookie!.split(';')[0]!
    // Once: a second exchange without the cookie is refused.
    expect((await status(port, `${pathname}${search}`)).status).toBe(401)
    const page = await status(port, '/', { cookie })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/)
    expect(page.body).not.toMatch(/token/)
    expect((await status(port, '/..%2f..%2fpackage.json', { cookie })).status).toBe(400)
    expect((await status(port, '/package.json', { cookie })).status).toBe(404)
    expect((await status(port, '/', { cookie: `${cookie.slice(0, -2)}xx` })).status).toBe(401)
    expect(await upgrade(port, { cookie, origin: `http://${host}` })).toBe(101)
    expect(await upgrade(port, { cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await upgrade(port, { cookie, origin: `http://${host}`, host: 'evil.example' })).toBe(403)
    expect(await upgrade(port, { cookie })).toBe(403)
    expect(await upgrade(port, { cookie, origin: `http://${host}` }, '/other')).toBe(404)
  })

  it('listens on loopback only', async () => {
    const { port } = await windows.shell()
    const sockets = execFileSync('cat', ['/proc/net/tcp', '/proc/net/tcp6'], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[1] ?? '')
    const hex = port.toString(16).toUpperCase().padStart(4, '0')
    expect(sockets.filter((address) => address.endsWith(`:${hex}`))).toEqual([`0100007F:${hex}`])
  })

  it('two windows show the same calls, and each its own selection', async () => {
    const shell = await windows.shell()
    const first = await windows.open(shell.link)
    const second = await first.context().newPage()
    await second.goto(`http://127.0.0.1:${shell.port}/`)
    await ready(second)
    await first.getByRole('button', { name: 'Place a test call' }).last().click()
    const rows = second.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option')
    await rows.nth(1).waitFor()
    expect(await second.getByText('The built-in agent is running').count()).toBe(1)
    await rows.filter({ hasText: 'agent@127.0.0.1' }).click()
    await verdict(second).getByText('two-way audio', { exact: true }).waitFor()
    await second.getByRole('button', { name: 'Hang up' }).click()
    await first.getByText('ended by us').waitFor()
  })

  it('a window finds back to a shell that was killed and started again, and loses no call that had ended', async () => {
    const port = await freePort()
    const shell = await windows.shell({ port })
    const page = await windows.open(shell.link)
    await testCall(page)
    shell.child.kill('SIGKILL')
    await page.getByText('The engine does not answer').waitFor()
    await windows.shell({ port, profile: shell.profile })
    await ready(page)
    await page.getByText('2 calls').waitFor()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
    expect(await page.getByText('The engine does not answer').count()).toBe(0)
  })

  it('an engine that dies in a call is started again: that is said, the call is kept as far as it came', async () => {
    const shell = await windows.shell()
    const page = await windows.open(shell.link)
    await page.getByRole('button', { name: 'Place a test call' }).last().click()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
    // The report of a call under way is written within a second of what happened in it.
    await page.waitForTimeout(1200)
    process.kill(enginePid(shell), 'SIGKILL')
    await page.getByText('The engine was ended by SIGKILL and was started again.').waitFor()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByText('interrupted').first().waitFor()
    await page.getByRole('option', { name: /200 OK INVITE/ }).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
  })

  it('a window that is closed in a call asks; closed all the same, the call gets its BYE', async () => {
    const peer = await keep(startAgent(['--answer', 'tone']))
    const shell = await windows.shell()
    const page = await windows.open(shell.link)
    await page.getByRole('combobox', { name: 'SIP URI' }).fill(`sip:x@127.0.0.1:${peer.port}`)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await verdict(page)
      .getByText('answered')
      .or(verdict(page).getByText('two-way audio', { exact: true }))
      .first()
      .waitFor()
    let asked = false
    page.on('dialog', (dialog) => {
      asked = dialog.type() === 'beforeunload'
      void dialog.accept()
    })
    await page.close({ runBeforeUnload: true })
    await peer.until(/"endedBy":"peer"/, 25_000)
    expect(asked).toBe(true)
  })

  it.skipIf(!findPeer('kamailio'))(
    'a trunk is checked against Kamailio: a wrong password is named, the right one registers',
    async () => {
      const kamailio = await keep(startKamailio())
      const page = await windows.open((await windows.shell()).link)
      await screenButton(page, 'Trunks').click()
      const form = page.getByRole('form', { name: 'Trunk settings' })
      await form.getByLabel('Name', { exact: true }).fill('kamailio')
      await form.getByLabel('Address').fill(`sip:127.0.0.1:${kamailio.udp}`)
      await form.getByRole('button', { name: `Use 127.0.0.1:${kamailio.udp}` }).click()
      await form.getByLabel('User name').fill('alice')
      await form.getByLabel('Password').fill('falsch')
      await form.getByRole('button', { name: 'Add trunk' }).click()
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByText(/but it refuses to register alice/).waitFor({ timeout: 20_000 })
      const steps = page.getByRole('group', { name: 'Check' }).getByRole('listitem')
      expect((await steps.allTextContents()).join('\n')).toMatch(
        /OPTIONS sent over udp[\s\S]*OPTIONS is answered: 200[\s\S]*REGISTER/,
      )
      expect(await page.getByText('falsch').count()).toBe(0)
      await form.getByLabel('Password').fill('geheim')
      await form.getByRole('button', { name: 'Save' }).click()
      await page.getByText('One is stored, encrypted').waitFor()
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByText(/it accepts alice and the password/).waitFor({ timeout: 20_000 })
      await page.getByRole('button', { name: 'Register', exact: true }).click()
      await page
        .getByText(/registered since/)
        .first()
        .waitFor()
      await page.getByRole('contentinfo').getByText('kamailio registered').waitFor()
      await page.getByRole('button', { name: 'Un-register' }).click()
      await page.getByText('not registered').first().waitFor()
    },
  )

  it('a folder of a newer version or without the right to write, a full disk: said, and calls go on', async () => {
    const newer = join(windows.folder(), 'newer')
    mkdirSync(newer)
    const db = new DatabaseSync(join(newer, 'ringback.sqlite'))
    db.exec('PRAGMA user_version = 99')
    db.close()
    const page = await windows.open((await windows.shell({ profile: newer })).link)
    await page.getByText(/Nothing is kept: .* was written by a newer Ringback/).waitFor()
    await page.getByRole('button', { name: 'Place a test call' }).last().click()
    await verdict(page).getByText('two-way audio', { exact: true }).waitFor()
    await page.context().close()

    const file = join(windows.folder(), 'file')
    writeFileSync(file, '')
    chmodSync(file, 0o400)
    const second = await windows.open((await windows.shell({ profile: join(file, 'profile') })).link)
    await second.getByText(/Nothing is kept: cannot use the profile folder/).waitFor()
    await second.context().close()

    // A disk in a mount namespace of its own that is full after a while; without the right to mount, files that may not
    // grow.
    const small = windows.folder()
    const full = mayMount
      ? [
          'unshare',
          '-m',
          'sh',
          '-c',
          'mount -t tmpfs -o size=600k tmpfs "$0" && { (sleep 3; cat /dev/zero > "$0/fill" 2>&-) & } && exec "$@"',
          small,
        ]
      : ['sh', '-c', 'ulimit -f 100; exec "$@"', small]
    const third = await windows.open((await windows.shell({ profile: small, under: full })).link)
    await third.waitForTimeout(3500)
    await third.getByRole('button', { name: 'Place a test call' }).last().click()
    await verdict(third).getByText('two-way audio', { exact: true }).waitFor()
    await third.getByText(/the history cannot be written/).waitFor()
    await ready(third)
  })

  it.skipIf(!mayMount)('a read-only file system is said in the window', async () => {
    const fixed = windows.folder()
    const page = await windows.open(
      (
        await windows.shell({
          profile: fixed,
          under: ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"', fixed],
        })
      ).link,
    )
    await page.getByText(/Nothing is kept: cannot use the profile folder/).waitFor()
  })
})
