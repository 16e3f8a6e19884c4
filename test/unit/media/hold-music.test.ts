import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tone } from '../../../electron/engine/media/audio/source.ts'
import { toneShare } from '../../../electron/engine/media/audio/tones.ts'
import { ulaw } from '../../../electron/engine/media/codec/g711.ts'
import { rtpHeaderBytes } from '../../../shared/wire/rtp/rtp.ts'
import { MediaBench } from '../../harness/media-bench.ts'
import { sdp } from '../../harness/messages.ts'

let bench: MediaBench
beforeEach(() => void (bench = new MediaBench()))
afterEach(() => bench.session?.close())

/** What leaves in the next 400 ms. */
async function leaves(): Promise<Int16Array> {
  const from = bench.rtp.length
  await bench.clock.advance(400)
  const packets = bench.rtp.slice(from).filter(({ sent }) => sent)
  return Int16Array.from(
    packets.flatMap(({ clear }) => [...ulaw.decode(clear, rtpHeaderBytes, clear.length - rtpHeaderBytes)]),
  )
}
const shareOf = (samples: Int16Array, hz: number) => toneShare(samples, hz, 8000)

describe('a peer on hold', () => {
  it('hears music in place of the source, as sendonly says, and the source again behind it', async () => {
    await bench.answered()
    expect(shareOf(await leaves(), 500)).toBeGreaterThan(0.95)
    bench.session.hold(true)
    expect(await bench.session.offer()).toContain('\r\na=sendonly\r\n')
    expect(await bench.session.answered(sdp(undefined, undefined, 'a=recvonly\n'))).toBeNull()
    bench.session.music((rateHz) => tone(1200, rateHz))
    const held = await leaves()
    expect(held.length).toBeGreaterThan(2400)
    expect([shareOf(held, 1200) > 0.95, shareOf(held, 500) < 0.05]).toEqual([true, true])
    bench.session.music(null)
    expect(shareOf(await leaves(), 500)).toBeGreaterThan(0.95)
  })

  it('hears digits over the music, and nothing of it where the call is muted', async () => {
    await bench.answered()
    bench.session.music((rateHz) => tone(1200, rateHz))
    bench.session.sendDigits('5', 'inband')
    expect(shareOf(await leaves(), 1200)).toBeLessThan(0.6)
    bench.session.mute(true)
    expect(Math.max(...(await leaves()))).toBeLessThan(10)
  })
})
