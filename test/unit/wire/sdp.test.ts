import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeAnswer } from '../../../electron/engine/media/session/negotiate.ts'
import { makeOffer, type LocalMedia } from '../../../electron/engine/media/session/offer.ts'
import {
  audioOf,
  parseSdp,
  writeSdp,
  type MediaDescription,
  type SessionDescription,
} from '../../../shared/wire/sdp/sdp.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n'
const read = (...lines: string[]) => parseSdp(`${head}${lines.join('\r\n')}\r\n`) as SessionDescription
const medium = (...lines: string[]) => read('m=audio 4000 RTP/AVP 0 96 101', ...lines).media[0]!
const problems = (...lines: string[]) => read(...lines).problems ?? []

describe('values of a session description', () => {
  it('stay text where the model says text, whatever they look like', () => {
    const session = parseSdp(
      'v=0\r\no=0 1 2 IN IP4 3\r\nc=IN IP4 1\r\nm=1 1 1 0\r\na=rtpmap:0 4\r\na=fmtp:0 5\r\na=crypto:1 6 7 8\r\n',
    ) as SessionDescription
    expect(session.origin).toEqual({ username: '0', sessionId: '1', version: 2, address: '3' })
    expect(session.media[0]).toMatchObject({
      kind: '1',
      port: 1,
      protocol: '1',
      address: '1',
      formats: [{ payloadType: 0, codec: '4', clockRateHz: 8000, parameters: '5' }],
      crypto: [{ tag: 1, suite: '6', keyParams: '7', sessionParams: '8' }],
    })
  })

  it.each([
    ['a clock rate of 0', 'a=rtpmap:96 opus/0', 'clock rate 0'],
    ['a clock rate beyond any', 'a=rtpmap:96 opus/384001', 'clock rate 384001'],
    ['a clock rate in words', 'a=rtpmap:96 opus/fast', 'clock rate fast'],
    ['an endless clock rate', `a=rtpmap:96 opus/${'9'.repeat(400)}`, 'clock rate 999'],
    ['a clock rate with an exponent', 'a=rtpmap:96 opus/1e3', 'clock rate 1e3'],
  ])('%s is a problem, and no clock rate', (_name, line, problem) => {
    expect(medium(line).formats[1]).toMatchObject({ codec: 'opus', clockRateHz: 0 })
    expect(problems('m=audio 4000 RTP/AVP 96', line)[0]).toContain(problem)
  })

  it.each([
    ['9', 1],
    ['0', 1],
    ['x', 1],
    ['8', 8],
    ['2', 2],
  ])('%s channels are %s', (text, channels) =>
    expect(medium(`a=rtpmap:96 opus/48000/${text}`).formats[1]!.channels).toBe(channels),
  )

  it.each(['pcmu', 'PCMU', 'Pcmu'])('name a codec as it is spelled, whatever its case: %s', (name) =>
    expect(medium(`a=rtpmap:0 ${name}/8000`).formats[0]!.codec).toBe('PCMU'),
  )

  it.each([
    ['20', 20],
    ['2.5', 2.5],
    ['0', null],
    ['201', null],
    ['-20', null],
    ['Infinity', null],
    ['0x10', null],
    ['1e2', null],
    ['', null],
  ])('ptime %j is %j', (text, ms) => expect(medium(`a=ptime:${text}`).ptimeMs).toBe(ms))

  it.each([
    ['65536', 0],
    ['-1', 0],
    ['4000/2', 4000],
    ['99999999999999999999', 0],
    ['4e3', 0],
    ['0', 0],
  ])('port %s is %s', (text, port) => expect(read(`m=audio ${text} RTP/AVP 0`).media[0]!.port).toBe(port))

  it('are payload types from 0 to 127 only, each once', () => {
    const session = read('m=audio 4000 RTP/AVP 0 128 999 -1 x 101 0')
    expect(session.media[0]!.formats.map(({ payloadType }) => payloadType)).toEqual([0, 101])
    expect(session.problems).toHaveLength(4)
  })

  it('are crypto tags of at most nine digits, and the first of two holds', () => {
    const { crypto } = medium(
      'a=crypto:1 A inline:first',
      'a=crypto:1 B inline:second',
      'a=crypto:1234567890 C inline:x',
      'a=crypto:x D inline:x',
      'a=crypto:2 E',
      'a=crypto:999999999 F inline:y UNENCRYPTED_SRTCP FEC_ORDER=FEC_SRTP',
    )
    expect(crypto).toEqual([
      { tag: 1, suite: 'A', keyParams: 'inline:first', sessionParams: null },
      { tag: 999_999_999, suite: 'F', keyParams: 'inline:y', sessionParams: 'UNENCRYPTED_SRTCP FEC_ORDER=FEC_SRTP' },
    ])
  })

  it('name no key in a problem', () => {
    for (const line of ['a=crypto:x A inline:GEHEIM', 'a=crypto:1 A;B inline:GEHEIM', 'a=crypto:1 A inline:GEHEIM\0'])
      expect(problems('m=audio 4000 RTP/AVP 0', line, line).join()).not.toContain('GEHEIM')
  })

  it('may be named like properties of every object', () => {
    const session = read(
      'm=constructor 1 __proto__ 0',
      'a=__proto__:1',
      'a=constructor',
      'a=rtpmap:__proto__ x/8000',
      'a=rtpmap:0 constructor/8000',
      'a=toString:1',
    )
    expect(session.media[0]).toMatchObject({
      kind: 'constructor',
      protocol: '__PROTO__',
      formats: [{ codec: 'constructor', clockRateHz: 8000 }],
    })
  })

  it('never are numbers that JSON cannot hold', () => {
    const number = fc.constantFrom(
      '',
      '0',
      '1',
      '-1',
      '1e999',
      '9'.repeat(30),
      'NaN',
      'Infinity',
      '0x1',
      '1.5',
      ' ',
      '65536',
      '128',
    )
    fc.assert(
      fc.property(fc.array(number, { minLength: 8, maxLength: 8 }), ([a, b, c, d, e, f, g, h]) => {
        const session = parseSdp(
          `v=0\r\no=- ${a} ${b} IN IP4 h\r\nm=audio ${c} RTP/AVP ${d} 96\r\na=rtpmap:96 x/${e}/${f}\r\n` +
            `a=ptime:${g}\r\na=rtcp:${h}\r\na=crypto:${a} s inline:k\r\n`,
        )
        expect(JSON.parse(JSON.stringify(session))).toEqual(session)
      }),
    )
  })
})

describe('a session description of a stranger', () => {
  it('is read up to a bound, and the rest is said', () => {
    const many = (n: number, line: string) => Array.from({ length: n }, () => line)
    expect(read(...many(100, 'm=audio 1 RTP/AVP 0'))).toMatchObject({
      media: { length: 64 },
      problems: expect.arrayContaining([expect.stringContaining('64 m= lines')]),
    })
    expect(read(`m=audio 1 RTP/AVP ${Array.from({ length: 300 }, (_, i) => i % 128).join(' ')}`)).toMatchObject({
      media: [{ formats: { length: 128 } }],
      problems: [expect.stringContaining('128 formats')],
    })
    expect(problems(...many(5000, 'a=x'))).toEqual([expect.stringContaining('4096 lines')])
  })

  it('gives nothing of an m= line that is none to the one before it', () => {
    const session = read('m=audio 4000 RTP/AVP 0', 'a=sendonly', 'm=audio', 'a=inactive', 'c=IN IP4 192.0.2.9')
    expect(session.media).toHaveLength(1)
    expect(audioOf(session)).toMatchObject({ direction: 'sendonly', address: '192.0.2.1' })
  })

  it('holds no line break or other control character in what an answer repeats', () => {
    const session = read(
      'm=audio 4000 RTP/AVP 0',
      'm=vi\0deo 5000 RTP/AVP 97',
      'm=video 5000 RTP/\x1bAVP 97',
      'm=video 5000 RTP/AVP 97',
      'a=rtpmap:97 x\0y/90000',
      'a=fmtp:97 a\0b',
    )
    // eslint-disable-next-line no-control-regex
    expect(writeSdp(session)).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f]/)
    expect(session.media).toHaveLength(2)
  })

  it('may end its lines with LF or CR alone', () => {
    for (const end of ['\n', '\r', '\r\n'])
      expect(parseSdp(`${head}m=audio 4000 RTP/AVP 8\r\n`.replaceAll('\r\n', end))).toMatchObject({
        media: [{ formats: [{ codec: 'PCMA' }] }],
      })
  })
})

describe('our own session descriptions', () => {
  const local = (more: Partial<LocalMedia> = {}): LocalMedia => ({
    address: { host: '192.0.2.7', port: 4000 },
    codecs: ['PCMU', 'PCMA'],
    encryption: 'disabled',
    direction: 'sendrecv',
    sessionId: '77',
    version: 3,
    form: 'one-line',
    suites: ['AES_CM_128_HMAC_SHA1_80'],
    keys: () => new Uint8Array(30).fill(7),
    ...more,
  })

  it('are written as ever', () => {
    expect(writeSdp(makeOffer(local({ encryption: 'required', address: { host: '2001:db8::7', port: 4000 } })))).toBe(
      [
        'v=0',
        'o=- 77 3 IN IP6 2001:db8::7',
        's=-',
        'c=IN IP6 2001:db8::7',
        't=0 0',
        'm=audio 4000 RTP/SAVP 0 8 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH',
        'a=ptime:20',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    )
  })

  it('answer every medium in its place', () => {
    const offer = read(
      'm=video 5000 RTP/AVP 97 98',
      'a=rtpmap:97 H264/90000',
      'a=fmtp:97 profile-level-id=42e01f',
      'm=audio 6000 RTP/AVP 111 8 101',
      'c=IN IP4 192.0.2.9',
      'a=rtpmap:111 opus/48000/2',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:30',
      'a=sendonly',
    )
    const { answer } = makeAnswer(offer, local()) as { answer: SessionDescription }
    expect(writeSdp(answer)).toBe(
      [
        'v=0',
        'o=- 77 3 IN IP4 192.0.2.7',
        's=-',
        'c=IN IP4 192.0.2.7',
        't=0 0',
        'm=video 0 RTP/AVP 97',
        'a=rtpmap:97 H264/90000',
        'a=fmtp:97 profile-level-id=42e01f',
        'a=inactive',
        'm=audio 4000 RTP/AVP 8 101',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:30',
        'a=recvonly',
        '',
      ].join('\r\n'),
    )
  })

  it.each([
    'image 15198 udptl t38',
    'message 7394 TCP/MSRP *',
    'application 49999 UDP/DTLS/SCTP webrtc-datachannel',
    'application 5000 TCP/BFCP *',
    'video 3000 RTP/AVP 96',
    'text 11000 RTP/AVP 98 100',
    'data 9 udp wb whiteboard',
  ])('refuse m=%s as it stands, with port 0', (line) => {
    const offer = parseSdp(`${head}m=audio 4000 RTP/AVP 0\r\nm=${line}\r\n`)
    if (typeof offer === 'string') throw new Error(offer)
    const result = makeAnswer(offer, local())
    if ('refusal' in result) throw new Error(result.text)
    const [kind, , protocol, format] = line.split(' ')
    const written = writeSdp(result.answer).split('\r\n')
    expect(written.find((text) => text.startsWith(`m=${kind}`))).toMatch(`m=${kind} 0 ${protocol} ${format}`)
  })

  const twoLines = (first: string, second: string) => {
    const offer = parseSdp(`${head}${first}${second}`)
    if (typeof offer === 'string') throw new Error(offer)
    return offer
  }
  const key = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\r\n'
  const secure = `m=audio 4000 RTP/SAVP 0\r\n${key}`
  const clear = 'm=audio 4002 RTP/AVP 0\r\n'
  it.each([
    ['disabled', secure, clear, [0, 4000]],
    ['allowed', secure, clear, [4000, 0]],
    ['required', clear, secure, [0, 4000]],
    ['allowed', clear, secure, [0, 4000]],
    ['allowed', 'm=audio 4004 RTP/AVP 18\r\n', clear, [0, 4000]],
    ['allowed', 'm=audio 4004 UDP/TLS/RTP/SAVPF 0\r\n', clear, [0, 4000]],
    ['allowed', `m=audio 4004 RTP/SAVPF 0\r\n${key}`, clear, [4000, 0]],
  ] as const)('take the audio line that fits, with media encryption %s', (encryption, first, second, ports) => {
    const result = makeAnswer(twoLines(first, second), local({ encryption }))
    if ('refusal' in result) throw new Error(result.text)
    expect(result.answer.media.map(({ port }) => port)).toEqual(ports)
  })

  it('refuse with the reason of each audio line where none fits', () => {
    const result = makeAnswer(twoLines(secure, 'm=audio 4004 RTP/AVP 18\r\n'), local())
    expect('refusal' in result && result.text).toMatch(/RTP\/SAVP.*; no codec in common: offered G729/)
  })

  it('offer again each line of the session in its place', () => {
    const video = 'm=video 3000 RTP/AVP 96\r\n'
    const answer = makeAnswer(twoLines(video, secure), local({ encryption: 'allowed' }))
    if ('refusal' in answer) throw new Error(answer.text)
    const again = makeOffer(local({ encryption: 'allowed' }), answer.answer.media)
    expect(again.media.map(({ kind, port, protocol }) => `${kind} ${port} ${protocol}`)).toEqual([
      'video 0 RTP/AVP',
      'audio 4000 RTP/SAVP',
    ])
  })

  it('are read back as they were', () => {
    const media: MediaDescription = {
      kind: 'audio',
      port: 4000,
      protocol: 'RTP/SAVP',
      address: '192.0.2.9',
      formats: [
        {
          payloadType: 111,
          codec: 'opus',
          clockRateHz: 48_000,
          channels: 2,
          parameters: 'minptime=10; useinbandfec=1',
        },
      ],
      direction: 'recvonly',
      ptimeMs: 40,
      rtcpPort: null,
      rtcpMux: false,
      crypto: [
        {
          tag: 4,
          suite: 'AES_CM_128_HMAC_SHA1_32',
          keyParams: 'inline:abc|2^20|1:4',
          sessionParams: 'UNENCRYPTED_SRTP',
        },
      ],
    }
    const session: SessionDescription = {
      origin: { username: '-', sessionId: '12345678901234567890', version: 2, address: '192.0.2.1' },
      media: [media],
    }
    expect(parseSdp(writeSdp(session))).toEqual(session)
  })
})
