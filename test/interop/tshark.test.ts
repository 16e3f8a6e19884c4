import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { InspectReport, Stream } from '../../shared/contract/report.ts'
import { meterOf } from '../../electron/engine/media/codec/index.ts'
import { streamOf } from '../../electron/engine/report/report.ts'
import { loadCaptures } from '../../electron/engine/trace/capture/load.ts'
import { captures } from '../harness/fixtures.ts'
import { findPeer } from '../harness/install-peers.ts'
import { callReport, ringback, startAgent } from '../harness/process.ts'
import { predictableRandom } from '../harness/random.ts'
import { strangeStream, writeSyntheticCapture } from '../harness/rtp-capture.ts'
import { tsharkField, tsharkStreams, type TsharkStream } from '../harness/tshark.ts'

const tshark = findPeer('tshark')
const folder = captures()

async function inspect(...files: string[]): Promise<InspectReport> {
  const { stdout, stderr } = await ringback(['inspect', ...files, '--json']).finished
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as InspectReport
}

const port = (address: string) => address.slice(address.lastIndexOf(':') + 1)

function same(ours: Stream, theirs: TsharkStream): void {
  expect(ours.packets).toBe(theirs.packets)
  expect(ours.lost).toBe(theirs.lost)
  for (const figure of [
    'minDeltaMs',
    'meanDeltaMs',
    'maxDeltaMs',
    'minJitterMs',
    'meanJitterMs',
    'maxJitterMs',
  ] as const) {
    expect(
      Math.abs(ours[figure] - theirs[figure]),
      `${figure} of ${theirs.ssrc}: ours ${ours[figure]}, tshark ${theirs[figure]}`,
    ).toBeLessThanOrEqual(0.0011)
  }
}

/**
 * SIP_CALL_RTP_G711 has one stream that MGCP announces; c07-sip-r2.cap is a Network Monitor file, neither pcap nor
 * pcapng.
 */
const announcedOtherwise: Readonly<Record<string, number>> = { SIP_CALL_RTP_G711: 1 }
const files = folder ? readdirSync(folder).filter((name) => name !== 'README.md' && name !== 'c07-sip-r2.cap') : []

describe.skipIf(!tshark || !folder)('figures of captures equal those of tshark', () => {
  it.each(files)('%s', async (name) => {
    const file = join(folder!, name)
    const report = await inspect(file)
    const ours = [...report.calls.flatMap(({ streams }) => streams), ...report.unmatchedStreams]
    const theirs = tsharkStreams(file)
    let missing = 0
    for (const stream of theirs) {
      const match = ours.find(
        ({ ssrc, source, destination }) =>
          ssrc === stream.ssrc &&
          port(source) === port(stream.source) &&
          port(destination) === port(stream.destination),
      )
      if (match) same(match, stream)
      else missing++
    }
    expect(missing).toBe(announcedOtherwise[name] ?? 0)
  })
})

describe.skipIf(!tshark)('figures of strange streams equal those of tshark', () => {
  it.each([1, 2, 3])(
    '60 streams with loss, reordering, duplicates, pauses, comfort noise, DTMF and wraps, seed %i',
    async (seed) => {
      const folder = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
      const file = join(folder, 'strange.pcap')
      const { uint32 } = predictableRandom(seed)
      const random = () => uint32() / 2 ** 32
      try {
        writeSyntheticCapture(
          file,
          Array.from({ length: 60 }, () => strangeStream(random, 30 + Math.floor(random() * 400))),
        )
        const ours = (await loadCaptures([file], meterOf)).calls
          .flatMap(({ streams }) => streams.all)
          .map((stream) => streamOf(stream, null))
        const theirs = tsharkStreams(file)
        expect(theirs).toHaveLength(60)
        for (const stream of theirs)
          same(
            ours.find(({ ssrc }) => ssrc === stream.ssrc)!,
            stream,
          )
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})

describe.skipIf(!tshark)('a call of ours, exported as pcap', () => {
  it.each([
    ['UDP', [], []],
    ['TCP', ['--listen', 'tcp:127.0.0.1:0'], [';transport=tcp']],
  ] as const)(
    'over %s opens in tshark and in inspect with the same ladder, streams and verdict',
    async (_name, listen, suffix) => {
      const folder = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
      const file = join(folder, 'call.pcap')
      const agent = await startAgent([...listen])
      try {
        const { code, report } = await callReport([
          'call',
          `sip:echo@127.0.0.1:${agent.port}${suffix.join('')}`,
          '--duration',
          '3',
          '--dtmf',
          '12#',
          '--pcap',
          file,
        ])
        expect(code).toBe(0)
        const streams = tsharkStreams(file)
        expect(streams).toHaveLength(2)
        for (const stream of streams)
          same(
            report.streams.find(({ ssrc }) => ssrc === stream.ssrc)!,
            stream,
          )
        expect(tsharkField(file, 'sip', 'sip.Call-ID')).toHaveLength(report.messages.length)
        expect(new Set(tsharkField(file, 'sip', 'sip.Call-ID'))).toEqual(new Set([report.callId]))
        expect(tsharkField(file, 'rtpevent', 'rtpevent.event_id').length).toBeGreaterThan(10)
        expect(
          tsharkField(file, '_ws.malformed || udp.checksum.status == 0 || tcp.checksum.status == 0', 'frame.number'),
        ).toEqual([])

        const seen = await inspect(file)
        expect(seen.calls).toHaveLength(1)
        const [call] = seen.calls
        expect(call!.messages).toEqual(report.messages)
        expect(call!.streams).toEqual(report.streams)
        expect(call!.media).toEqual(report.media)
        expect(call!.verdict).toMatchObject({ kind: report.verdict.kind, missing: report.verdict.missing })
        expect({ ...call!.timeline, endedBy: null }).toEqual({ ...report.timeline, endedBy: null })
      } finally {
        await agent.stop('SIGINT')
        rmSync(folder, { recursive: true })
      }
    },
  )

  it.skipIf(!findPeer('sngrep'))('opens in sngrep', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
    const [file, text] = [join(folder, 'call.pcap'), join(folder, 'out.pcap')]
    const agent = await startAgent([])
    try {
      await callReport(['call', `sip:echo@127.0.0.1:${agent.port}`, '--duration', '1', '--pcap', file])
      // Without a terminal sngrep only copies what it has understood.
      execFileSync(findPeer('sngrep')!, ['-N', '-q', '-I', file, '-O', text], { stdio: 'ignore', timeout: 20_000 })
      expect(tsharkField(text, 'sip.Method == "INVITE"', 'sip.Method')).toEqual(['INVITE'])
    } finally {
      await agent.stop('SIGINT')
      rmSync(folder, { recursive: true })
    }
  })
})
