import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toneShare } from '../../electron/engine/media/audio/tones.ts'
import { atRate, readWav } from '../../electron/engine/media/audio/wav.ts'
import { meanSquare, toDbfs } from '../../electron/engine/quality/level.ts'
import { startBaresip, type Baresip } from '../harness/baresip.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'

const keep = keepRunning('SIGKILL')

/** The second in the middle of a recording. */
function middle(samples: Int16Array): Int16Array {
  const half = Math.floor(samples.length / 2)
  return samples.subarray(half - 4000, half + 4000)
}

async function heard(baresip: Baresip): Promise<Int16Array> {
  await baresip.stop('SIGTERM')
  const [file] = baresip.recordings()
  return atRate(readWav(file!), 8000)
}

/** One channel of our stereo recording: 0 what we sent, 1 what we received. */
function channel(file: string, which: 0 | 1): Int16Array {
  const data = readFileSync(file).subarray(44)
  return Int16Array.from({ length: data.length / 4 }, (_, i) => data.readInt16LE(i * 4 + which * 2))
}

describe.skipIf(!findPeer('baresip'))('baresip', () => {
  it.each([
    ['in clear', '', [], 'none'],
    ['with SDES-SRTP required on both sides', ';mediaenc=srtp-mand', ['--encryption', 'required'], 'sdes'],
    ['with SDES-SRTP allowed on both sides', ';mediaenc=srtp', ['--encryption', 'allowed'], 'sdes'],
  ] as const)(
    'is called and hears our tone; we hear its sine, %s',
    async (_name, accountParams, encryption, expected) => {
      const baresip = await keep(startBaresip({ accountParams }))
      const folder = mkdtempSync(join(tmpdir(), 'ringback-rec-'))
      const recording = join(folder, 'call.wav')
      try {
        const { code, report } = await callReport([
          'call',
          `sip:bare@127.0.0.1:${baresip.port}`,
          '--send',
          'tone:1000',
          '--duration',
          '3',
          '--record',
          recording,
          ...encryption,
        ])
        expect(report.verdict).toMatchObject({ kind: 'two-way-audio' })
        expect(report.media.at(-1)!.encryption).toBe(expected)
        expect(code).toBe(0)
        for (const stream of report.streams) {
          expect(stream.packets).toBeGreaterThan(120)
          expect(stream.lost).toBe(0)
          expect(stream.level!.meanDbfs).toBeGreaterThan(-40)
        }
        expect(toneShare(middle(channel(recording, 1)), 440, 8000)).toBeGreaterThan(0.9)
        expect(toneShare(middle(channel(recording, 0)), 1000, 8000)).toBeGreaterThan(0.9)
        const there = middle(await heard(baresip))
        expect(toneShare(there, 1000, 8000)).toBeGreaterThan(0.9)
        expect(toDbfs(meanSquare(there))).toBeCloseTo(-14, 0)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  it('calls our agent and hears its tone; the agent records the sine', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-rec-'))
    const agent = await keep(startAgent(['--answer', 'tone:1000', '--record', folder, '--answer-delay', '300']))
    const baresip = await keep(startBaresip({ command: `d sip:agent@127.0.0.1:${agent.port}` }))
    try {
      await baresip.until(/Call established/)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      const there = middle(await heard(baresip))
      expect(toneShare(there, 1000, 8000)).toBeGreaterThan(0.9)
      await agent.until(/"type":"call"/)
      const [report] = agentReports(agent)
      expect(report).toMatchObject({ direction: 'inbound', outcome: 'answered', verdict: { kind: 'two-way-audio' } })
      await agent.stop('SIGINT')
      const [file] = readdirSync(folder)
      expect(toneShare(middle(channel(join(folder, file!), 1)), 440, 8000)).toBeGreaterThan(0.9)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is refused clearly when it offers clear media where encryption is required', async () => {
    const agent = await keep(startAgent(['--encryption', 'required', '--calls', '1']))
    const baresip = await keep(startBaresip({ command: `d sip:agent@127.0.0.1:${agent.port}` }))
    await baresip.until(/488/)
    await agent.until(/"type":"call"/)
    const [report] = agentReports(agent)
    expect(report).toMatchObject({ outcome: 'refused', refusedBy: 'media', status: { code: 488 } })
    expect(report!.observations.some(({ text }) => text.includes('media encryption is required here'))).toBe(true)
  })
})
