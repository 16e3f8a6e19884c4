import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFfmpegListener, startFfmpegSender } from '../harness/ffmpeg.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { callReport, freePair } from '../harness/process.ts'
import { answering, sdpBody, startSipp } from '../harness/sipp.ts'
import { channelOf, heardIn, toneInside } from '../harness/tone-files.ts'

const keep = keepRunning('SIGINT')

/** A call whose media is ffmpeg at both ends of the other side: it listens at one port and sends from another. */
async function call(...more: string[]) {
  const listener = await keep(startFfmpegListener())
  const [ours, theirs] = [await freePair(), await freePair()]
  const body = sdpBody.replace('[media_port]', String(listener.port))
  const sipp = await keep(startSipp({ text: answering({ body }) }))
  const sender = await keep(startFfmpegSender(theirs, ours))
  const folder = mkdtempSync(join(tmpdir(), 'ringback-rec-'))
  const recording = join(folder, 'call.wav')
  try {
    const { code, report } = await callReport([
      'call',
      `sip:ffmpeg@127.0.0.1:${sipp.port}`,
      ...['--codecs', 'PCMU', '--send', 'tone:1000', '--duration', '4', '--rtp-ports', `${ours}-${ours + 1}`],
      ...['--record', recording, ...more],
    ])
    await sender.stop('SIGINT')
    await listener.stop('SIGINT')
    await sipp.done()
    return { code, report, listener, theirs, sine: toneInside(channelOf(recording, 1), 440) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(!findPeer('ffmpeg') || !findPeer('sipp'))('ffmpeg', () => {
  it('hears our tone where the session description says, and we hear its sine from another port', async () => {
    const { report, code, listener, theirs, sine } = await call('--no-latch')
    expect([code, report.verdict.kind]).toEqual([0, 'two-way-audio'])
    const received = report.streams.find(({ source }) => source === `127.0.0.1:${theirs}`)!
    const sent = report.streams.find((stream) => stream !== received)!
    expect([sent.destination, sent.packets > 180, received.packets > 100, received.lost]).toEqual([
      `127.0.0.1:${listener.port}`,
      true,
      true,
      0,
    ])
    expect(sine).toBeGreaterThan(0.9)
    expect(toneInside(heardIn(listener.heard), 1000)).toBeGreaterThan(0.9)
    // Its sender reports name no stream of ours: that says nothing of what it hears.
    expect(report.findings.map(({ rule }) => rule)).not.toContain('peer-hears-nothing')
  })

  it('is followed to the port that it sends from, where nobody says otherwise, and that is said', async () => {
    const { report, theirs, sine } = await call()
    expect(sine).toBeGreaterThan(0.9)
    expect(report.observations.find(({ kind }) => kind === 'latched')?.text).toContain(`127.0.0.1:${theirs}`)
    expect(report.streams.some(({ destination }) => destination === `127.0.0.1:${theirs}`)).toBe(true)
  })
})
