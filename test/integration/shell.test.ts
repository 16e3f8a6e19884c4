import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Boundary } from '../../electron/engine/base/boundary.ts'
import { BrowserShell } from '../../electron/shell/browser.ts'
import { shellLimits, type ShellLimits } from '../../electron/shell/shell-limits.ts'
import type { Engine } from '../../electron/engine/engine.ts'
import { Engines } from '../harness/engines.ts'
import { ask, dial, enter, follow, heard, proofOf, send, sendAndReset } from '../harness/raw-window.ts'

const engines = new Engines()
const folders: string[] = []
const shells: BrowserShell[] = []
const faults: string[] = []
let engine: Engine
let windows = 0

beforeEach(() => {
  engine = engines.open({ attended: true })
  windows = 0
})
afterEach(async () => {
  for (const shell of shells.splice(0)) shell.close()
  await engines.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  expect(faults.splice(0)).toEqual([])
})

function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-shell-')))
  return folders.at(-1)!
}

const page = '<!doctype html><title>the page</title>'

async function open({
  limits = {},
  profile = null,
  port = 0,
}: { limits?: Partial<ShellLimits>; profile?: string | null; port?: number } = {}): Promise<{
  shell: BrowserShell
  port: number
  link: () => string
}> {
  const renderer = folder()
  mkdirSync(join(renderer, 'assets'))
  writeFileSync(join(renderer, 'index.html'), page)
  writeFileSync(join(renderer, 'assets/index-1.js'), 'page()')
  const host = {
    engine,
    hello: { version: '1', profile, startedAt: '', notices: [] },
    attend: () => {
      windows++
      return () => void windows--
    },
  }
  const shell = new BrowserShell(
    host,
    renderer,
    new Boundary(({ place, error }) => faults.push(`${place}: ${String(error)}`)),
    { ...shellLimits, ...limits },
  )
  shells.push(shell)
  const at = await shell.listen(port, port !== 0)
  return { shell, port: at, link: () => shell.link(60_000) }
}

/** As a phone calls a voice leg. */
const invite = (token: string) =>
  [
    `INVITE sip:${token}@voice.invalid SIP/2.0`,
    'Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1',
    'Max-Forwards: 70',
    `To: <sip:${token}@voice.invalid>`,
    'From: <sip:window@voice.invalid>;tag=1',
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    'Contact: <sip:x@x.invalid;transport=ws>',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')

/** The shell goes on answering its own page. */
async function works(port: number, cookie: string): Promise<void> {
  expect((await ask(port, '/', { cookie })).body).toBe(page)
}

describe('the server of the browser shell', () => {
  it('takes paths as text: what is none is refused, and nothing is thrown', async () => {
    const { port, link } = await open()
    const { cookie } = await follow(link())
    const targets = [
      '//[',
      '//',
      '/[',
      '///',
      '//evil.example/',
      'http://evil.example/',
      'http://[',
      '*',
      '/%',
      '/%ff',
      '/%2e%2e/%2e%2e/package.json',
      '/..%2f..%2fpackage.json',
      '/../package.json',
      '/..',
      '/./..//',
      '/\\..\\package.json',
      '/?token',
      '/?token=',
      '/?token=%',
      '/?token=__proto__',
      '/__proto__',
      '/constructor',
      '/?&&&=',
      '/#',
      '?',
      '/index.html/',
      '/assets',
      '/assets/',
      `/${'a'.repeat(8000)}`,
      `/?token=${'a'.repeat(8000)}`,
      `/${'../'.repeat(2000)}`,
    ]
    for (const target of targets) {
      for (const withCookie of ['', `Cookie: ${cookie}\r\n`]) {
        const answer = await send(
          port,
          `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${withCookie}Connection: close\r\n\r\n`,
        )
        const expected =
          withCookie === ''
            ? /^HTTP\/1\.1 (400|401|404) /
            : target.startsWith('/?') || target === '/#'
              ? /^HTTP\/1\.1 (200|303|400) /
              : /^HTTP\/1\.1 (400|404) /
        expect(answer, target.slice(0, 60)).toMatch(expected)
        if (withCookie === '') expect(answer, target).not.toMatch(/Set-Cookie|the page/)
      }
    }
    expect(await send(port, `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    )
    await works(port, cookie)
  })

  it.each([
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a rebound name', 'GET / HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n', 403],
    ['another port', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n', 403],
    ['an opaque origin', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: null\r\n\r\n', 403],
    ['another origin', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:1\r\n\r\n', 403],
    [
      'an image of another site',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n' +
        'Sec-Fetch-Dest: image\r\n\r\n',
      403,
    ],
    [
      'a fetch of another port',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n' +
        'Sec-Fetch-Dest: empty\r\n\r\n',
      403,
    ],
    [
      'a frame of another port',
      'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n' +
        'Sec-Fetch-Dest: iframe\r\n\r\n',
      403,
    ],
    [
      'a preflight',
      'OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n' +
        'Access-Control-Request-Method: GET\r\nAccess-Control-Request-Private-Network: true\r\n\r\n',
      403,
    ],
    ['OPTIONS of everything', 'OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', 405],
    [
      'a form that is posted',
      'POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://evil.example\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b',
      403,
    ],
    ['a POST of nobody', 'POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n', 405],
    ['a GET with a body', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 3\r\n\r\nabc', 413],
    ['a GET in chunks', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 413],
    ['a proxy', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n', null],
    ['no HTTP', '\u0016\u0003\u0001\u0000\u0000\r\n\r\n', 400],
    ['another protocol', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    [
      'an upgrade to another protocol',
      'GET /engine HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\n' +
        'Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      400,
    ],
    [
      'an upgrade without a key',
      'GET /engine HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\n' +
        'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      400,
    ],
  ] as const)('%s gets nothing, whatever cookie it brings', async (_name, request, status) => {
    const { port, link } = await open()
    const { cookie } = await follow(link())
    const answer = await send(
      port,
      request
        .replaceAll('PORT', String(port))
        .replace('\r\n', `\r\n${request.includes('Host') ? `Cookie: ${cookie}\r\nConnection: close\r\n` : ''}`)
        .replace(/Connection: close\r\n([\s\S]*Connection: Upgrade)/, '$1'),
    )
    if (status === null) expect(answer).toBe('')
    else expect(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])).toBe(status)
    expect(answer).not.toMatch(/the page|Set-Cookie|Access-Control/i)
    await works(port, cookie)
  })

  it('survives connections that are reset at any point, of pages and of upgrades, let in or not', async () => {
    const { port, link } = await open()
    const { cookie } = await follow(link())
    const host = `Host: 127.0.0.1:${port}\r\n`
    const upgrade =
      `GET /engine HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    for (let n = 0; n < 20; n++) {
      for (const bytes of [
        '',
        'G',
        `GET / HTTP/1.1\r\n${host}\r\n`,
        `${upgrade}\r\n`,
        `${upgrade}Origin: http://evil.example\r\n\r\n`,
        `${upgrade}Origin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n\r\n`,
        `${upgrade}Origin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n\r\n\u0081`,
      ])
        await sendAndReset(port, bytes)
    }
    await works(port, cookie)
  })

  it('closes who is slow with a request, who says nothing, and who is one too many', async () => {
    const { port, link } = await open({ limits: { headersMs: 300, requestMs: 2000, connections: 8, idleMs: 300 } })
    const { cookie } = await follow(link())
    expect(await send(port, '')).toMatch(/^(HTTP\/1\.1 408|$)/)
    expect(await send(port, 'GET / HTTP/1.1\r\nHost: ')).toMatch(/^HTTP\/1\.1 408/)
    const many = Array.from({ length: 30 }, () => send(port, 'GET / HTTP/1.1\r\nX: '))
    expect((await Promise.all(many)).filter((answer) => answer === '').length).toBeGreaterThanOrEqual(20)
    await works(port, cookie)
  })
})

describe('a page that wants to be a window', () => {
  it('needs the cookie to be let near, and the claim of its link, once, or the key to be let in', async () => {
    const { port, link } = await open()
    const { cookie, claim } = await follow(link())
    await expect(dial(port, {})).rejects.toThrow('401')
    await expect(dial(port, { cookie, origin: 'http://evil.example' })).rejects.toThrow('403')
    await expect(dial(port, { cookie, origin: 'http://127.0.0.1:1' })).rejects.toThrow('403')
    await expect(dial(port, { cookie, host: `evil.example:${port}` })).rejects.toThrow('403')
    await expect(dial(port, { cookie }, '/other')).rejects.toThrow('404')
    // Another server of this machine that was sent the cookie has no claim and no key.
    for (const said of [
      '',
      'null',
      '[]',
      '{}',
      '1',
      'x'.repeat(2000),
      JSON.stringify({ type: 'claim', claim: 'wrong' }),
      JSON.stringify({ type: 'claim' }),
      JSON.stringify({ type: 'proof', proof: 'wrong' }),
      JSON.stringify({ type: 'proof', proof: [] }),
      JSON.stringify({ type: 'command', id: 1, name: 'trunk.list', args: {} }),
      JSON.stringify({ type: 'voice', message: invite('guessed') }),
    ]) {
      await expect(enter(port, cookie, () => said)).rejects.toThrow('closed with 4401')
    }
    const first = await enter(port, cookie, () => ({ type: 'claim', claim }))
    expect(first.key).toMatch(/^[\w-]{43}$/)
    await expect(enter(port, cookie, () => ({ type: 'claim', claim }))).rejects.toThrow('closed with 4401')
    const again = await enter(port, cookie, (challenge) => proofOf(first.key!, challenge))
    // A proof that was listened to is good for its own challenge only.
    let heardProof = ''
    await enter(port, cookie, (challenge) => {
      const proof = proofOf(first.key!, challenge)
      heardProof = JSON.stringify(proof)
      return proof
    })
    await expect(enter(port, cookie, () => heardProof)).rejects.toThrow('closed with 4401')
    expect(windows).toBe(3)
    first.socket.close()
    again.socket.close()
  })

  it('has a phone, whose calls are let in by what call.voice gave, and by nothing else', async () => {
    const { port, link } = await open()
    const { cookie, claim } = await follow(link())
    const { socket } = await enter(port, cookie, () => ({ type: 'claim', claim }))
    const answer = heard(socket, 'voice')
    socket.send(JSON.stringify({ type: 'voice', message: invite('guessed') }))
    expect((await answer)['message']).toMatch(/^SIP\/2\.0 404 /)
    for (const message of ['x'.repeat(70_000), 1, null]) socket.send(JSON.stringify({ type: 'voice', message }))
    socket.send(JSON.stringify({ type: 'voice', message: 'no SIP' }))
    socket.send(JSON.stringify({ type: 'command', id: 1, name: 'rule.list', args: {} }))
    expect((await heard(socket, 'result'))['id']).toBe(1)
    expect(faults).toEqual([])
    socket.close()
  })

  it('is let in by the cookie and key of this port only, until they are revoked', async () => {
    const profile = folder()
    const one = await open({ profile })
    const two = await open({ profile })
    const { cookie, claim } = await follow(one.link())
    const { socket, key } = await enter(one.port, cookie, () => ({ type: 'claim', claim }))
    expect(cookie).toMatch(new RegExp(`^ringback-${one.port}=`))
    expect((await ask(two.port, '/', { cookie })).status).toBe(401)
    expect((await ask(two.port, '/', { cookie: cookie.replace(String(one.port), String(two.port)) })).status).toBe(401)
    const unused = one.link()
    const gone = new Promise<number>((resolve) => socket.once('close', resolve))
    one.shell.revoke()
    expect(await gone).toBe(4401)
    expect((await ask(one.port, '/', { cookie })).status).toBe(401)
    expect((await ask(one.port, new URL(unused).search.replace('?', '/?'))).status).toBe(401)
    await expect(enter(one.port, cookie, (challenge) => proofOf(key!, challenge))).rejects.toThrow('401')
    // Not even when it is started again.
    const later = await open({ profile })
    expect((await ask(later.port, '/', { cookie: cookie.replace(String(one.port), String(later.port)) })).status).toBe(
      401,
    )
    const fresh = await follow(one.link())
    ;(await enter(one.port, fresh.cookie, () => ({ type: 'claim', claim: fresh.claim }))).socket.close()
  })

  it('comes in by a link that another page opened, without a redirect: the strict cookie goes along', async () => {
    const { port, link } = await open()
    const answer = await ask(port, new URL(link()).search.replace('?', '/?'), {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    })
    expect([answer.status, answer.headers['set-cookie']![0]]).toEqual([
      200,
      expect.stringMatching(/^ringback-\d+=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict$/),
    ])
    expect(answer.body).toMatch(/http-equiv="refresh" content="0;url=\/#claim=[\w-]+"/)
    expect(
      (
        await ask(port, new URL(link()).search.replace('?', '/?'), {
          'sec-fetch-site': 'cross-site',
          'sec-fetch-mode': 'no-cors',
          'sec-fetch-dest': 'image',
        })
      ).status,
    ).toBe(403)
  })

  it('is closed when it does not prove itself in time, is one too many, says too much or does not read', async () => {
    const { port, link } = await open({
      limits: { proofMs: 200, windows: 3, messageBytes: 100_000, behindBytes: 1_000_000 },
    })
    const { cookie, claim } = await follow(link())
    const { socket, key } = await enter(port, cookie, () => ({ type: 'claim', claim }))
    const mute = await dial(port, { cookie })
    await dial(port, { cookie })
    await expect(dial(port, { cookie })).rejects.toThrow('503')
    expect(await new Promise((resolve) => mute.once('close', resolve))).toBe(1006)
    const loud = new Promise((resolve) => socket.once('close', resolve))
    socket.send('x'.repeat(100_001))
    expect(await loud).toBe(1009)
    const { socket: deaf } = await enter(port, cookie, (challenge) => proofOf(key!, challenge))
    deaf.on('error', () => {})
    deaf.pause()
    const closed = new Promise<void>((resolve) => {
      const look = () => (windows === 0 ? resolve() : setTimeout(look, 20))
      look()
    })
    // Each answer repeats 90 kB, until the buffers of the system and ours are full.
    const flood = setInterval(() => {
      for (let n = 0; n < 20; n++)
        deaf.send(JSON.stringify({ type: 'command', id: n, name: 'call.report', args: { id: 'x'.repeat(90_000) } }))
    }, 5)
    await closed
    clearInterval(flood)
    deaf.terminate()
    await works(port, cookie)
  })

  it('does no harm with noise, and hears the engine all the same', async () => {
    const { port, link } = await open()
    const { cookie, claim } = await follow(link())
    const { socket } = await enter(port, cookie, () => ({ type: 'claim', claim }))
    const answered = heard(socket, 'result')
    for (const noise of [
      '',
      '[',
      'null',
      '[[['.repeat(30_000),
      '{"type":"watch","ids":{}}',
      JSON.stringify({ type: 'watch', ids: Array.from({ length: 201 }, String) }),
      '{"type":"command","id":1e999,"name":"trunk.list"}',
      '{"type":"taken","seq":"0"}',
      '{"type":"command","id":1,"name":{"toString":1},"args":1}',
    ])
      socket.send(noise)
    socket.send(Buffer.from('{"type":"command","id":1,"name":"history.list","args":{}}'))
    socket.send(JSON.stringify({ type: 'command', id: 7, name: 'call.report', args: { id: 'none' } }))
    socket.send(
      JSON.stringify({
        type: 'command',
        id: 8,
        name: 'agent.start',
        args: { listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }] },
      }),
    )
    expect(await answered).toMatchObject({ id: 8 })
    socket.close()
  })
})
