import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attributes, writeStun } from '../../../electron/engine/media/transport/dtls/stun.ts'
import { MediaBench, ourMedia, stranger, theirMedia } from '../../harness/media-bench.ts'
import { settle } from '../../harness/virtual-clock.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

describe('STUN and DTLS on the RTP port of a call that agreed on neither', () => {
  it('are counted as garbage: they are in no figure, move nothing, and get no answer', async () => {
    await bench.answered()
    await bench.stream(400, { from: theirMedia })
    const ours = () => bench.net.sent.filter(({ from }) => from.host === ourMedia.host).length
    const [sentBefore, cameBefore] = [ours(), bench.rtp.filter(({ sent }) => !sent).length]
    const check = writeStun('request', Buffer.alloc(12, 1), [[attributes.username, Buffer.from('a:b')]], 'pwd')
    const hello = Buffer.concat([Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]), Buffer.alloc(8)])
    for (let i = 0; i < 50; i++)
      for (const from of [theirMedia, stranger])
        for (const bytes of [check, hello, check.subarray(0, 7)]) bench.net.inject(from, ourMedia, bytes)
    await settle()
    expect(ours()).toBe(sentBefore)
    expect(bench.rtp.filter(({ sent }) => !sent)).toHaveLength(cameBefore)
    expect(bench.foreign).toHaveLength(300)
    const from = bench.net.sent.length
    await bench.stream(400, { from: theirMedia })
    expect(Object.keys(bench.sentTo(from))).toEqual([`${theirMedia.host}:${theirMedia.port}`])
    bench.session.close()
    expect(bench.observations.filter((text) => !text.startsWith('rtp-garbage: '))).toEqual([])
    expect(bench.observations.length).toBeLessThan(12)
  })
})
