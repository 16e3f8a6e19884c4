import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { digestResponse, parseChallenge, type Challenge } from '../../electron/engine/sip/digest/digest.ts'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { rtpHeaderBytes, writeRtpHeader } from '../../shared/wire/rtp/rtp.ts'
import {
  Stranger,
  childOf,
  closeStrangers,
  rawHttp,
  residentMb,
  responseText,
  startLetIn,
  strangers,
  type LetIn,
} from '../harness/attack.ts'
import buildWindow from '../harness/build-window.ts'
import { Engines, callAndWait } from '../harness/engines.ts'
import { keepRunning } from '../harness/kept.ts'
import { ringback, startAgent, type Running } from '../harness/process.ts'
import { WindowClient } from '../harness/window-client.ts'

// Attacks on real processes. After each the process is there, answers, and a good call from elsewhere succeeds.

const keep = keepRunning()
const engines = new Engines()
const folders: string[] = []
const sockets: Socket[] = []
afterEach(async () => {
  closeStrangers()
  for (const socket of sockets.splice(0)) socket.destroy()
  await engines.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

function folder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'ringback-attack-')))
  return folders.at(-1)!
}

const agent = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
  keep(startAgent(['--profile', join(folder(), 'profile'), ...args], env))

/** The command is there and ends by itself. */
async function ends(
  command: Running,
  withinMs = 15_000,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let killed = false
  const timer = setTimeout(() => {
    killed = true
    command.child.kill('SIGKILL')
  }, withinMs)
  const result = await command.finished
  clearTimeout(timer)
  expect(killed, 'the command hung').toBe(false)
  return result
}

async function stays(
  process: Running & { port: number },
  options: { user?: string; password?: string } = {},
): Promise<void> {
  expect(process.child.exitCode, process.stderr.slice(-2000)).toBeNull()
  const friend = await Stranger.open('127.0.0.1')
  expect(await friend.ping(process.port), 'OPTIONS is answered').not.toBeNull()
  expect(
    (await callAndWait(engines.open(), { uri: `sip:x@127.0.0.1:${process.port}`, durationMs: 1500, ...options }))
      .verdict.kind,
  ).toBe('two-way-audio')
}

/** Sends each and asks after each, so that the one that did it is named. */
async function eachSurvived(
  process: Running & { port: number },
  attacks: Readonly<Record<string, string>>,
): Promise<void> {
  const stranger = await Stranger.open()
  for (const [name, text] of Object.entries(attacks)) {
    stranger.send(text, process.port)
    expect(await stranger.ping(process.port), `${name}: ${process.stderr.slice(0, 300)}`).not.toBeNull()
  }
}

/** Session descriptions whose values a library may take for something else. */
const descriptions: Readonly<Record<string, string>> = {
  'a protocol of digits': 'm=audio 1 1 0\r\n',
  'a codec of digits': 'm=audio 40000 RTP/AVP 101\r\na=rtpmap:101 4\r\n',
  'an address of digits': 'c=IN IP4 1\r\nm=audio 40000 RTP/AVP 0\r\n',
  'a codec and a rate of digits': 'm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 4/x\r\n',
  'everything of digits': 'c=1 1 1\r\nm=1 2 3 4\r\na=1:1\r\n',
  'a key of digits': 'm=audio 40000 RTP/SAVP 0\r\na=crypto:1 2 3 4\r\n',
  'parameters of digits': 'm=audio 40000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 1\r\n',
  'a rate below 1000': 'm=audio 40000 RTP/AVP 96\r\na=rtpmap:96 x/1\r\n',
  'names of objects': 'm=audio 40000 RTP/AVP 96\r\na=rtpmap:96 constructor/8000\r\na=__proto__:1\r\n',
  'an RTCP address of digits': 'm=audio 40000 RTP/AVP 0\r\na=rtcp:1 IN IP4 2\r\na=ptime:0x10\r\n',
  'a direction of its own': 'm=audio 40000 RTP/AVP 0\r\na=sendrecv:1\r\na=inactive 5\r\n',
  'candidates of digits': 'm=audio 40000 RTP/AVP 0\r\na=candidate:1 1 1 1 1 1 1 1\r\na=ice-pwd:1\r\na=mid:1\r\n',
}
const description = (lines: string) =>
  `v=0\r\no=1 1 1 IN IP4 1\r\ns=1\r\n${lines.startsWith('c=') ? '' : 'c=IN IP4 127.0.0.2\r\n'}t=0 0\r\n${lines}`

describe('text that changes its type', () => {
  it('in the session description of an INVITE ends nothing', async () => {
    const target = await agent()
    const stranger = await Stranger.open()
    await eachSurvived(
      target,
      Object.fromEntries(
        Object.entries(descriptions).map(([name, lines]) => [name, stranger.request({ body: description(lines) })]),
      ),
    )
    await stays(target)
  })

  it('in the 200 of a callee leaves a report of the call', async () => {
    const results = await Promise.all(
      Object.values(descriptions)
        .slice(0, 3)
        .map(async (lines) => {
          const callee = await Stranger.open('127.0.0.1')
          callee.hear = ({ text, fromPort }) => {
            if (text.startsWith('INVITE'))
              callee.send(
                responseText(text, '200 OK', `Contact: <sip:c@127.0.0.1:${callee.port}>\r\n`, description(lines)),
                fromPort,
              )
            else if (!text.startsWith('ACK')) callee.send(responseText(text, '200 OK'), fromPort)
          }
          return ends(
            ringback(['call', `sip:x@127.0.0.1:${callee.port}`, '--duration', '0.5', '--json'], {
              RINGBACK_PROFILE: join(folder(), 'profile'),
            }),
          )
        }),
    )
    for (const { code, stdout, stderr } of results) {
      expect(stderr).not.toMatch(/unexpected fault|at .*\.ts:/)
      expect([0, 1]).toContain(code)
      expect((JSON.parse(stdout) as CallReport).status).toMatchObject({ code: 200 })
    }
  })

  it('in a capture leaves its calls to be read', async () => {
    const encoder = new PcapEncoder()
    const file = join(folder(), 'types.pcap')
    const [us, peer] = [
      { host: '192.0.2.1', port: 5060 },
      { host: '192.0.2.99', port: 5060 },
    ]
    const texts = Object.values(descriptions).flatMap((lines, n) => {
      const invite =
        `INVITE sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99;branch=z9hG4bK${n}\r\n` +
        `From: <sip:b@192.0.2.99>;tag=1\r\nTo: <sip:a@192.0.2.1>\r\nCall-ID: capture-${n}\r\nCSeq: 1 INVITE\r\n` +
        `Contact: <sip:b@192.0.2.99>\r\nContent-Type: application/sdp\r\n\r\n${description(lines)}`
      return [invite, responseText(invite, '200 OK', 'Contact: <sip:a@192.0.2.1>\r\n', description(lines))]
    })
    writeFileSync(
      file,
      Buffer.concat([
        pcapHeader(),
        ...texts.map((text, i) =>
          encoder.udp(1_700_000_000_000_000 + i * 1000, i % 2 ? us : peer, i % 2 ? peer : us, Buffer.from(text)),
        ),
      ]),
    )
    const { stdout, stderr } = await ends(
      ringback(['inspect', file, '--json'], { RINGBACK_PROFILE: join(folder(), 'profile') }),
    )
    expect(stderr).not.toMatch(/unexpected fault|at .*\.ts:/)
    expect((JSON.parse(stdout) as { calls: unknown[] }).calls).toHaveLength(Object.keys(descriptions).length)
  })

  it('as the name of a digest algorithm ends a registration with a sentence, and a call with a response', async () => {
    const registrar = await Stranger.open('127.0.0.1')
    registrar.hear = ({ text, fromPort }) =>
      registrar.send(
        responseText(
          text,
          '401 Unauthorized',
          'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=constructor, qop="auth"\r\n',
        ),
        fromPort,
      )
    const { code, stdout, stderr } = await ends(
      ringback(
        ['register', '--address', `127.0.0.1:${registrar.port}`, '--user', 'u', '--password-env', 'ATTACK_PASSWORD'],
        { ATTACK_PASSWORD: 'pw', RINGBACK_PROFILE: join(folder(), 'profile') },
      ),
    )
    expect(code, stderr).toBe(1)
    expect(stdout + stderr).toMatch(/not registered: .*constructor/)
    const target = await agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], { ATTACK_PASSWORD: 'pw' })
    const stranger = await Stranger.open()
    const challenge = await challenged(stranger, target.port)
    for (const algorithm of ['constructor', '__proto__', 'toString-sess', 'hasOwnProperty']) {
      stranger.heard.length = 0
      stranger.send(
        stranger.request({
          cseq: 2,
          extra:
            `Authorization: Digest username="alice", realm="${challenge.realm}", nonce="${challenge.nonce}", ` +
            `uri="sip:agent@127.0.0.1", response="x", algorithm=${algorithm}\r\n`,
        }),
        target.port,
      )
      await stranger.until(/^SIP\/2\.0 [4-6]/)
    }
    await stays(target, { user: 'alice', password: 'pw' })
  })
})

describe('white space and control characters', () => {
  it('in a datagram of any length stop nothing', async () => {
    const target = await agent()
    const stranger = await Stranger.open()
    await eachSurvived(target, {
      '3,000 spaces': `A${' '.repeat(3000)}`,
      '60,000 spaces': `A${' '.repeat(60_000)}`,
      'tabs': `INVITE${'\t'.repeat(60_000)}SIP/2.0\r\n\r\n`,
      'spaces in the middle': `INVITE sip:a${' '.repeat(30_000)}x${' '.repeat(30_000)}SIP/\r\n\r\n`,
      'a Via of spaces': stranger.request().replace('SIP/2.0/UDP', `SIP${' '.repeat(60_000)}`),
      'a header of spaces': stranger.request({ extra: `X:${' '.repeat(60_000)}y\r\n` }),
      'a From of quotes': stranger.request().replace(/From: .*/, `From: ${'"\\'.repeat(30_000)}`),
      'a To of spaces': stranger.request().replace(/To: .*/, `To: a${' '.repeat(60_000)}<`),
      'a Contact of colons': stranger.request({ extra: `Contact: sip:${':@'.repeat(30_000)}\r\n` }),
    })
    await stays(target)
  })

  it('as a bare CR in what a response repeats end nothing', async () => {
    const target = await agent()
    const stranger = await Stranger.open()
    const good = (name: string) => stranger.request({ callId: `cr-${name}`, body: stranger.offer() })
    await eachSurvived(target, {
      'Call-ID': good('c').replace('Call-ID: ', 'Call-ID: a\rb'),
      'Via': good('v').replace(';rport', ';x=a\rb;rport'),
      'From': good('f').replace('tag=stranger', 'tag=a\rb'),
      'To': good('t').replace('<sip:agent@127.0.0.1>', '"a\rb" <sip:agent@127.0.0.1>'),
      'CSeq': good('s').replace('1 INVITE\r\n', '1\r INVITE\r\n'),
      'Record-Route': good('r').replace('Max-Forwards', 'Record-Route: <sip:p\r@127.0.0.1;lr>\r\nMax-Forwards'),
      'Contact': good('k').replace('Contact: <', 'Contact: "a\rb" <'),
      'a null': good('n').replace('tag=stranger', 'tag=a\u0000b'),
    })
    await sleep(500)
    await stays(target)
  })

  it('in a Contact of a 200 do not keep ACK and BYE back', async () => {
    const callee = await Stranger.open('127.0.0.1')
    callee.hear = ({ text, fromPort }) => {
      if (text.startsWith('INVITE'))
        callee.send(
          responseText(text, '200 OK', `Contact: <sip:a b@127.0.0.1:${callee.port}>\r\n`, callee.offer()),
          fromPort,
        )
      else if (!text.startsWith('ACK')) callee.send(responseText(text, '200 OK'), fromPort)
    }
    await ends(
      ringback(['call', `sip:x@127.0.0.1:${callee.port}`, '--duration', '0.5', '--json'], {
        RINGBACK_PROFILE: join(folder(), 'profile'),
      }),
    )
    expect(
      callee.heard.some(({ text }) => text.startsWith('ACK')),
      'ACK',
    ).toBe(true)
    expect(
      callee.heard.some(({ text }) => text.startsWith('BYE')),
      'BYE',
    ).toBe(true)
  })

  it('in an INFO or on a connection take no time', async () => {
    const target = await agent(['--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0'])
    const tcp = (JSON.parse(target.stdout.split('\n')[0]!) as { addresses: { port: number }[] }).addresses[1]!.port
    const caller = await Stranger.open()
    const { toTag, callId } = await answered(caller, target.port)
    await eachSurvived(target, {
      'an INFO of line ends': caller.request({
        method: 'INFO',
        callId,
        cseq: 2,
        toTag,
        extra: 'Content-Type: application/dtmf-relay\r\n',
        body: '\n'.repeat(60_000),
      }),
    })
    const connection = await connected(tcp)
    connection.write(`A${' '.repeat(64_000)}`)
    connection.write(`${' '.repeat(1000)}\r\n\r\n`)
    expect(await caller.ping(target.port), 'a first line of spaces').not.toBeNull()
    const whole = caller
      .request({ method: 'MESSAGE', body: 'x' })
      .replace(/Content-Length: 1/, 'Content-Length: 4000000')
    for (let i = 0; i < 20; i++) {
      const slow = await connected(tcp)
      slow.write(whole)
      for (let n = 0; n < 700; n++) slow.write(Buffer.alloc(4096, 0x41))
    }
    for (let i = 0; i < 10; i++) {
      expect(await caller.ping(target.port), 'bodies in small pieces').not.toBeNull()
      await sleep(50)
    }
    await stays(target)
  })
})

describe('what is shown and kept', () => {
  it('of long runs of addresses and keys takes no time to mask', async () => {
    const target = await agent()
    const stranger = await Stranger.open()
    const video = (extra: string, body = '') =>
      stranger.request({
        extra,
        body:
          'v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=video 1 RTP/AVP 31\r\n' +
          `${body}`,
      })
    for (let i = 0; i < 10; i++) {
      stranger.send(video(`X-Long: ${'sip:'.repeat(15_000)}\r\n`), target.port)
      stranger.send(video('', `${'a=crypto:'.repeat(6500)}\r\n`), target.port)
    }
    for (let i = 0; i < 20; i++) {
      expect(await stranger.ping(target.port)).not.toBeNull()
      await sleep(50)
    }
    await stays(target)
  })

  it('of a response with an impossible status does not poison the history', async () => {
    const profile = join(folder(), 'profile')
    const callee = await Stranger.open('127.0.0.1')
    callee.hear = ({ text, fromPort }) => {
      if (!text.startsWith('INVITE')) return
      for (const status of ['1e3 OK', '000 OK', '9007199254740993 OK', '999999999999999999999999 OK'])
        callee.send(responseText(text, status), fromPort)
    }
    await ends(
      ringback(['call', `sip:x@127.0.0.1:${callee.port}`, '--ring-timeout', '1', '--json'], {
        RINGBACK_PROFILE: profile,
      }),
    )
    const { code, stdout, stderr } = await ends(ringback(['history', 'list', '--json'], { RINGBACK_PROFILE: profile }))
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toHaveLength(1)
  })
})

describe('work that a stranger orders', () => {
  it('by INVITEs that are refused leaves nothing behind', async () => {
    const target = await agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], { ATTACK_PASSWORD: 'pw' })
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
    await stays(target, { user: 'alice', password: 'pw' })
  }, 60_000)

  it('by INVITEs of one Call-ID is refused with 482, at the window too', async () => {
    buildWindow()
    const shell = await keep(startLetIn(join(folder(), 'profile')))
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
    const target = await agent()
    const stranger = await Stranger.open()
    for (let i = 0; i < 500; i++) {
      stranger.send(stranger.request({ body: stranger.offer() }), target.port)
      if (i % 25 === 24) await sleep(50)
    }
    const refusal = await stranger.until(/^SIP\/2\.0 503/)
    expect(refusal).toMatch(/^Retry-After: \d+/m)
    expect(stranger.heard.filter(({ text }) => text.startsWith('SIP/2.0 200')).length).toBeLessThan(1500)
    await stays(target)
  })

  it('over connections that say nothing, little, or half a handshake is given up', async () => {
    const target = await agent([
      '--listen',
      'udp:127.0.0.1:0',
      '--listen',
      'tcp:127.0.0.1:0',
      '--listen',
      'tls:127.0.0.1:0',
      '--limit',
      'headerSeconds=1',
      '--limit',
      'idleSeconds=1',
    ])
    const { addresses } = JSON.parse(target.stdout.split('\n')[0]!) as {
      addresses: { transport: string; port: number }[]
    }
    const [tcp, tls] = ['tcp', 'tls'].map(
      (transport) => addresses.find((address) => address.transport === transport)!.port,
    ) as [number, number]
    const stranger = await Stranger.open()
    const idle = await Promise.all(Array.from({ length: 50 }, () => connected(tcp)))
    const slow = await Promise.all(Array.from({ length: 50 }, () => connected(tcp)))
    const half = await Promise.all(Array.from({ length: 50 }, () => connected(tls)))
    const spoken = await connected(tcp)
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
    await stays(target)
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
        const target = await agent(args, { ATTACK_PASSWORD: 'pw' })
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
    await stays(cases[0]!.target)
    await stays(cases[1]!.target, { user: 'alice', password: 'pw' })
  }, 30_000)

  it('are not sent to a stranger that speaks first, and the peer is heard when it comes', async () => {
    const target = await agent(['--answer', 'tone'])
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
    await stays(target)
  })
})

describe('credentials and dialogs of others', () => {
  it('a digest counts once, for its own request, with a count that is one', async () => {
    const target = await agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], { ATTACK_PASSWORD: 'pw' })
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
    await stays(target, { user: 'alice', password: 'pw' })
  })

  it('a BYE that knows half of a dialog does not end it', async () => {
    const target = await agent()
    const caller = await Stranger.open()
    const { toTag, callId } = await answered(caller, target.port)
    const other = await Stranger.open(strangers.at(-1)!)
    other.send(other.request({ method: 'BYE', callId, cseq: 9, toTag, fromTag: 'another' }), target.port)
    expect(await other.until(/^SIP\/2\.0 /)).toMatch(/^SIP\/2\.0 481/)
    caller.heard.length = 0
    caller.send(caller.request({ method: 'BYE', callId, cseq: 2, toTag }), target.port)
    expect(await caller.until(/^SIP\/2\.0 .*[\s\S]*BYE/)).toMatch(/^SIP\/2\.0 200/)
    await stays(target)
  })
})

describe('the shell', () => {
  const page = ({ port, entry }: LetIn) =>
    rawHttp(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${entry.cookie}\r\nConnection: close\r\n\r\n`)

  it('takes any path, and an upgrade that is refused and reset, without losing its engine', async () => {
    buildWindow()
    const shell = await keep(startLetIn(join(folder(), 'profile')))
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
        const socket = await connected(shell.port)
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

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: strangers[0] }, () => resolve(socket))
    sockets.push(socket)
    socket.once('error', reject)
    socket.on('error', () => {})
    socket.resume()
  })
}

/** A call of a stranger that is answered and, unless it is not to be, acknowledged. */
async function answered(
  caller: Stranger,
  port: number,
  { body = caller.offer(), acknowledge = true } = {},
): Promise<{ toTag: string; callId: string; mediaPort: number }> {
  const callId = `answered-${caller.port}`
  caller.send(caller.request({ callId, body }), port)
  const text = await caller.until(/^SIP\/2\.0 200/)
  const toTag = /^To:.*;tag=([^;\s]+)/m.exec(text)![1]!
  if (acknowledge) caller.send(caller.request({ method: 'ACK', callId, toTag }), port)
  return { toTag, callId, mediaPort: Number(/^m=audio (\d+)/m.exec(text)![1]) }
}

/** What the agent asks of a stranger's INVITE. */
async function challenged(stranger: Stranger, port: number): Promise<Challenge> {
  stranger.heard.length = 0
  const invite = stranger.request({ body: stranger.offer() })
  stranger.send(invite, port)
  const text = await stranger.until(/^SIP\/2\.0 401/)
  return parseChallenge(/^WWW-Authenticate: (.*MD5.*)$/im.exec(text)![1]!)!
}
