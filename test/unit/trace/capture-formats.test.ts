import { gzipSync, zstdCompressSync } from 'node:zlib'
import { truncateSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { openCaptures } from '../../harness/opened.ts'
import { readCapture } from '../../../electron/engine/trace/capture/pcap-read.ts'
import { captures, foundCaptures } from '../../harness/fixtures.ts'
import { CaptureFiles, captureStartUs, framesOf, invites, pcapOf, pcapng } from '../../harness/capture-files.ts'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const files = new CaptureFiles()
afterAll(() => files.remove())

const load = (...paths: readonly string[]) => openCaptures(...paths)
const classic = pcapOf(invites(3))
const frames = framesOf(classic) as [Buffer, Buffer, Buffer]

/** The capture in another byte order or resolution, or with the record headers of one variant. */
function variant(magic: string, nanos: boolean, longRecords: boolean): Buffer {
  const first = Buffer.from(magic, 'hex')
  const big = first[0] === 0xa1
  const number = (value: number) => {
    const bytes = Buffer.alloc(4)
    if (big) bytes.writeUInt32BE(value)
    else bytes.writeUInt32LE(value)
    return bytes
  }
  const records = frames.flatMap((frame, i) => [
    number(captureStartUs / 1e6),
    number((i + 1) * (nanos ? 1_000_000 : 1000)),
    number(frame.length),
    number(frame.length),
    ...(longRecords ? [Buffer.alloc(8)] : []),
    frame,
  ])
  return Buffer.concat([first, number(0), number(0), number(0), number(65_535), number(101), ...records])
}

describe('a classic capture', () => {
  it.each([
    ['a1b2c3d4', false, false],
    ['d4c3b2a1', false, false],
    ['a1b23c4d', true, false],
    ['4d3cb2a1', true, false],
    ['a1b2cd34', false, true],
    ['34cdb2a1', false, true],
  ])('that begins with %s is read', async (magic, nanos, long) => {
    const { calls, problems } = await load(files.write(`${magic}.pcap`, variant(magic, nanos, long)))
    expect(problems).toEqual([])
    expect(calls.map(({ trace }) => trace.messages[0]!.event.at)).toEqual(
      [1, 2, 3].map((i) => captureStartUs + i * 1000),
    )
  })

  it('that goes on with a hole is read up to there, and the hole costs no time', async () => {
    const path = files.write('sparse.pcap', classic)
    truncateSync(path, 4 * 1024 ** 3)
    const { calls, problems, packets } = await load(path)
    expect({ calls: calls.length, packets }).toEqual({ calls: 3, packets: 3 })
    expect(problems).toEqual([
      expect.stringContaining('nothing but zeros follows packet 3: the capture is damaged from there'),
    ])
  })
})

describe('a pcapng capture', () => {
  const at = BigInt(captureStartUs)

  it('in either byte order, section by section, each with its interfaces', async () => {
    const { calls, problems } = await load(
      files.write(
        'sections.pcapng',
        pcapng.section(),
        pcapng.interface(1),
        pcapng.interface(101),
        pcapng.packet(at, frames[0], { at: 1 }),
        pcapng.big.section(),
        pcapng.big.interface(101),
        pcapng.big.packet(at + 1n, frames[1]),
      ),
    )
    expect(problems).toEqual([])
    expect(calls.map(({ trace }) => trace.messages[0]!.event.at)).toEqual([captureStartUs, captureStartUs + 1])
  })

  it('whose clock is set off tells the time that it was', async () => {
    const offset = Buffer.alloc(8)
    offset.writeBigInt64LE(-3600n)
    const path = files.write(
      'offset.pcapng',
      pcapng.section(),
      pcapng.interfaceWith([[14, offset]]),
      pcapng.packet(at, frames[0]),
    )
    expect((await load(path)).calls[0]!.trace.messages[0]!.event.at).toBe(captureStartUs - 3600e6)
  })

  it('with a clock that is set off beyond all times is read as if it were not, and says so', async () => {
    const path = files.write(
      'far.pcapng',
      pcapng.section(),
      pcapng.interfaceWith([[14, Buffer.alloc(8, 0x7f)]]),
      pcapng.packet(at, frames[0]),
    )
    const { calls, problems } = await load(path)
    expect(problems).toEqual([expect.stringContaining('1 interface with a clock that is set off by more than any')])
    expect(calls[0]!.trace.messages[0]!.event.at).toBe(captureStartUs)
  })

  it('with packet blocks of each kind that there was', async () => {
    const { calls, packets } = await load(
      files.write(
        'kinds.pcapng',
        pcapng.section(),
        pcapng.interface(101),
        pcapng.packet(at, frames[0]),
        pcapng.oldPacket(at + 5n, frames[1]),
        pcapng.simplePacket(frames[2]),
      ),
    )
    expect(packets).toBe(3)
    // A simple packet has no time: it came not before the one before it.
    expect(calls.map(({ trace }) => trace.messages[0]!.event.at - captureStartUs)).toEqual([0, 5, 5])
  })

  it('hands out the keys that lie in it', async () => {
    const log = 'CLIENT_RANDOM 00 11\n'
    const path = files.write('keys.pcapng', pcapng.section(), pcapng.secrets(log), pcapng.interface())
    const found: string[] = []
    await readCapture(path, { frame: () => {}, secrets: (text) => found.push(text) })
    expect(found).toEqual([log])
  })

  it('that lost packets while it was captured says how many', async () => {
    const path = files.write(
      'drops.pcapng',
      pcapng.section(),
      pcapng.interface(),
      pcapng.packet(at, frames[0]),
      pcapng.statistics(17),
    )
    const { problems, damaged } = await load(path)
    expect(problems).toEqual([expect.stringContaining('17 packets were lost while this was captured')])
    expect(damaged).toBe(false)
  })
})

describe('a capture that is packed', () => {
  const modern = Buffer.concat([pcapng.section(), pcapng.interface(), pcapng.packet(1n, frames[0])])

  it.each([
    ['gzip', gzipSync, classic, 3],
    ['gzip', gzipSync, modern, 1],
    ['zstd', zstdCompressSync, classic, 3],
    ['zstd', zstdCompressSync, modern, 1],
  ] as const)('with %s is read', async (name, pack, content, expected) => {
    const { calls, problems } = await load(files.write(`packed.${name}`, pack(content)))
    expect({ calls: calls.length, problems }).toEqual({ calls: expected, problems: [] })
  })

  it('in two pieces is read as one', async () => {
    const path = files.write('two.gz', gzipSync(classic.subarray(0, 100)), gzipSync(classic.subarray(100)))
    expect((await load(path)).calls).toHaveLength(3)
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('with %s and cut off gives what there is, and says so', async (name, pack) => {
    const many = pack(pcapOf(invites(5000)))
    const { calls, problems, damaged } = await load(files.write(`cut.${name}`, many.subarray(0, many.length * 0.8)))
    expect(calls.length).toBeGreaterThan(1000)
    expect(problems.at(-1)).toMatch(new RegExp(`after packet \\d+ the ${name} data is damaged`))
    expect(damaged).toBe(true)
  })

  it('and would fill the machine is read up to there', async () => {
    const bomb = [classic, Buffer.alloc(80 * 1024 * 1024)]
    // Records of zeros with a time, so that they are not taken for a hole.
    const record = Buffer.concat([Buffer.from('0100000000000000', 'hex'), Buffer.alloc(8)])
    bomb[1]!.fill(record)
    const { calls, problems } = await load(files.write('bomb.gz', gzipSync(Buffer.concat(bomb), { level: 9 })))
    expect(calls).toHaveLength(3)
    expect(problems[0]).toMatch(/unpacks to more than 500 times its size: what follows is not read$/)
  })

  it('twice, or by something else, is named', async () => {
    const twice = files.write('twice.gz', gzipSync(gzipSync(classic)))
    await expect(load(twice)).rejects.toMatchObject({ kind: 'usage', message: /is packed once more, with gzip/ })
    const xz = files.write('a.xz', Buffer.from('fd377a585a000004', 'hex'))
    await expect(load(xz)).rejects.toMatchObject({ kind: 'usage', message: /packed with xz: unpack it first/ })
    const snoop = files.write('a.snoop', Buffer.from('736e6f6f7000000000000002', 'hex'))
    await expect(load(snoop)).rejects.toMatchObject({ kind: 'usage', message: /looks like a snoop capture/ })
    const rubbish = files.write('rubbish.gz', gzipSync(classic).fill(7, 12))
    await expect(load(rubbish)).rejects.toMatchObject({ kind: 'usage', message: /cannot be unpacked/ })
  })
})

const folders = [captures(), foundCaptures()].filter((folder) => folder !== null)

describe.skipIf(folders.length === 0)('every packet of every capture', () => {
  const all = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  it.each(all.filter((path) => !path.endsWith('.md') && !path.includes('c07')))(
    'of %s is read, is neither SIP nor RTP, or is said not to be read',
    async (path) => {
      const { packets, read, other, unread } = await load(path)
      expect(read + other + unread.reduce((sum, reason) => sum + reason.packets, 0)).toBe(packets)
    },
  )
})
