import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PcapEncoder, pcapHeader } from '../../electron/engine/trace/capture/pcap-write.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { Stranger, responseText } from '../harness/attack.ts'
import { Attacked, answered, challenged, ends, eachSurvived } from '../harness/attacked.ts'
import { ringback } from '../harness/process.ts'

// Hostile texts for real processes.
const attacked = new Attacked()

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
    const target = await attacked.agent()
    const stranger = await Stranger.open()
    await eachSurvived(
      target,
      Object.fromEntries(
        Object.entries(descriptions).map(([name, lines]) => [name, stranger.request({ body: description(lines) })]),
      ),
    )
    await attacked.stays(target)
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
              RINGBACK_PROFILE: attacked.profile(),
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
    const file = join(attacked.folder(), 'types.pcap')
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
      ringback(['inspect', file, '--json'], { RINGBACK_PROFILE: attacked.profile() }),
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
        { ATTACK_PASSWORD: 'pw', RINGBACK_PROFILE: attacked.profile() },
      ),
    )
    expect(code, stderr).toBe(1)
    expect(stdout + stderr).toMatch(/not registered: .*constructor/)
    const target = await attacked.agent(['--user', 'alice', '--password-env', 'ATTACK_PASSWORD'], {
      ATTACK_PASSWORD: 'pw',
    })
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
    await attacked.stays(target, { user: 'alice', password: 'pw' })
  })
})

describe('white space and control characters', () => {
  it('in a datagram of any length stop nothing', async () => {
    const target = await attacked.agent()
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
    await attacked.stays(target)
  })

  it('as a bare CR in what a response repeats end nothing', async () => {
    const target = await attacked.agent()
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
    await attacked.stays(target)
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
        RINGBACK_PROFILE: attacked.profile(),
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
    const target = await attacked.agent(['--listen', 'udp:127.0.0.1:0', '--listen', 'tcp:127.0.0.1:0'])
    const { tcp } = target.ports
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
    const connection = await attacked.connected(tcp)
    connection.write(`A${' '.repeat(64_000)}`)
    connection.write(`${' '.repeat(1000)}\r\n\r\n`)
    expect(await caller.ping(target.port), 'a first line of spaces').not.toBeNull()
    const whole = caller
      .request({ method: 'MESSAGE', body: 'x' })
      .replace(/Content-Length: 1/, 'Content-Length: 4000000')
    for (let i = 0; i < 20; i++) {
      const slow = await attacked.connected(tcp)
      slow.write(whole)
      for (let n = 0; n < 700; n++) slow.write(Buffer.alloc(4096, 0x41))
    }
    for (let i = 0; i < 10; i++) {
      expect(await caller.ping(target.port), 'bodies in small pieces').not.toBeNull()
      await sleep(50)
    }
    await attacked.stays(target)
  })
})

describe('what is shown and kept', () => {
  it('of long runs of addresses and keys takes no time to mask', async () => {
    const target = await attacked.agent()
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
    await attacked.stays(target)
  })

  it('of a response with an impossible status does not poison the history', async () => {
    const profile = attacked.profile()
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
