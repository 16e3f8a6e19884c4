import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { digestResponse, type Challenge } from '../../electron/engine/sip/digest/digest.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import { Stranger, childOf, rawHttp, residentMb, startLetIn, strangers, type LetIn } from '../harness/attack.ts'
import { Attacked, answered, challenged } from '../harness/attacked.ts'
import buildWindow from '../harness/build-window.ts'
import { WindowClient } from '../harness/window-client.ts'

// Well-formed messages of ill will to real processes.
const attacked = new Attacked()

describe('work that a stranger orders', () => {
  it('by INVITEs that are refused leaves nothing behind', async () => {
    const target = await attacked.agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], {
      ATTACK_PASSWORD: 'pw',
    })
    const stranger = await Stranger.open()
    const beforeMb = residentMb(target.child.pid!)
    for (let i = 0; i < 22_000; i++) {
      stranger.send(stranger.request(i % 5 === 4 ? { extra: 'Require: nothing\r\n' } : {}), target.port)
      if (i % 60 !== 59) continue
      await sleep(20)
      stranger.heard.length = 0
    }
    await sleep(1000)
    expect(residentMb(target.child.pid!) - beforeMb, 'MB that stayed').toBeLessThan(200)
    await attacked.stays(target, { user: 'alice', password: 'pw' })
  }, 60_000)

  it('by INVITEs of one Call-ID is refused with 482, at the window too', async () => {
    buildWindow()
    const shell = await attacked.keep(startLetIn(attacked.profile()))
    const window = await WindowClient.open(shell.port, shell.entry)
    try {
      const port = await window.agentPort()
      const stranger = await Stranger.open()
      const friend = await Stranger.open('127.0.0.1')
      for (let i = 0; i < 600; i++) {
        stranger.send(stranger.request({ callId: 'the-same', fromTag: 'one', body: stranger.offer() }), port)
        if (i % 20 !== 19) continue
        await sleep(20)
        expect(await friend.ping(port), `after ${i + 1}`).not.toBeNull()
      }
      await stranger.until(/^SIP\/2\.0 482/)
      const { id } = await window.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, durationMs: 1500 })
      expect((await window.ended(id)).verdict.kind).toBe('two-way-audio')
    } finally {
      window.close()
    }
  }, 60_000)

  it('by calls that are never acknowledged is refused beyond a budget, until a time; others are served', async () => {
    const target = await attacked.agent()
    const stranger = await Stranger.open()
    for (let i = 0; i < 500; i++) {
      stranger.send(stranger.request({ body: stranger.offer() }), target.port)
      if (i % 25 === 24) await sleep(50)
    }
    const refusal = await stranger.until(/^SIP\/2\.0 503/)
    expect(refusal).toMatch(/^Retry-After: \d+/m)
    expect(stranger.heard.filter(({ text }) => text.startsWith('SIP/2.0 200')).length).toBeLessThan(1500)
    await attacked.stays(target)
  })

  it('over connections that say nothing, little, or half a handshake is given up', async () => {
    const everywhere = ['udp', 'tcp', 'tls'].flatMap((transport) => ['--listen', `${transport}:127.0.0.1:0`])
    const target = await attacked.agent([...everywhere, '--limit', 'headerSeconds=1', '--limit', 'idleSeconds=1'])
    const { tcp, tls } = target.ports
    const stranger = await Stranger.open()
    const idle = await Promise.all(Array.from({ length: 50 }, () => attacked.connected(tcp)))
    const slow = await Promise.all(Array.from({ length: 50 }, () => attacked.connected(tcp)))
    const half = await Promise.all(Array.from({ length: 50 }, () => attacked.connected(tls)))
    const spoken = await attacked.connected(tcp)
    spoken.write(stranger.request({ method: 'OPTIONS' }).replace('SIP/2.0/UDP', 'SIP/2.0/TCP'))
    const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('I')), 200)
    for (const socket of half) socket.write(Buffer.from('16030100', 'hex'))
    try {
      for (const [name, some] of Object.entries({ idle, slow, half, spoken: [spoken] }))
        await expect
          .poll(() => some.filter((socket) => !socket.destroyed).length, {
            timeout: 6000,
            message: `${name} connections that are open`,
          })
          .toBe(0)
    } finally {
      clearInterval(drip)
    }
    await attacked.stays(target)
  })
})

describe('packets to where nobody asked for them', () => {
  it('are no more than three times what came, for a call that is answered, challenged or refused', async () => {
    const cases = await Promise.all(
      (
        [
          [[], 200],
          [['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], 401],
          [['--answer', 'reject:486'], 486],
        ] as const
      ).map(async ([args, status]) => {
        const target = await attacked.agent(args, { ATTACK_PASSWORD: 'pw' })
        const [spoofed, victim, contact] = await Promise.all([
          Stranger.open(),
          Stranger.open('127.0.0.1'),
          Stranger.open('127.0.0.1'),
        ])
        spoofed.send(
          spoofed
            .request({ body: spoofed.offer('127.0.0.1', victim.port) })
            .replace(/Contact: .*/, `Contact: <sip:x@127.0.0.1:${contact.port}>`),
          target.port,
        )
        await spoofed.until(new RegExp(`^SIP/2\\.0 ${status}`))
        return { target, status, spoofed, victim, contact }
      }),
    )
    await sleep(8000)
    for (const { status, spoofed, victim, contact } of cases) {
      expect.soft(victim.heardBytes, `bytes to the address of the session description (${status})`).toBe(0)
      expect.soft(contact.heardBytes, `bytes to the address of Contact (${status})`).toBe(0)
      expect
        .soft(spoofed.heardBytes / spoofed.sentBytes, `bytes out for each byte in (${status})`)
        .toBeLessThanOrEqual(3)
    }
    await attacked.stays(cases[0]!.target)
    await attacked.stays(cases[1]!.target, { user: 'alice', password: 'pw' })
  }, 30_000)

  it('are not sent to a stranger that speaks first, and the peer is heard when it comes', async () => {
    const target = await attacked.agent(['--answer', 'tone'])
    const [caller, media, stranger] = [
      await Stranger.open('127.0.0.1'),
      await Stranger.open('127.0.0.1'),
      await Stranger.open(),
    ]
    const { mediaPort, toTag, callId } = await answered(caller, target.port, {
      body: caller.offer('127.0.0.1', media.port),
      acknowledge: false,
    })
    for (let i = 0; i < 20; i++) stranger.send(rtp(7, i), mediaPort)
    await sleep(100)
    caller.send(caller.request({ method: 'ACK', callId, toTag }), target.port)
    for (let i = 0; i < 50; i++) {
      media.send(rtp(1, i), mediaPort)
      if (i % 3 === 0) stranger.send(rtp(7, 100 + i), mediaPort)
      await sleep(20)
    }
    expect(stranger.heard.length, 'packets to the stranger').toBe(0)
    expect(media.heard.length, 'packets to the peer').toBeGreaterThan(25)
    caller.send(caller.request({ method: 'BYE', callId, cseq: 2, toTag }), target.port)
    await attacked.stays(target)
  })
})

describe('credentials and dialogs of others', () => {
  it('a digest counts once, for its own request, with a count that is one', async () => {
    const target = await attacked.agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], {
      ATTACK_PASSWORD: 'pw',
    })
    const stranger = await Stranger.open()
    const ask = async (credentials: (challenge: Challenge) => string, times = 1): Promise<number> => {
      const challenge = await challenged(stranger, target.port)
      let status = 0
      for (let i = 0; i < times; i++) {
        stranger.heard.length = 0
        stranger.send(
          stranger.request({
            cseq: 2 + i,
            extra: `Authorization: ${credentials(challenge)}\r\n`,
            body: stranger.offer(),
          }),
          target.port,
        )
        status = Number((await stranger.until(/^SIP\/2\.0 (18|[2-6])/)).slice(8, 11))
      }
      return status
    }
    const uri = 'sip:agent@127.0.0.1'
    const digest = (
      { realm, nonce }: Challenge,
      { uri: said = uri, nc = '00000001', qop = 'auth' as string | null } = {},
    ) => {
      const response = digestResponse({
        username: 'alice',
        password: 'pw',
        challenge: { realm, nonce, algorithm: 'MD5' },
        method: 'INVITE',
        uri: said,
        cnonce: 'c',
        nc,
        qop,
      })
      return (
        `Digest username="alice", realm="${realm}", nonce="${nonce}", uri="${said}", response="${response}", ` +
        `algorithm=MD5${qop === null ? '' : `, qop=${qop}, nc=${nc}, cnonce="c"`}`
      )
    }
    expect(await ask((challenge) => digest(challenge)), 'as it should be').toBeLessThan(300)
    expect(await ask((challenge) => digest(challenge), 2), 'the same count again').toBeGreaterThanOrEqual(400)
    expect(
      await ask((challenge) => digest(challenge, { nc: 'zzz' }), 2),
      'a count that is none, twice',
    ).toBeGreaterThanOrEqual(400)
    expect(
      await ask((challenge) => digest(challenge, { uri: 'sip:another@127.0.0.1' })),
      'of another request',
    ).toBeGreaterThanOrEqual(400)
    expect(
      await ask((challenge) => digest(challenge, { qop: null }), 2),
      'without a count, twice',
    ).toBeGreaterThanOrEqual(400)
    await attacked.stays(target, { user: 'alice', password: 'pw' })
  })

  it('a BYE that knows half of a dialog does not end it', async () => {
    const target = await attacked.agent()
    const caller = await Stranger.open()
    const { toTag, callId } = await answered(caller, target.port)
    const other = await Stranger.open(strangers.at(-1)!)
    other.send(other.request({ method: 'BYE', callId, cseq: 9, toTag, fromTag: 'another' }), target.port)
    expect(await other.until(/^SIP\/2\.0 /)).toMatch(/^SIP\/2\.0 481/)
    caller.heard.length = 0
    caller.send(caller.request({ method: 'BYE', callId, cseq: 2, toTag }), target.port)
    expect(await caller.until(/^SIP\/2\.0 [\s\S]*BYE/)).toMatch(/^SIP\/2\.0 200/)
    await attacked.stays(target)
  })
})

describe('the shell', () => {
  const page = ({ port, entry }: LetIn) =>
    rawHttp(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${entry.cookie}\r\nConnection: close\r\n\r\n`)

  it('takes any path, and an upgrade that is refused and reset, without losing its engine', async () => {
    buildWindow()
    const shell = await attacked.keep(startLetIn(attacked.profile()))
    const engine = childOf(shell.child.pid!)
    const ask = (path: string, extra = '') =>
      rawHttp(
        shell.port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${shell.port}\r\n${extra}Connection: close\r\n\r\n`,
        1000,
      )
    for (const path of [
      '//[',
      '//',
      '//[',
      '///',
      'http://[',
      'http://',
      '/%',
      '/?token=%',
      '/\\',
      '*',
      '//[::1',
      '//a:99999999/',
    ]) {
      await ask(path)
      expect(childOf(shell.child.pid!), `the engine after ${path}`).toBe(engine)
    }
    for (const extra of ['', 'Origin: http://evil.invalid\r\n', `Cookie: ${shell.entry.cookie}\r\n`]) {
      for (let i = 0; i < 10; i++) {
        const socket = await attacked.connected(shell.port)
        socket.write(
          `GET ${i % 2 ? '/engine' : '//['} HTTP/1.1\r\nHost: 127.0.0.1:${shell.port}\r\n` +
            `${extra}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
            `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${'x'.repeat(i * 1000)}`,
        )
        if (i > 4) await sleep(5)
        socket.resetAndDestroy()
      }
    }
    await sleep(300)
    expect(childOf(shell.child.pid!), shell.stderr.slice(0, 500)).toBe(engine)
    expect(await page(shell)).toMatch(/^HTTP\/1\.1 200/)
    const window = await WindowClient.open(shell.port, shell.entry)
    try {
      const { id } = await window.execute('call.place', {
        uri: `sip:x@127.0.0.1:${await window.agentPort()}`,
        durationMs: 1500,
      })
      expect((await window.ended(id)).verdict.kind).toBe('two-way-audio')
    } finally {
      window.close()
    }
  }, 40_000)
})

function rtp(ssrc: number, n: number): Uint8Array {
  const packet = new Uint8Array(rtpHeaderBytes + 160).fill(0x20)
  writeRtpHeader(packet, 0, n === 0, n, n * 160, ssrc)
  return packet
}
