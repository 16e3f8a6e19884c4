import { afterAll, describe, expect, it } from 'vitest'
import { RingbackError } from '../../../electron/engine/base/errors.ts'
import { registrationReportOf, reportOf } from '../../../electron/engine/report/report.ts'
import { openCaptures } from '../../harness/opened.ts'
import { TcpStream } from '../../../electron/engine/trace/capture/tcp/tcp-stream.ts'
import { isoMicros } from '../../../shared/base/time.ts'
import { callReportSchema, registrationReportSchema } from '../../../shared/contract/report.ts'
import { CaptureFiles, captureStartUs, framesOf, invites, pcapOf, pcapng } from '../../harness/capture-files.ts'
import { request } from '../../harness/messages.ts'
import { Payloads } from '../../harness/payloads.ts'
import { predictableRandom } from '../../harness/random.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

const random = predictableRandom(11)
const below = (n: number) => random.uint32() % n
const load = (...paths: string[]) => openCaptures(...paths)
const [frame] = framesOf(pcapOf(invites(1))) as [Buffer]

describe('times that cannot be', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [-5, '1970-01-01T00:00:00.000000Z'],
    [Number.NaN, '1970-01-01T00:00:00.000000Z'],
    [-Infinity, '1970-01-01T00:00:00.000000Z'],
    [2 ** 64, '9999-12-31T23:59:59.999999Z'],
    [Infinity, '9999-12-31T23:59:59.999999Z'],
    [1e300, '9999-12-31T23:59:59.999999Z'],
    [captureStartUs + 1.25, '2023-11-14T22:13:20.000001Z'],
    [captureStartUs + 999.75, '2023-11-14T22:13:20.000999Z'],
  ])('%d is shown as %s', (at, text) => expect(isoMicros(at)).toBe(text))

  it.each([
    ['2^64 - 1', 2n ** 64n - 1n],
    ['the year 10,000', 253_402_300_800_000_000n],
  ])('a pcapng time of %s is the end of the year 9999, and a problem', async (name, ticks) => {
    const { calls, problems, lastAt, damaged } = await load(
      files.write(`time ${name}.pcapng`, pcapng.section(), pcapng.interface(), pcapng.packet(ticks, frame)),
    )
    expect(problems).toEqual([expect.stringContaining('1 packet with a time after the year 9999')])
    expect(damaged).toBe(true)
    expect(callReportSchema.safeParse(reportOf(calls[0]!, lastAt, null)).error).toBeUndefined()
  })

  it.each([19, 127, 0x80 | 61, 0xff])('a resolution of %d is none: microseconds, and a problem', async (resolution) => {
    const { calls, problems } = await load(
      files.write(
        `resolution ${resolution}.pcapng`,
        pcapng.section(),
        pcapng.interface(101, resolution),
        pcapng.packet(BigInt(captureStartUs), frame),
      ),
    )
    expect(problems).toEqual([expect.stringContaining('a clock that is finer than any')])
    expect(calls[0]!.trace.messages[0]!.event.at).toBe(captureStartUs)
  })

  it.each([
    [6, 1n],
    [9, 1000n],
    [0x80 | 20, null],
  ])('a resolution of %d is read', async (resolution, factor) => {
    const ticks =
      factor === null ? BigInt(Math.round((captureStartUs / 1e6) * 2 ** 20)) : BigInt(captureStartUs) * factor
    const { calls, problems } = await load(
      files.write(
        `good ${resolution}.pcapng`,
        pcapng.section(),
        pcapng.interface(101, resolution),
        pcapng.packet(ticks, frame),
      ),
    )
    expect(problems).toEqual([])
    expect(calls[0]!.trace.messages[0]!.event.at).toBeCloseTo(captureStartUs, -1)
  })
})

describe('a pcapng file that lies', () => {
  it('about the length of a block is read up to there', async () => {
    const { calls, problems, damaged } = await load(
      files.write(
        'length.pcapng',
        pcapng.section(),
        pcapng.interface(),
        pcapng.packet(1n, frame),
        pcapng.packet(2n, frame, { lengthAtEnd: 12 }),
        pcapng.packet(3n, frame),
      ),
    )
    expect(calls).toHaveLength(1)
    expect(problems).toEqual([
      expect.stringMatching(
        /a block after packet 1 claims \d+ bytes at its beginning and 12 at its end: the capture is damaged from there/,
      ),
    ])
    expect(damaged).toBe(true)
  })

  it('about its byte order is not read', async () => {
    const section = pcapng.section()
    section.fill(0, 8, 12)
    expect(
      (await load(files.write('order.pcapng', section, pcapng.interface(), pcapng.packet(1n, frame)))).problems,
    ).toEqual([expect.stringContaining('no byte order')])
  })

  it('with more interfaces than there can be is read with the first of them, and says so', async () => {
    const interfaces = Buffer.concat(Array.from({ length: 5000 }, () => pcapng.interface()))
    const { calls, problems } = await load(
      files.write(
        'interfaces.pcapng',
        pcapng.section(),
        interfaces,
        pcapng.packet(1n, frame),
        pcapng.packet(1n, frame, { at: 4999 }),
        pcapng.packet(1n, frame, { at: 0xffffffff }),
      ),
    )
    expect(calls[0]!.trace.messages).toHaveLength(1)
    expect(problems).toEqual([
      expect.stringContaining('904 interfaces beyond the first 4096'),
      expect.stringContaining('2 packets of no interface'),
    ])
  })
})

describe('captures with bytes changed, cut and repeated', () => {
  const classic = pcapOf(invites(20))
  const modern = Buffer.concat([
    pcapng.section(),
    pcapng.interface(1),
    pcapng.interface(),
    ...framesOf(classic).map((bytes, i) => pcapng.packet(BigInt(captureStartUs + i), bytes, { at: 1 })),
  ])

  it.each([
    ['pcap', classic],
    ['pcapng', modern],
  ])('%s: give a report that its schema takes, or say what is wrong', async (name, whole) => {
    for (let i = 0; i < 250; i++) {
      const bytes = Buffer.from(whole.subarray(0, below(4) === 0 ? below(whole.length) : whole.length))
      for (let n = below(12); n > 0 && bytes.length > 0; n--)
        bytes[below(below(2) === 0 ? Math.min(200, bytes.length) : bytes.length)] = below(256)
      const path = files.write(`mutated.${name}`, bytes)
      try {
        const { calls, registrations, lastAt } = await load(path)
        for (const call of calls) expect(callReportSchema.safeParse(reportOf(call, lastAt, null)).error).toBeUndefined()
        for (const registration of registrations)
          expect(registrationReportSchema.safeParse(registrationReportOf(registration, lastAt)).error).toBeUndefined()
      } catch (error) {
        if (!(error instanceof RingbackError)) throw error
      }
    }
  })
})

describe('registrations in a capture', () => {
  it('keep their newest messages, however often they are refreshed', async () => {
    const path = files.write(
      'refreshed.pcap',
      pcapOf(
        Array.from({ length: 1234 }, (_, i) => ({
          method: 'REGISTER',
          uri: 'sip:192.0.2.1',
          branch: `z9hG4bK${i}`,
          cseq: i + 1,
          callId: 'one',
        })),
      ),
    )
    const { registrations, lastAt } = await load(path)
    expect(registrations).toHaveLength(1)
    const report = registrationReportOf(registrations[0]!, lastAt)
    expect(report.messages.length).toBeLessThanOrEqual(50)
    expect(report.messages.length + report.droppedMessages).toBe(1234)
    expect(report.messages.at(-1)!.cseq).toBe('1234 REGISTER')
  })
})

describe('TCP as it was captured', () => {
  const messages = Array.from({ length: 40 }, (_, i) =>
    Buffer.from(request({ callId: `tcp-${i}`, extra: `X-Fill: ${'x'.repeat(below(900))}\n` })),
  )
  const whole = Buffer.concat(messages)
  const base = 0xffff_f000
  const read = (segments: readonly { readonly from: number; readonly to: number }[]) => {
    const stream = new TcpStream()
    const found: string[] = []
    stream.push(0, { sequence: (base - 1) >>> 0, syn: true, end: false, payload: new Uint8Array(0) }, () => {})
    for (const { from, to } of segments)
      stream.push(
        0,
        { sequence: (base + from) >>> 0, syn: false, end: false, payload: whole.subarray(from, to) },
        (_at, bytes) => found.push(Buffer.from(bytes).toString()),
      )
    return { found, stream }
  }
  const expected = messages.map(String)

  it('is put together from segments out of order, repeated, overlapping, of any size, over the numbers’ end', () => {
    for (let round = 0; round < 30; round++) {
      const segments: { from: number; to: number }[] = []
      for (let from = 0; from < whole.length;) {
        const to = Math.min(whole.length, from + 1 + below(1400))
        segments.push({ from: Math.max(0, from - (below(3) === 0 ? below(50) : 0)), to })
        if (below(5) === 0) segments.push({ from, to: Math.min(whole.length, from + below(600)) })
        from = to
      }
      for (let i = 0; i + 6 < segments.length; i += 7) [segments[i], segments[i + 6]] = [segments[i + 6]!, segments[i]!]
      expect(read(segments).found).toEqual(expected)
    }
  })

  it('goes on behind a hole with the next message that begins a segment', () => {
    const starts = messages.map((_, i) => messages.slice(0, i).reduce((sum, { length }) => sum + length, 0))
    const segments = starts.map((from, i) => ({ from, to: from + messages[i]!.length })).filter((_, i) => i !== 1)
    // As many segments again and again as wait for one that is missing.
    const padding = Array.from({ length: 300 }, (_, i) => ({
      from: whole.length - 300 + i,
      to: whole.length - 299 + i,
    }))
    expect(read([...segments, ...padding]).found).toEqual(expected.filter((_, i) => i !== 1))
  })

  it('holds back no more than a megabyte behind a hole', () => {
    const stream = new TcpStream()
    stream.push(0, { sequence: 0, syn: true, end: false, payload: new Uint8Array(0) }, () => {})
    let most = 0
    for (let i = 1; i < 2000; i++) {
      stream.push(
        0,
        { sequence: 2_000_000 + i * 60_000, syn: false, end: false, payload: new Uint8Array(60_000) },
        () => {},
      )
      most = Math.max(most, stream.heldBytes)
    }
    expect(most).toBeLessThan(2 * 1024 * 1024)
  })
})

describe('fragments', () => {
  const udp = Buffer.concat([Buffer.from([0x13, 0xc4, 0x13, 0xc4]), Buffer.from([0, 0, 0, 0]), Buffer.alloc(3992, 7)])
  udp.writeUInt16BE(udp.length, 4)
  const fragment = (from: number, to: number, { id = 1, more = to < udp.length } = {}) => {
    const head = Buffer.alloc(20)
    head[0] = 0x45
    head.writeUInt16BE(20 + to - from, 2)
    head.writeUInt16BE(id, 4)
    head.writeUInt16BE((more ? 0x2000 : 0) | (from / 8), 6)
    head[9] = 17
    return Buffer.concat([head, udp.subarray(from, to), Buffer.alloc(Math.max(0, to - udp.length))])
  }
  const decode = (...frames: readonly Buffer[]) => {
    const payloads = new Payloads()
    for (const bytes of frames) payloads.frame(bytes)
    payloads.end()
    // Every fragment is counted once, whatever became of it.
    const { read, other } = payloads.account
    const unread = payloads.account.reasons().reduce((sum, { packets }) => sum + packets, 0)
    expect(read + other + unread).toBe(frames.length)
    return payloads.found
  }

  it.each([
    [
      'in order',
      [
        [0, 1000],
        [1000, 2000],
        [2000, 4000],
      ],
    ],
    [
      'from the last to the first',
      [
        [2000, 4000],
        [1000, 2000],
        [0, 1000],
      ],
    ],
    [
      'that come twice',
      [
        [0, 1000],
        [0, 1000],
        [1000, 2000],
        [1000, 2000],
        [2000, 4000],
      ],
    ],
    [
      'that overlap',
      [
        [0, 1600],
        [800, 2400],
        [1600, 4000],
      ],
    ],
    [
      'of which one has all of another',
      [
        [1000, 1200],
        [0, 2000],
        [2000, 4000],
      ],
    ],
  ] as const)('%s make the datagram', (_name, parts) => {
    const found = decode(...parts.map(([from, to]) => fragment(from, to)))
    expect(found.map((payload) => Buffer.from(payload))).toEqual([udp.subarray(8)])
  })

  it('with a hole make none, though their bytes would be enough', () => {
    expect(decode(fragment(0, 1600), fragment(800, 1600), fragment(1000, 1600), fragment(2000, 4000))).toEqual([])
  })

  it('that reach behind the end of any datagram, or never end, are let go', () => {
    const beyond = Buffer.concat([
      fragment(0, 8, { more: true }).subarray(0, 6),
      Buffer.from([0x1f, 0xff]),
      fragment(0, 8).subarray(8),
    ])
    expect(decode(beyond)).toEqual([])
    const many = Array.from({ length: 3000 }, (_, i) =>
      fragment(8 * (i % 490), 8 * (i % 490) + 8, { id: 5, more: true }),
    )
    expect(decode(...many)).toEqual([])
  })
})
