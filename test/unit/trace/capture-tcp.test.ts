import { afterAll, describe, expect, it } from 'vitest'
import { openCaptures } from '../../harness/opened.ts'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { request } from '../../harness/messages.ts'
import { hep3, hex, ipv4, pcapFile, u16, u32 } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0

/** A segment of one direction; `back` of the other. */
const segment = (sequence: number, payload: Buffer | string, { syn = false, fin = false, back = false } = {}) => {
  const [source, destination] = back ? [5060, 40_000] : [40_000, 5060]
  const flags = 0x10 | (syn ? 2 : 0) | (fin ? 1 : 0)
  const head = [u16(source), u16(destination), u32(sequence), u32(0), Buffer.from([0x50, flags]), hex('ffff 0000 0000')]
  return ipv4(6, Buffer.concat([...head, Buffer.from(payload)]))
}
const load = (...frames: readonly Buffer[]) => openCaptures(files.write(`${n++}.pcap`, pcapFile(101, frames)))
const found = async (...frames: readonly Buffer[]) => {
  const { calls, dialogs, problems } = await load(...frames)
  expect(problems).toEqual([])
  return [...calls.map(({ trace }) => trace), ...dialogs].map(({ callId }) => callId)
}
/** An INVITE whose headers are as they are, without a Content-Length. */
const invite = (callId: string, extra = '') =>
  `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK${callId}\r\nFrom: <sip:a@b>;tag=1\r\n` +
  `To: <sip:b@c>\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\n${extra}\r\n`
const whole = (callId: string) => invite(callId, 'Content-Length: 0\r\n')

describe('SIP over TCP', () => {
  it('without Content-Length has no body, and the next message is found', async () => {
    expect(await found(segment(0, '', { syn: true }), segment(1, invite('one') + invite('two')))).toEqual([
      'one',
      'two',
    ])
  })

  it('without Content-Length and with the type of a body has what follows', async () => {
    const { calls } = await load(segment(1, `${invite('one', 'Content-Type: text/plain\r\n')}hello`))
    expect(Buffer.from(calls[0]!.trace.messages[0]!.event.bytes).toString()).toMatch(/hello$/)
  })

  it('is found from the middle of a message on, inside of a segment', async () => {
    const rest = `ax: 70\r\nContent-Length: 0\r\n\r\n${whole('one')}`
    expect(await found(segment(900, rest), segment(900 + rest.length, whole('two')))).toEqual(['one', 'two'])
  })

  it('is put together where its first line comes in two pieces', async () => {
    const text = whole('one')
    expect(await found(segment(0, '', { syn: true }), segment(1, text.slice(0, 3)), segment(4, text.slice(3)))).toEqual(
      ['one'],
    )
  })

  it('goes on behind a segment that is missing, when the capture ends', async () => {
    const [first, second] = [whole('one'), whole('two')]
    const after = first.length + 500
    expect(await found(segment(0, first), segment(after, second), segment(after + second.length, ''))).toEqual([
      'one',
      'two',
    ])
  })

  it('shows what there is of a message whose rest is missing', async () => {
    const cut = invite('cut', 'Content-Type: application/sdp\r\nContent-Length: 400\r\n')
    const { calls } = await load(segment(0, `${cut}v=0\r\n`))
    const { message } = calls[0]!.trace.messages[0]!.event
    expect(message.kind === 'unreadable' ? [] : message.problems.map(({ text }) => text)).toContain(
      'Content-Length says 400 bytes, 5 came',
    )
  })

  it('is not taken twice when a segment comes again, or a new connection has other numbers', async () => {
    const text = whole('one')
    const frames = [segment(0, '', { syn: true }), segment(1, text), segment(1, text)]
    const { calls } = await load(...frames, segment(0x9000_0000, '', { syn: true }), segment(0x9000_0001, whole('two')))
    expect(calls.map(({ trace }) => trace.messages.length)).toEqual([1, 1])
  })

  it('of another connection is found though its begin is missing', async () => {
    expect(await found(segment(0x7000_0000, whole('one')), segment(5, whole('two')))).toEqual(['one', 'two'])
  })

  it('with a length that lies loses no more than that message', async () => {
    const lie = invite('lie', 'Content-Length: 3000000\r\n')
    expect(await found(segment(0, lie), segment(lie.length, whole('one')))).toEqual(['lie', 'one'])
  })

  const body = 'v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\n'
  const typed = (length: number) =>
    `${invite('one', `Content-Type: application/sdp\r\nContent-Length: ${length}\r\n`)}${body}`
  it.each([
    ['by a few bytes', 2],
    ['by more than the next message has', 2000],
    ['by less than nothing', -9],
  ])('with a length that is wrong %s ends where the next message begins, and it is said', async (_what, by) => {
    const text = typed(body.length + by)
    for (const frames of [
      [segment(0, text), segment(text.length, whole('two'))],
      [segment(0, text + whole('two'))],
      [segment(0, text.slice(0, -20)), segment(text.length - 20, text.slice(-20) + whole('two'))],
    ]) {
      // Of a segment with both, only what was said tells, once that has come.
      if (by > 1000 && frames.length === 1) frames.push(segment(text.length + whole('two').length, 'x'.repeat(2000)))
      const { calls } = await load(...frames)
      expect(calls.map(({ trace }) => trace.callId)).toEqual(['one', 'two'])
      const { message } = calls[0]!.trace.messages[0]!.event
      expect(message.kind === 'unreadable' ? [] : message.problems.map(({ text }) => text)).toEqual([
        `Content-Length says ${body.length + by} bytes, ${body.length} came${by < 0 ? ': the rest was left out' : ''}`,
      ])
    }
  })

  it('may carry messages in a body, whose length is believed', async () => {
    const fragment = whole('inner')
    const notify = `${invite('outer', `Content-Type: message/sip\r\nContent-Length: ${fragment.length}\r\n`)}`
    expect(await found(segment(0, notify), segment(notify.length, fragment + whole('two')))).toEqual(['outer', 'two'])
  })

  it('counts the segments of other protocols as such', async () => {
    const { read, other, problems } = await load(segment(0, 'GET / HTTP/1.1\r\n\r\n'), segment(18, 'x'))
    expect({ read, other, problems }).toEqual({ read: 0, other: 2, problems: [] })
  })
})

describe('HEP over TCP', () => {
  it('is read message by message', async () => {
    const messages = Buffer.concat(['one', 'two'].map((id) => hep3(1, Buffer.from(request({ callId: id })))))
    expect(
      await found(
        segment(0, '', { syn: true }),
        segment(1, messages.subarray(0, 400)),
        segment(401, messages.subarray(400)),
      ),
    ).toEqual(['one', 'two'])
  })

  it('says of messages that it does not read that it does not', async () => {
    const message = hep3(0x63, Buffer.from('{}'))
    const { unread } = await load(segment(0, '', { syn: true }), segment(1, message))
    expect(unread).toEqual([{ reason: 'HEP messages of type 0x63', packets: 1 }])
  })
})
