import { describe, expect, it } from 'vitest'
import { startBaresip, type Baresip } from '../harness/baresip.ts'
import { Engines, until } from '../harness/engines.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { toneShare } from '../../electron/engine/media/audio/tones.ts'
import { heardIn } from '../harness/tone-files.ts'

const keep = keepRunning('SIGKILL')

/** How much of the third second from the end of what it heard is that tone, at 8 kHz. */
async function heardBy(baresip: Baresip): Promise<(hz: number) => number> {
  await baresip.stop('SIGTERM')
  const samples = heardIn(baresip.recordings()[0]!)
  const piece = samples.subarray(-24_000, -16_000)
  return (hz) => toneShare(piece, hz, 8000)
}

describe.skipIf(!findPeer('baresip'))('a three-way call', () => {
  it.each([
    ['G722', ''],
    ['PCMA', ';mediaenc=srtp-mand'],
  ])('has baresip in %s hear our agent and us, and not itself', async (codec, accountParams) => {
    const engines = new Engines()
    try {
      const baresip = await keep(startBaresip({ accountParams, codec: codec === 'G722' ? codec : '' }))
      const agent = await engines.agent({ behaviour: { kind: 'answer', source: { kind: 'tone', hz: 1050 } } })
      const engine = engines.open()
      const ours = { kind: 'tone', hz: 1700 } as const
      const [a, b] = await Promise.all(
        [
          { uri: `sip:agent@127.0.0.1:${agent.port}`, source: ours },
          {
            uri: `sip:bare@127.0.0.1:${baresip.port}`,
            codecs: [codec],
            encryption: accountParams === '' ? ('disabled' as const) : ('required' as const),
          },
        ].map(async (args) => {
          const { id } = await engine.execute('call.place', args)
          await until(engine, id, ({ media, timeline }) => media.length > 0 && timeline.answeredAt !== null)
          return id
        }),
      )
      await engine.execute('call.join', { id: a!, with: b! })
      await new Promise((resolve) => setTimeout(resolve, 4500))
      await engine.execute('call.hangUp', { id: b! })
      await engine.execute('call.hangUp', { id: a! })
      const hears = await heardBy(baresip)
      expect(hears(1050)).toBeGreaterThan(0.3)
      expect(hears(1700)).toBeGreaterThan(0.3)
      expect(hears(440)).toBeLessThan(0.02)
      await expect.poll(() => agent.ended.length).toBe(1)
      for (const id of [a!, b!]) {
        const { verdict, findings } = await engine.execute('call.report', { id })
        // That keys went over clear signalling is said of any call.
        const found = findings.filter(({ rule }) => rule !== 'keys-in-clear')
        expect([verdict.kind, found]).toEqual(['two-way-audio', []])
      }
    } finally {
      await engines.close()
    }
  })
})
