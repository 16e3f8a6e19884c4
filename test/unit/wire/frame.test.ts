import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StreamFramer, maxHeadBytes, type Frame } from '../../../shared/wire/sip/frame.ts'
import { request } from '../../harness/messages.ts'

describe('framing a stream', () => {
  const whole = request({ body: 'v=0\n' })
  const messages = (frames: readonly Frame[]) =>
    frames
      .filter((frame) => frame.kind === 'message')
      .map((frame) => Buffer.from((frame as { bytes: Uint8Array }).bytes).toString())

  it('finds the same messages however the bytes are cut', () => {
    const stream = Buffer.from(whole + whole + '\r\n\r\n' + whole)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }), (cuts) => {
        const framer = new StreamFramer()
        const frames: Frame[] = []
        let at = 0
        for (let i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!
          frames.push(...framer.push(stream.subarray(at, at + size)))
          at += size
        }
        expect(messages(frames)).toEqual([whole, whole, whole])
        expect(
          frames.filter(({ kind }) => kind === 'ping').length + frames.filter(({ kind }) => kind === 'pong').length,
        ).toBeGreaterThan(0)
      }),
    )
  })

  it('tells a double CRLF (ping) from a single one (pong)', () => {
    expect(new StreamFramer().push(Buffer.from('\r\n\r\n')).map(({ kind }) => kind)).toEqual(['ping'])
    expect(new StreamFramer().push(Buffer.from('\r\n')).map(({ kind }) => kind)).toEqual(['pong'])
  })

  it.each([
    [
      'a Content-Length of gigabytes',
      whole.replace(/Content-Length: \d+/, 'Content-Length: 5000000000'),
      'announces 5000000000 bytes',
    ],
    ['a negative Content-Length', whole.replace(/Content-Length: \d+/, 'Content-Length: -1'), 'is not a length'],
    ['a body without Content-Length', whole.replace(/Content-Length: \d+\r\n/, ''), 'nobody can tell where it ends'],
    ['a first line without end', `INVITE sip:${'a'.repeat(20_000)}`, 'first line of more than'],
    ['a method longer than any', 'A'.repeat(65), 'no SIP message'],
    ['bytes', '\x00\x01', 'no SIP message'],
    ['TLS', '\x16\x03\x01', 'TLS handshake'],
    ['no SIP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'no SIP message'],
    ['an endless header', `INVITE sip:a@b SIP/2.0\r\nX: ${'a'.repeat(maxHeadBytes)}`, 'without the end of a header'],
    [
      '64 KiB of header',
      whole.replace('Max-Forwards', `X-Long: ${'a'.repeat(maxHeadBytes)}\r\nMax-Forwards`),
      'the limit is 65536',
    ],
  ])('gives up on %s', (_name, text, why) => {
    const frames = new StreamFramer().push(Buffer.from(text))
    expect(frames).toHaveLength(1)
    expect(frames[0]).toMatchObject({ kind: 'broken', text: expect.stringContaining(why) })
  })
})

describe('a stream that is followed', () => {
  const whole = request({ body: 'v=0\n' })
  const texts = (frames: readonly Frame[]) =>
    frames.map((frame) => (frame.kind === 'message' ? Buffer.from(frame.bytes).toString() : frame.kind))
  const unmeasured = (text: string) => text.replace(/Content-Length: \d+\r\n/, '')

  it('has messages without Content-Length, which have no body where they name no type of one', () => {
    const bare = unmeasured(request())
    for (const cut of [bare.length * 2, bare.length, bare.length - 2, 40]) {
      const [framer, frames]: [StreamFramer, Frame[]] = [new StreamFramer(), []]
      const both = Buffer.from(bare + bare)
      for (let at = 0; at < both.length; at += cut) frames.push(...framer.push(both.subarray(at, at + cut)))
      expect(texts(frames)).toEqual([bare, bare])
    }
  })

  it('is given up at its first line where that is no SIP', () => {
    expect(new StreamFramer().push(Buffer.from('GET / HTTP/1.1\r\n'))).toMatchObject([{ kind: 'broken' }])
    expect(new StreamFramer().push(Buffer.from('SIP/2.0 200 OK\r\n'))).toEqual([])
  })

  it('tells whether a message has begun', () => {
    const framer = new StreamFramer()
    const seen = [framer.pending]
    for (const part of [
      '\r\n',
      whole.slice(0, 1),
      whole.slice(1, 90),
      whole.slice(90, -1),
      whole.slice(-1),
      `${whole}I`,
    ]) {
      framer.push(Buffer.from(part))
      seen.push(framer.pending)
    }
    expect(seen).toEqual([false, false, true, true, true, false, true])
  })

  it('gives out messages that later bytes do not change', () => {
    const framer = new StreamFramer()
    const first = [
      ...framer.push(Buffer.from(whole.slice(0, 50))),
      ...framer.push(Buffer.from(whole.slice(50) + whole.slice(0, 9))),
    ]
    for (const byte of Buffer.from(whole.slice(9) + whole)) framer.push(Uint8Array.of(byte))
    expect(first.map((frame) => frame.kind === 'message' && Buffer.from(frame.bytes).toString())).toEqual([whole])
  })

  it('goes on after an empty line that is none: CR LF CR and something else', () => {
    const framer = new StreamFramer()
    expect(framer.push(Buffer.from('\r\n\r'))).toEqual([])
    expect(framer.push(Buffer.from(`x`)).map(({ kind }) => kind)).toEqual(['pong'])
    expect(framer.push(Buffer.from(`${' '.repeat(100)}\n`)).map(({ kind }) => kind)).toEqual(['broken'])
  })
})
