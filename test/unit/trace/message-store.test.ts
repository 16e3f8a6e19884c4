import { appendFileSync, renameSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MessageStore } from '../../../electron/engine/trace/capture/message-store.ts'
import { CaptureFiles, invites, pcapOf } from '../../harness/capture-files.ts'
import { openCaptures } from '../../harness/opened.ts'

const files = new CaptureFiles()
afterAll(() => files.remove())

let store: MessageStore
beforeEach(() => void (store = new MessageStore()))
afterEach(() => store.close())

/** Bytes that tell where they lie. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
const sizes = [1, 700, 65_535, 65_536, 65_537, 200_000, 300_000]

describe('messages of a capture', () => {
  it('are read from the file, wherever its blocks begin', () => {
    const whole = pattern(900_000)
    const file = store.file(files.write('plain.pcap', whole))
    let at = 3
    const ids = sizes.map((size) => {
      const id = store.add(whole, at, at + size, file, at)
      at += size
      return id
    })
    at = 3
    for (const [i, size] of sizes.entries()) {
      expect(Buffer.from(store.bytes(ids[i]!))).toEqual(Buffer.from(whole.subarray(at, at + size)))
      at += size
    }
  })

  it('that are in no file as they are lie in one of ours, with those before and after them', () => {
    const file = store.file(files.write('other.pcap', pattern(100)))
    const messages = [...sizes, ...sizes].map((size, i) => pattern(size + i))
    const ids = messages.map((bytes) => store.add(bytes, 0, bytes.length, file, -1))
    for (const [i, id] of ids.entries()) expect(Buffer.from(store.bytes(id))).toEqual(Buffer.from(messages[i]!))
    // What comes later lies behind what was read already.
    const last = store.add(pattern(10), 0, 10, file, -1)
    expect(Buffer.from(store.bytes(last))).toEqual(Buffer.from(pattern(10)))
  })

  it('are those of the file that was opened, though it has grown and another has its name', () => {
    const path = files.write('moved.pcap', pattern(1000))
    const file = store.file(path)
    const first = store.add(pattern(1000), 0, 1000, file, 0)
    expect(store.bytes(first)).toHaveLength(1000)
    appendFileSync(path, pattern(500))
    renameSync(path, `${path}.old`)
    files.write('moved.pcap', new Uint8Array(2000))
    const second = store.add(pattern(1500), 0, 500, file, 1000)
    expect(Buffer.from(store.bytes(second))).toEqual(Buffer.from(pattern(500)))
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('that is packed with %s are those that were packed', async (name, pack) => {
    const calls = invites(400)
    const { calls: found } = await openCaptures(files.write(`packed ${name}.pcap`, pack(pcapOf(calls))))
    expect(found.map(({ trace }) => trace.messages.length)).toEqual(calls.map(() => 1))
    for (const { trace } of found) {
      const text = Buffer.from(trace.messages[0]!.event.bytes).toString()
      expect(text).toContain(`\r\nCall-ID: ${trace.callId}\r\n`)
    }
  })
})
