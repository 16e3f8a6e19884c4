import { deflateRawSync, constants, createDeflateRaw } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureFiles } from '../../harness/capture-files.ts'
import { openCaptures } from '../../harness/opened.ts'
import { hex, ipv4, pcapFile, u16, u32 } from '../../harness/wrapped.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())
let n = 0
const load = (...frames: readonly Buffer[]) => openCaptures(files.write(`${n++}.pcap`, pcapFile(101, frames)))

/** One direction of a connection, its segments one behind the other. */
class Side {
  #sequence = 0
  readonly #back: boolean

  constructor(back = false) {
    this.#back = back
  }

  segment(payload: Buffer | string): Buffer {
    const bytes = Buffer.from(payload)
    const ports = this.#back ? [80, 40_000] : [40_000, 80]
    const head = [...ports.map(u16), u32(this.#sequence), u32(0), hex('5010 ffff 0000 0000')]
    this.#sequence += bytes.length
    const packet = ipv4(6, Buffer.concat([...head, bytes]))
    if (this.#back) hex('c6336402 c6336401').copy(packet, 12)
    return packet
  }

  /** A segment that the capture lacks. */
  lose(bytes: number): void {
    this.#sequence += bytes
  }
}

const invite = (callId: string) =>
  `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a;branch=z9hG4bK${callId}\r\nFrom: <sip:a@b>;tag=1\r\n` +
  `To: <sip:b@c>\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n` +
  `Subject: ${'of no matter '.repeat(20)}\r\n\r\n`

const asks = (extensions = '') =>
  `GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n` +
  `${extensions}\r\n`
const accepts = (extensions = '') =>
  `HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n${extensions}\r\n`
const deflate = (more = '') => `Sec-WebSocket-Extensions: permessage-deflate${more}\r\n`

/** A frame as a client sends it (masked) or a server. */
function frame(payload: Buffer | string, { first = 0x81, masked = false } = {}): Buffer {
  const bytes = Buffer.from(payload)
  const length = bytes.length < 126 ? [bytes.length] : [126, bytes.length >> 8, bytes.length & 255]
  length[0]! |= masked ? 0x80 : 0
  const key = [1, 2, 3, 4]
  const body = masked ? bytes.map((byte, i) => byte ^ key[i & 3]!) : bytes
  return Buffer.concat([Buffer.from([first, ...length, ...(masked ? key : [])]), body])
}

/** Messages as one side compresses them, each repeating what stood in those before. */
async function inContext(...messages: readonly string[]): Promise<Buffer[]> {
  const packer = createDeflateRaw()
  const chunks: Buffer[] = []
  packer.on('data', (chunk: Buffer) => chunks.push(chunk))
  const packed: Buffer[] = []
  for (const message of messages) {
    packer.write(message)
    await new Promise<void>((resolve) => packer.flush(constants.Z_SYNC_FLUSH, () => resolve()))
    packed.push(Buffer.concat(chunks.splice(0)).subarray(0, -4))
  }
  packer.close()
  return packed
}
const alone = (message: string) => deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
const packedFrame = (payload: Buffer, masked = false) => frame(payload, { first: 0xc1, masked })

describe('SIP over WebSocket', () => {
  it.each([true, false])('is read, masked: %s', async (masked) => {
    const side = new Side()
    const message = frame(invite('one'), { masked })
    const { calls } = await load(
      side.segment(masked ? asks() : accepts()),
      side.segment(message.subarray(0, 50)),
      side.segment(message.subarray(50)),
    )
    expect(calls[0]!.trace.messages[0]!.event.transport).toBe('ws')
  })

  it('is read where a message is in several frames, and where the capture begins in the middle', async () => {
    const text = invite('one')
    const parts = Buffer.concat([
      frame(invite('zero'), { masked: true }),
      frame(text.slice(0, 99), { first: 0x01, masked: true }),
      frame('', { first: 0x89 }),
      frame(text.slice(99), { first: 0x80, masked: true }),
    ])
    const { calls } = await load(new Side().segment(parts))
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['zero', 'one'])
  })

  it('is told from what else a WebSocket carries, and from the empty lines that keep it open', async () => {
    const side = new Side()
    const { dialogs, calls, problems, other } = await load(
      side.segment(asks().replace('Protocol: sip', 'Protocol: chat')),
      side.segment(frame('{"type":"hello"}', { masked: true })),
      side.segment(frame('\r\n\r\n', { masked: true })),
    )
    expect({ found: calls.length + dialogs.length, problems, other }).toEqual({ found: 0, problems: [], other: 3 })
  })
})

describe('SIP over WebSocket with compression', () => {
  const ids = async (...frames: readonly Buffer[]) => {
    const { calls, problems } = await load(...frames)
    expect(problems).toEqual([])
    return calls.map(({ trace }) => trace.callId)
  }

  it.each([
    ['each side goes on with its window', '', inContext],
    [
      'no side does',
      ';client_no_context_takeover; server_no_context_takeover',
      async (...all: string[]) => all.map(alone),
    ],
  ] as const)('is read where %s', async (_name, terms, pack) => {
    const [there, back] = [new Side(), new Side(true)]
    const [one, two] = (await pack(invite('one'), invite('two'))) as [Buffer, Buffer]
    const [three, four] = (await pack(invite('three'), invite('four'))) as [Buffer, Buffer]
    expect(
      await ids(
        there.segment(asks(deflate('; client_max_window_bits'))),
        back.segment(accepts(deflate(terms))),
        there.segment(packedFrame(one, true)),
        there.segment(packedFrame(two, true)),
        back.segment(packedFrame(three)),
        back.segment(packedFrame(four)),
      ),
    ).toEqual(['one', 'two', 'three', 'four'])
  })

  it('is read where a message is in several frames, and beside one that is not compressed', async () => {
    const back = new Side(true)
    const [one, two] = (await inContext(invite('one'), invite('two'))) as [Buffer, Buffer]
    expect(
      await ids(
        back.segment(accepts(deflate())),
        back.segment(
          Buffer.concat([
            packedFrame(one),
            frame(invite('plain')),
            frame(two.subarray(0, 20), { first: 0x41 }),
            frame(two.subarray(20), { first: 0x80 }),
          ]),
        ),
      ),
    ).toEqual(['one', 'plain', 'two'])
  })

  it('without its handshake is said not to be read', async () => {
    const { unread, calls } = await load(new Side().segment(packedFrame(alone(invite('one')), true)))
    expect(calls).toEqual([])
    expect(unread).toEqual([{ reason: 'WebSocket with compression whose handshake is not in the capture', packets: 1 }])
  })

  it('behind a packet that is missing is said not to be read, and not made up', async () => {
    const back = new Side(true)
    const [, one, , two] = (await inContext(invite('zero'), invite('one'), invite('lost'), invite('two'))) as Buffer[]
    const before = [back.segment(accepts(deflate()))]
    back.lose(packedFrame(one!).length)
    const { unread, calls } = await load(...before, back.segment(packedFrame(two!)), back.segment(frame(invite('end'))))
    expect(calls.map(({ trace }) => trace.callId)).toEqual(['end'])
    expect(unread.map(({ packets }) => packets)).toEqual([1])
  })

  it.each([
    ['what is damaged', Buffer.alloc(200, 0xff)],
    ['what would fill the machine', deflateRawSync(Buffer.alloc(64 << 20, 0x20)).subarray(0, 60_000)],
  ])('leaves %s, and says so', async (_name, payload) => {
    const back = new Side(true)
    const { unread } = await load(back.segment(accepts(deflate())), back.segment(packedFrame(payload)))
    expect(unread).toEqual([{ reason: 'WebSocket messages that do not decompress', packets: 1 }])
  })
})
