import { describe, expect, it } from 'vitest'
import { agree, type MediumAgreement } from '../../../shared/wire/agreement/agree.ts'
import { OfferAnswer, type Exchange } from '../../../shared/wire/agreement/exchange.ts'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import { parseSdp, type SessionDescription } from '../../../shared/wire/sdp/sdp.ts'
import { crlf, parse } from '../../harness/messages.ts'

const session = (address: string, ...lines: string[]) =>
  parseSdp(
    `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\n${lines.join('\r\n')}\r\n`,
  ) as SessionDescription
const offered = (...lines: string[]) => session('192.0.2.1', ...lines)
const answered = (...lines: string[]) => session('192.0.2.2', ...lines)
const numbers = ({ toOfferer, toAnswerer }: MediumAgreement) =>
  [toOfferer, toAnswerer].map(({ formats }) => formats.map(({ payloadType, codec }) => `${payloadType} ${codec}`))
const key = (tag: number, suite: string, more = '') =>
  `a=crypto:${tag} ${suite} inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj${more}`
const aes = 'AES_CM_128_HMAC_SHA1_80'

describe('the formats of an agreement', () => {
  it.each<[string, readonly string[], readonly string[], readonly string[], readonly string[]]>([
    [
      'are all that both list, in the order of the answer',
      ['m=audio 1000 RTP/AVP 0 8 18'],
      ['m=audio 2000 RTP/AVP 8 0'],
      ['8 PCMA', '0 PCMU'],
      ['8 PCMA', '0 PCMU'],
    ],
    [
      'are not what only the answer lists',
      ['m=audio 1000 RTP/AVP 0 8'],
      ['m=audio 2000 RTP/AVP 9 0 18'],
      ['0 PCMU'],
      ['0 PCMU'],
    ],
    [
      'have the number that their receiver gave',
      ['m=audio 1000 RTP/AVP 111 101', 'a=rtpmap:111 opus/48000/2', 'a=rtpmap:101 telephone-event/8000'],
      ['m=audio 2000 RTP/AVP 96 97', 'a=rtpmap:96 OPUS/48000/2', 'a=rtpmap:97 telephone-event/8000'],
      ['111 opus', '101 telephone-event'],
      ['96 OPUS', '97 telephone-event'],
    ],
    [
      'with a clock of their own are others',
      ['m=audio 1000 RTP/AVP 0 101 102', 'a=rtpmap:101 telephone-event/8000', 'a=rtpmap:102 telephone-event/48000'],
      ['m=audio 2000 RTP/AVP 0 100', 'a=rtpmap:100 telephone-event/48000'],
      ['0 PCMU', '102 telephone-event'],
      ['0 PCMU', '100 telephone-event'],
    ],
    [
      'include comfort noise, with a=rtpmap or without',
      ['m=audio 1000 RTP/AVP 0 13'],
      ['m=audio 2000 RTP/AVP 0 13', 'a=rtpmap:13 CN/8000'],
      ['0 PCMU', '13 CN'],
      ['0 PCMU', '13 CN'],
    ],
    [
      'with one name twice are told apart by number, then by their settings',
      ['m=audio 1000 RTP/AVP 96 97', 'a=rtpmap:96 AMR/8000', 'a=rtpmap:97 AMR/8000', 'a=fmtp:97 octet-align=1'],
      ['m=audio 2000 RTP/AVP 104', 'a=rtpmap:104 AMR/8000', 'a=fmtp:104 octet-align=1'],
      ['97 AMR'],
      ['104 AMR'],
    ],
    [
      'with a static number need no name, and may have another',
      ['m=audio 1000 RTP/AVP 18', 'a=rtpmap:18 G729A/8000'],
      ['m=audio 2000 RTP/AVP 18'],
      ['18 G729A'],
      ['18 G729'],
    ],
    [
      'are none where nothing is in common',
      ['m=audio 1000 RTP/AVP 0'],
      ['m=audio 2000 RTP/AVP 97', 'a=rtpmap:97 iLBC/8000'],
      [],
      [],
    ],
  ])('%s', (_name, offer, answer, toOfferer, toAnswerer) =>
    expect(numbers(agree(offered(...offer), answered(...answer))[0]!)).toEqual([toOfferer, toAnswerer]),
  )
})

describe('the directions of an agreement', () => {
  const direction = (offer: string, answer: string) =>
    agree(offered('m=audio 1000 RTP/AVP 0', `a=${offer}`), answered('m=audio 2000 RTP/AVP 0', `a=${answer}`))[0]!
  it.each([
    ['sendrecv', 'sendrecv', 'sendrecv', 0],
    ['sendrecv', 'sendonly', 'recvonly', 0],
    ['sendrecv', 'recvonly', 'sendonly', 0],
    ['sendrecv', 'inactive', 'inactive', 0],
    ['sendonly', 'recvonly', 'sendonly', 0],
    ['sendonly', 'inactive', 'inactive', 0],
    ['sendonly', 'sendrecv', 'sendonly', 1],
    ['sendonly', 'sendonly', 'inactive', 1],
    ['recvonly', 'sendonly', 'recvonly', 0],
    ['recvonly', 'sendrecv', 'recvonly', 1],
    ['inactive', 'inactive', 'inactive', 0],
    ['inactive', 'sendrecv', 'inactive', 1],
  ])('offered %s and answered %s are %s for the offerer, with %i faults', (offer, answer, ours, faults) => {
    const agreed = direction(offer, answer)
    expect(agreed.direction).toBe(ours)
    expect(agreed.faults).toHaveLength(faults)
  })

  it.each([
    ['0.0.0.0', '192.0.2.2', 'sendonly'],
    ['192.0.2.1', '0.0.0.0', 'recvonly'],
    ['0.0.0.0', '0.0.0.0', 'inactive'],
    ['::', '192.0.2.2', 'sendonly'],
  ])('c=%s offered and c=%s answered are %s: nothing goes to who is on hold', (offer, answer, ours) => {
    const [agreed] = agree(session(offer, 'm=audio 1000 RTP/AVP 0'), session(answer, 'm=audio 2000 RTP/AVP 0'))
    expect(agreed!.direction).toBe(ours)
    expect(agreed!.faults).toEqual([])
  })

  it('are none of a medium that is refused, or left out of the answer', () => {
    const offer = offered('m=audio 1000 RTP/AVP 0', 'm=video 1002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000')
    const [audio, video] = agree(offer, answered('m=audio 0 RTP/AVP 0'))
    expect(audio).toMatchObject({ refused: true, direction: 'inactive', faults: [] })
    expect(video).toMatchObject({ refused: true, direction: 'inactive', faults: ['the answer leaves the medium out'] })
  })
})

describe('the addresses of an agreement', () => {
  const at = (...lines: string[]) =>
    agree(offered('m=audio 1000 RTP/AVP 0', ...lines), answered('m=audio 2000 RTP/AVP 0'))[0]!.toOfferer
  it.each<[string, readonly string[], string, number]>([
    ['the next port, where nothing is said', [], '192.0.2.1', 1001],
    ['the port of a=rtcp', ['a=rtcp:1050'], '192.0.2.1', 1050],
    ['the address of a=rtcp', ['a=rtcp:1050 IN IP4 192.0.2.77'], '192.0.2.77', 1050],
    ['that of RTP with rtcp-mux', ['a=rtcp:1050', 'a=rtcp-mux'], '192.0.2.1', 1000],
  ])('RTCP goes to %s', (_name, lines, host, port) => {
    expect(at(...lines).to).toEqual({ host: '192.0.2.1', port: 1000 })
    expect(at(...lines).rtcpTo).toEqual({ host, port })
  })

  it('are those of the candidates too: of RTP and UDP, with an IP address', () =>
    expect(
      at(
        'a=candidate:1 1 UDP 2130706431 10.0.0.7 5000 typ host',
        'a=candidate:1 2 UDP 2130706430 10.0.0.7 5001 typ host',
        'a=candidate:2 1 udp 1694498815 2001:DB8:0:0:0:0:0:7 5002 typ srflx raddr 10.0.0.7 rport 5000',
        'a=candidate:3 1 TCP 1 10.0.0.7 9 typ host tcptype active',
        'a=candidate:4 1 UDP 1 6f1a.local 5004 typ host',
      ).candidates,
    ).toEqual([
      { host: '10.0.0.7', port: 5000 },
      { host: '2001:db8::7', port: 5002 },
    ]))

  it.each([
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::ffff:192.0.2.9', '192.0.2.9'],
    ['::FFFF:C000:209', '192.0.2.9'],
    ['224.2.1.1/127', '224.2.1.1'],
    ['media.example', 'media.example'],
  ])('written %s are %s', (written, host) =>
    expect(session(written, 'm=audio 1000 RTP/AVP 0').media[0]!.address).toBe(host),
  )
})

describe('the encryption of an agreement', () => {
  const audio = (profile: string, ...lines: string[]) => [`m=audio 1000 ${profile} 0`, ...lines]
  it.each<[string, readonly string[], readonly string[], string, boolean]>([
    ['RTP/SAVP', audio('RTP/SAVP', key(1, aes)), audio('RTP/SAVP', key(1, aes)), 'sdes', true],
    ['keys on both sides of RTP/AVP', audio('RTP/AVP', key(1, aes)), audio('RTP/AVP', key(1, aes)), 'sdes', true],
    ['a key that was not offered', audio('RTP/AVP'), audio('RTP/AVP', key(1, aes)), 'none', false],
    [
      'a suite that was not offered',
      audio('RTP/AVP', key(1, aes)),
      audio('RTP/AVP', key(1, 'NULL_HMAC_SHA1_80')),
      'none',
      false,
    ],
    ['a key that is not answered', audio('RTP/AVP', key(1, aes)), audio('RTP/AVP'), 'none', false],
    [
      'SRTP with its payload in clear',
      audio('RTP/SAVP', key(1, aes)),
      audio('RTP/SAVP', key(1, aes, ' UNENCRYPTED_SRTP')),
      'sdes',
      false,
    ],
    ['DTLS', audio('UDP/TLS/RTP/SAVPF'), audio('UDP/TLS/RTP/SAVPF', 'a=fingerprint:sha-256 AB'), 'dtls', true],
    [
      'DTLS as it was once written',
      audio('RTP/SAVPF', 'a=fingerprint:sha-256 AB'),
      audio('RTP/SAVPF', 'a=fingerprint:sha-256 CD'),
      'dtls',
      true,
    ],
  ])('of %s', (_name, offer, answer, encryption, ciphered) =>
    expect(agree(offered(...offer), answered(...answer))[0]).toMatchObject({ encryption, ciphered }),
  )

  it.each<[string, readonly string[], readonly string[], RegExp]>([
    [
      'the profile changes',
      audio('RTP/SAVP', key(1, aes)),
      audio('RTP/AVP'),
      /profile is RTP\/AVP, the offer's is RTP\/SAVP/,
    ],
    [
      'the tag changes',
      audio('RTP/SAVP', key(1, aes)),
      audio('RTP/SAVP', key(2, aes)),
      /tag 2 and suite AES_CM_128_HMAC_SHA1_80/,
    ],
    ['no format is in common', audio('RTP/AVP'), ['m=audio 2000 RTP/AVP 8'], /no format of the offer/],
    ['the medium is another', audio('RTP/AVP'), ['m=video 2000 RTP/AVP 0'], /has video where the offer has audio/],
  ])('an answer in which %s breaks a rule', (_name, offer, answer, fault) =>
    expect(agree(offered(...offer), answered(...answer))[0]!.faults.join()).toMatch(fault),
  )
})

interface Step {
  readonly line: string
  readonly cseq: string
  readonly to?: string
  readonly body?: boolean
  readonly extra?: string
  /** By the called side. */
  readonly back?: boolean
}

/** What is completed, as `branch: offer → answer` with the numbers of the messages. */
function exchanges(...steps: readonly Step[]): string[] {
  const room = new OfferAnswer<number>()
  const found: string[] = []
  for (const [n, { line, cseq, to = '', body = false, extra = '', back = false }] of steps.entries()) {
    const [from, target] = back ? [`b>;tag=${to}`, 'a>;tag=a'] : ['a>;tag=a', `b>${to ? `;tag=${to}` : ''}`]
    const head =
      `${line}\nVia: SIP/2.0/UDP h;branch=z9hG4bK${n}\nFrom: <sip:${from}\nTo: <sip:${target}\n` +
      `Call-ID: c\nCSeq: ${cseq}\n${extra}`
    const sdp =
      `Content-Type: application/sdp\n\nv=0\no=- ${n} 1 IN IP4 192.0.2.${n + 1}\n` +
      `c=IN IP4 192.0.2.${n + 1}\nm=audio 4000 RTP/AVP 0\n`
    const message = parse(`${head}${body ? sdp : '\n'}`)
    const done: Exchange<number> | null = room.take(message, findSession(message)?.session ?? null, n)
    if (done)
      found.push(`${done.branch}: ${done.offer?.ref ?? '?'} → ${done.answer.ref}${done.preview ? ' early' : ''}`)
  }
  return found
}

const invite = { line: 'INVITE sip:b SIP/2.0', cseq: '1 INVITE', body: true }
const ringing = (to: string, extra = '') => ({ line: 'SIP/2.0 183 Progress', cseq: '1 INVITE', to, body: true, extra })
const ok = (to: string, body = true) => ({ line: 'SIP/2.0 200 OK', cseq: '1 INVITE', to, body })
const ack = (to: string, body = false) => ({ line: 'ACK sip:b SIP/2.0', cseq: '1 ACK', to, body })
const reliable = 'RSeq: 7\nRequire: 100rel\n'

describe('offers find their answers', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['in INVITE and 2xx', [invite, ok('b'), ack('b')], ['b: 0 → 1']],
    ['in INVITE and 183, which the 2xx repeats', [invite, ringing('b'), ok('b', false)], ['b: 0 → 1 early']],
    [
      'in each branch of a fork',
      [invite, ringing('x'), ringing('y'), ok('y')],
      ['x: 0 → 1 early', 'y: 0 → 2 early', 'y: 0 → 3'],
    ],
    [
      'in a 183 without To tag, where the 2xx has none',
      [invite, ringing(''), ok('b', false)],
      [': 0 → 1 early', 'b: 0 → 1'],
    ],
    ['in a reliable 183, whatever the 2xx says after it', [invite, ringing('b', reliable), ok('b')], ['b: 0 → 1']],
    [
      'in the offer of a reliable 183 and the PRACK',
      [
        { ...invite, body: false },
        ringing('b', reliable),
        { line: 'PRACK sip:b SIP/2.0', cseq: '2 PRACK', to: 'b', body: true, extra: 'RAck: 7 1 INVITE\n' },
        { line: 'SIP/2.0 200 OK', cseq: '2 PRACK', to: 'b' },
        ok('b', false),
      ],
      ['b: 1 → 2'],
    ],
    [
      'in a PRACK that makes an offer of its own',
      [
        invite,
        ringing('b', reliable),
        { line: 'PRACK sip:b SIP/2.0', cseq: '2 PRACK', to: 'b', body: true, extra: 'RAck: 7 1 INVITE\n' },
        { line: 'SIP/2.0 200 OK', cseq: '2 PRACK', to: 'b', body: true },
      ],
      ['b: 0 → 1', 'b: 2 → 3'],
    ],
    ['in 2xx and ACK', [{ ...invite, body: false }, ok('b'), ack('b', true)], ['b: 1 → 2']],
    [
      'in an UPDATE between 183 and 2xx, which the 2xx does not undo',
      [
        invite,
        ringing('b', reliable),
        { line: 'UPDATE sip:a SIP/2.0', cseq: '1 UPDATE', to: 'b', body: true, back: true },
        { line: 'SIP/2.0 200 OK', cseq: '1 UPDATE', to: 'b', body: true, back: true },
        ok('b'),
      ],
      ['b: 0 → 1', 'b: 2 → 3'],
    ],
    [
      'in re-INVITEs of both sides with the same number',
      [
        invite,
        ok('b'),
        { line: 'INVITE sip:b SIP/2.0', cseq: '2 INVITE', to: 'b', body: true },
        { line: 'SIP/2.0 200 OK', cseq: '2 INVITE', to: 'b', body: true },
        { line: 'INVITE sip:a SIP/2.0', cseq: '2 INVITE', to: 'b', body: true, back: true },
        { line: 'SIP/2.0 200 OK', cseq: '2 INVITE', to: 'b', body: true, back: true },
      ],
      ['b: 0 → 1', 'b: 2 → 3', 'b: 4 → 5'],
    ],
    [
      'not where the re-INVITE is refused',
      [
        invite,
        ok('b'),
        { line: 'INVITE sip:b SIP/2.0', cseq: '2 INVITE', to: 'b', body: true },
        { line: 'SIP/2.0 488 No', cseq: '2 INVITE', to: 'b' },
      ],
      ['b: 0 → 1'],
    ],
    ['half, where the INVITE was not seen', [ok('b'), ack('b')], ['b: ? → 0']],
    ['once the ACK shows that it was an offer', [ok('b'), ack('b', true)], ['b: ? → 0', 'b: 0 → 1']],
  ])('%s', (_name, steps, found) => expect(exchanges(...steps)).toEqual(found))
})

describe('the session description of a message', () => {
  const sdp = 'v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n'
  const found = (headers: string, body: string) => {
    const message = parse(
      'INVITE sip:b SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a>;tag=a\nTo: <sip:b>\n' +
        `Call-ID: c\nCSeq: 1 INVITE\n${headers}\n${body}`,
    )
    return findSession(message)
  }
  const multipart = (end = '\n--x y--\n', type = 'Content-Type: application/sdp') =>
    `preamble\n--x y\nContent-Type: application/ISUP;version=itu-t\n\n\x01\x02--x y no\n--x y\n${type}\n\n${sdp}${end}`
  const typed = 'Content-Type: multipart/mixed;boundary="x y"\n'

  it.each<[string, string, string, RegExp | null]>([
    ['its body', 'Content-Type: application/sdp\n', sdp, null],
    ['its body, with a compact name and parameters', 'c: Application/SDP; charset=utf-8\n', sdp, null],
    ['a part of a multipart body', typed, multipart(), null],
    [
      'a part of a part',
      'Content-Type: multipart/related;boundary=o\n',
      `--o\n${typed}\n${multipart()}\n--o--\n`,
      null,
    ],
    ['a part without a type', typed, multipart('\n--x y--\n', 'X: y'), /no Content-Type/],
    ['a part of a body without an end', typed, multipart(''), /has no end/],
    [
      'a part of a body whose boundary is not named',
      'Content-Type: multipart/mixed\n',
      multipart().slice(9),
      /no boundary/,
    ],
    ['a body without Content-Type', '', sdp, /no Content-Type/],
    ['a body with a type that comes too late', '', `Content-Type: application/sdp\n\n${sdp}`, /no Content-Type/],
    ['a body with another type', 'Content-Type: text/plain\n', sdp, /text\/plain/],
    ['a body that begins with a blank line', 'Content-Type: application/sdp\n', `\n${sdp}`, /blank line/],
    ['a body behind a byte order mark', 'Content-Type: application/sdp\n', `\ufeff${sdp}`, /byte order mark/],
    [
      'attributes in upper case',
      'Content-Type: application/sdp\n',
      `${sdp}a=RTPMAP:96 PCMU/8000\n`,
      /a=rtpmap is not written in lower case/,
    ],
    ['lines with spaces at their ends', 'Content-Type: application/sdp\n', sdp.replaceAll('\n', ' \n'), /white space/],
    ['a body behind a Content-Length of 0', 'Content-Type: application/sdp\nContent-Length: 0\n', sdp, null],
  ])('is read from %s', (_name, headers, body, problem) => {
    const { session: read, problems } = found(headers, body)!
    expect(read!.media[0]).toMatchObject({ port: 4000, address: '192.0.2.1' })
    if (problem) expect(problems.join()).toMatch(problem)
    else expect(problems).toEqual([])
  })

  it.each([
    ['of no body', 'Content-Type: application/sdp\n', ''],
    ['of other text', 'Content-Type: text/plain\n', 'hello\nv=0\n'],
    ['of a multipart body with other parts only', typed, '--x y\nContent-Type: text/plain\n\nhi\n--x y--\n'],
    [
      'of early-session',
      typed,
      multipart('\n--x y--\n', 'Content-Type: application/sdp\nContent-Disposition: early-session'),
    ],
  ])('is none %s', (_name, headers, body) => expect(found(headers, body)).toBeNull())

  it('that cannot be read is there, and says why', () => {
    const broken = found('Content-Type: application/sdp\n', 'v=1\n')!
    expect(broken.session).toBeNull()
    expect(broken.problems.at(-1)).toMatch(/does not begin with v=0/)
  })

  it('behind a Content-Length of 0 is a problem of the message, and what follows another length is passed over', () => {
    const text = (length: number, body: string) =>
      parse(
        'INVITE sip:b SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a>;tag=a\nTo: <sip:b>\nCall-ID: c\n' +
          `CSeq: 1 INVITE\nContent-Length: ${length}\n\n${body}`,
      )
    expect(
      text(0, sdp)
        .problems.map(({ text: problem }) => problem)
        .join(),
    ).toMatch(/Content-Length says 0 bytes/)
    expect(text(0, sdp).body).toEqual(crlf(sdp))
    expect(text(0, 'INVITE sip:x SIP/2.0').body).toHaveLength(0)
  })
})
