import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InspectReport } from '../../shared/contract/report.ts'
import { talking } from '../harness/tone-files.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { callReport, ringback, startAgent } from '../harness/process.ts'
import { tsharkRows } from '../harness/tshark.ts'

const keep = keepRunning('SIGTERM')

interface Spoken {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * When each source port is loud in a capture, in ms: tshark's packets and times, and G.711 μ-law read here. Pauses of
 * less than a second are those of a busy machine.
 */
function spokenIn(file: string): Map<string, Spoken[]> {
  const spoken = new Map<string, { fromMs: number; toMs: number }[]>()
  for (const [time = '', port = '', payload = ''] of tsharkRows(file, 'rtp', [
    'frame.time_epoch',
    'udp.srcport',
    'rtp.payload',
  ])) {
    const bytes = Buffer.from(payload.replaceAll(':', ''), 'hex')
    const square = bytes.reduce((sum, byte) => sum + linear(byte) ** 2, 0) / bytes.length
    if (square < 1000 ** 2) continue
    const ms = Number(time) * 1000
    const all = spoken.get(port) ?? []
    spoken.set(port, all)
    const last = all.at(-1)
    if (last && ms - last.toMs < 1000) last.toMs = ms + 20
    else all.push({ fromMs: ms, toMs: ms + 20 })
  }
  return spoken
}

/** ITU-T G.711 table 2: of a code of μ-law the 16-bit value. */
function linear(code: number): number {
  const [value, exponent, mantissa] = [~code & 0xff, (~code >> 4) & 7, ~code & 15]
  const magnitude = ((mantissa << 3) + 0x84) * 2 ** exponent - 0x84
  return value & 0x80 ? -magnitude : magnitude
}

describe.skipIf(!findPeer('tshark'))('a scripted call against an answerer that speaks by the clock', () => {
  it('has the gaps, the barge-in and the silence that its capture shows, to 20 ms', { timeout: 90_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-conversation-'))
    try {
      const [file, script] = [join(folder, 'call.pcap'), join(folder, 'talk.txt')]
      talking(join(folder, 'ours.wav'), 0, 900)
      writeFileSync(
        script,
        'wait for speech\nwait for silence 600ms\nplay ours.wav\nwait for speech\nwait 300ms\nplay ours.wav\nwait 3s',
      )
      // It speaks from 0.5 s to 1.3 s and from 3.8 s to 4.5 s; we come in at 4.2 s.
      const agent = await keep(startAgent(['--answer', talking(join(folder, 'theirs.wav'), 500, 800, 2500, 700, 6000)]))
      const page = join(folder, 'call.html')
      const args = ['call', `sip:x@127.0.0.1:${agent.port}`, '--script', script, '--pcap', file, '--report', page]
      const { report, code } = await callReport(args)
      expect([code, report.findings]).toEqual([0, []])
      const { conversation } = report
      const port = (toPeer: boolean) => report.streams.find((stream) => stream.toPeer === toPeer)!.source.split(':')[1]!
      const spoken = spokenIn(file)
      const [ours, theirs] = [spoken.get(port(true))!, spoken.get(port(false))!]
      expect([ours.length, theirs.length]).toEqual([2, 2])
      const answeredMs = Date.parse(report.timeline.answeredAt!)
      const near = (value: number | null, expected: number) =>
        expect(Math.abs(value! - expected)).toBeLessThanOrEqual(20)
      const turns = conversation!.turns
      expect(turns.map(({ by }) => by)).toEqual(['from-peer', 'to-peer', 'from-peer', 'to-peer'])
      near(conversation!.answerToFirstEnergyMs, theirs[0]!.fromMs - answeredMs)
      near(turns[1]!.gapMs, ours[0]!.fromMs - theirs[0]!.toMs)
      near(turns[2]!.gapMs, theirs[1]!.fromMs - ours[0]!.toMs)
      expect(turns[3]!.gapMs).toBeNull()
      for (const [i, one] of [theirs[0]!, ours[0]!, theirs[1]!, ours[1]!].entries()) {
        near(turns[i]!.atMs, one.fromMs - answeredMs)
        near(turns[i]!.lengthMs, one.toMs - one.fromMs)
      }
      const [bargeIn] = conversation!.bargeIns
      expect(conversation!.bargeIns).toHaveLength(1)
      expect(bargeIn!.by).toBe('to-peer')
      near(bargeIn!.yieldMs, theirs[1]!.toMs - ours[1]!.fromMs)
      near(conversation!.speakingMs.both, theirs[1]!.toMs - ours[1]!.fromMs)
      near(conversation!.silences.at(-1)!.atMs, ours[1]!.toMs - answeredMs)

      const inspected = await ringback(['inspect', file, '--json']).finished
      const [seen] = (JSON.parse(inspected.stdout) as InspectReport).calls
      expect(seen!.conversation).toEqual(conversation)
      const text = (await ringback(['inspect', file]).finished).stdout
      expect(text).toMatch(/the called party answers after: \d\.\d\d s/)
      expect(text).toMatch(/barge-ins: the caller at \d\.\d\d s: the called party stops after 0\.\d\d s/)
      expect(readFileSync(page, 'utf8')).toMatch(/<dt>the peer answers after<\/dt><dd>\d\.\d\d s<\/dd>/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('tones that only prove the audio are none for people', async () => {
    const agent = await keep(startAgent(['--answer', 'echo']))
    const { stdout } = await ringback(['call', `sip:x@127.0.0.1:${agent.port}`, '--duration', '2']).finished
    expect(stdout).not.toMatch(/answers after|barge-ins/)
  })
})
