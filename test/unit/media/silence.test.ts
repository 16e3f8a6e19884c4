import { describe, expect, it } from 'vitest'
import { MediaBench, theirMedia } from '../../harness/media-bench.ts'
import { sdp } from '../../harness/messages.ts'

// A peer whose media comes no more.

const opened = async (silenceMs: number | null, offer = sdp()) => {
  const bench = new MediaBench()
  await bench.answered({ silenceMs }, offer)
  let ends = 0
  bench.session.whenSilent(() => void ends++)
  return { bench, ends: () => ends }
}
const kinds = ({ observations }: MediaBench) =>
  observations.filter((text) => text.startsWith('media-')).map((text) => text.split(':')[0])

describe('a peer that sends nothing any more', () => {
  it('is worth a word after ten seconds, and ends the call after as long as was set', async () => {
    const { bench, ends } = await opened(15_000)
    await bench.stream(3000, { from: theirMedia })
    await bench.clock.advance(9000)
    expect(kinds(bench)).toEqual([])
    await bench.clock.advance(2000)
    expect(kinds(bench)).toEqual(['media-silent'])
    await bench.clock.advance(5000)
    expect([kinds(bench), ends()]).toEqual([['media-silent', 'media-timeout'], 1])
    expect(bench.observations.at(-1)).toMatch(/nothing has come from the peer for 15 s, neither RTP nor RTCP/)
    await bench.clock.advance(60_000)
    expect(ends()).toBe(1)
    bench.session.close()
  })

  it('ends no call where nothing is set', async () => {
    const { bench, ends } = await opened(null)
    await bench.clock.advance(3_600_000)
    expect([kinds(bench), ends()]).toEqual([['media-silent'], 0])
    bench.session.close()
  })

  it('is not one that is on hold', async () => {
    const { bench, ends } = await opened(15_000, sdp(theirMedia.host, theirMedia.port, 'a=inactive\n'))
    await bench.clock.advance(60_000)
    expect([kinds(bench), ends()]).toEqual([[], 0])
    bench.session.close()
  })
})

describe('packets of any length', () => {
  it.each([
    ['a=maxptime:20', undefined, 20],
    ['a=maxptime:20', 40, 20],
    ['a=ptime:40\na=maxptime:30', undefined, 30],
    ['a=maxptime:150', 40, 40],
    ['a=maxptime:5', undefined, 10],
    ['a=maxptime:x', 30, 30],
  ])('are no longer than the description allows: %j, we like %s: %i ms', async (lines, ptimeMs, sent) => {
    const bench = new MediaBench()
    await bench.answered({ ptimeMs }, sdp(theirMedia.host, theirMedia.port, `${lines}\n`))
    await bench.clock.advance(400)
    expect(new Set(bench.rtp.map(({ clear }) => clear.length - 12))).toEqual(new Set([sent * 8]))
    bench.session.close()
  })

  const ptimes = [10, 20, 30, 40, 60]
  it.each(ptimes.flatMap((theirs) => [undefined, ...ptimes].map((asked) => [theirs, asked] as const)))(
    'of %i ms are echoed whole where the description says ptime %s',
    async (theirs, asked) => {
      const bench = new MediaBench()
      const ptime =
        asked === undefined
          ? ''
          : `a=ptime:${asked}
`
      await bench.answered({ source: { kind: 'echo' } }, sdp(theirMedia.host, theirMedia.port, ptime))
      for (let ms = 0; ms < 2400; ms += theirs) {
        await bench.packet({ from: theirMedia, samples: theirs * 8 })
        await bench.clock.advance(theirs)
      }
      const sent = bench.rtp.filter(({ sent }) => sent).map(({ clear }) => clear.subarray(12))
      expect(new Set(sent.map(({ length }) => length))).toEqual(new Set([(asked ?? 20) * 8]))
      // Silence before the first of theirs is due, and no more than one frame of it in between.
      const speech = sent.slice(sent.findIndex((payload) => payload.includes(0x20)))
      expect(speech.flatMap((payload) => [...payload]).filter((byte) => byte !== 0x20).length).toBeLessThan(400)
      bench.session.close()
    },
  )
})
