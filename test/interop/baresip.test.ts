import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { meanSquare, toDbfs } from '../../electron/engine/quality/level.ts'
import { startBaresip, type Baresip } from '../harness/baresip.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { agentReports, callReport, startAgent } from '../harness/process.ts'
import { channelOf, heardIn, middle, toneInside } from '../harness/tone-files.ts'

const keep = keepRunning('SIGKILL')

async function heard(baresip: Baresip): Promise<Int16Array> {
  await baresip.stop('SIGTERM')
  const [file] = baresip.recordings()
  return heardIn(file!)
}

describe.skipIf(!findPeer('baresip'))('baresip', () => {
  it.each([
    ['in clear', '', [], 'none'],
    ['with SDES-SRTP required on both sides', ';mediaenc=srtp-mand', ['--encryption', 'required'], 'sdes'],
    ['with SDES-SRTP allowed on both sides', ';mediaenc=srtp', ['--encryption', 'allowed'], 'sdes'],
    ...['AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM'].map(
      (suite) =>
        [`by ${suite}`, ';mediaenc=srtp-mand', ['--encryption', 'required', '--srtp-suites', suite], 'sdes'] as const,
    ),
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
        expect(toneInside(channelOf(recording, 1), 440)).toBeGreaterThan(0.9)
        expect(toneInside(channelOf(recording, 0), 1000)).toBeGreaterThan(0.9)
        const there = await heard(baresip)
        expect(toneInside(there, 1000)).toBeGreaterThan(0.9)
        expect(toDbfs(meanSquare(middle(there)))).toBeCloseTo(-14, 0)
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
      const there = await heard(baresip)
      expect(toneInside(there, 1000)).toBeGreaterThan(0.9)
      await agent.until(/"type":"call"/)
      const [report] = agentReports(agent)
      expect(report).toMatchObject({ direction: 'inbound', outcome: 'answered', verdict: { kind: 'two-way-audio' } })
      await agent.stop('SIGINT')
      const [file] = readdirSync(folder)
      expect(toneInside(channelOf(join(folder, file!), 1), 440)).toBeGreaterThan(0.9)
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
