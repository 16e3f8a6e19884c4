import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { CallReport, InspectReport } from '../../shared/contract/report.ts'
import {
  captureFiles,
  compareStreams,
  figuresOf,
  recordFigures,
  recordedFigures,
  strangeCapture,
  streamsOtherwise,
  writeStrangeCapture,
} from '../harness/figures.ts'
import { findPeer } from '../harness/install-peers.ts'
import { agentReports, callReport, ringback, startAgent } from '../harness/process.ts'
import {
  tsharkField,
  tsharkFigures,
  tsharkStreams,
  tsharkText,
  tsharkVersion,
  type TsharkFigures,
} from '../harness/tshark.ts'

const tshark = findPeer('tshark')
const files = [...captureFiles()]

async function inspect(...files: string[]): Promise<InspectReport> {
  const { stdout, stderr } = await ringback(['inspect', ...files, '--json']).finished
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as InspectReport
}

/** UPDATE_FIGURES=1 records what tshark counts now. */
function recorded(name: string, figures: TsharkFigures): void {
  if (process.env['UPDATE_FIGURES']) return recordFigures(tsharkVersion(), name, figures)
  const { tshark: version, captures: known } = recordedFigures()
  expect(known[name], `recorded from tshark ${version}, this is ${tsharkVersion()}`).toEqual(figures)
}

describe.skipIf(!tshark || files.length === 0)(
  'figures of captures equal those of tshark, which still counts as recorded',
  () => {
    it.each(files)('%s', async (name, file) => {
      const theirs = tsharkFigures(file)
      recorded(name, theirs)
      const report = await inspect(file)
      const ours = [...report.calls.flatMap(({ streams }) => streams), ...report.unmatchedStreams]
      expect(compareStreams(ours, theirs.streams)).toEqual(streamsOtherwise(name))
    })
  },
)

const printed = ['sip-over-tcp.pcap', 'aaa.pcap'].flatMap((name) => files.filter(([known]) => known === name))

describe.skipIf(!tshark || printed.length === 0)(
  'what tshark prints of a capture is read as the capture itself',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-printed-'))
    afterAll(() => rmSync(folder, { recursive: true }))
    const messages = async (file: string) =>
      (await inspect(file)).calls.flatMap((call) => call.messages.map(({ at, source, raw }) => ({ at, source, raw })))

    it.each(printed)('%s', async (_name, file) => {
      const [details, bytes] = [join(folder, 'details.txt'), join(folder, 'bytes.txt')]
      writeFileSync(details, tsharkText(file, '-V', '-Y', 'sip'))
      writeFileSync(bytes, tsharkText(file, '-V', '-x'))
      const passed = await messages(file)
      expect(await messages(details)).toEqual(passed)
      expect(await messages(bytes)).toEqual(passed)
    })
  },
)

describe.skipIf(!tshark)('figures of strange streams equal those of tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([1, 2, 3])(
    '60 streams with loss, reordering, duplicates, pauses, comfort noise, DTMF and wraps, seed %i',
    async (seed) => {
      const file = join(folder, `${seed}.pcap`)
      writeStrangeCapture(file, 60, seed)
      const theirs = tsharkStreams(file)
      expect(theirs).toHaveLength(60)
      expect(compareStreams((await figuresOf(file)).streams, theirs)).toEqual({ ours: 0, theirs: 0 })
    },
  )

  it('which still counts as recorded', () => {
    const file = join(folder, 'recorded.pcap')
    writeStrangeCapture(file, 12, 4)
    recorded(strangeCapture, tsharkFigures(file))
  })
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
        expect(compareStreams(report.streams, streams)).toEqual({ ours: 0, theirs: 0 })
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
        // A live call nobody looks at keeps no course of its figures.
        const withoutSeries = call!.streams.map(({ series: _series, ...stream }) => stream)
        expect(withoutSeries).toEqual(report.streams)
        // Who speaks is told as its teller sees it.
        const withoutWords = ({ negotiation: _words, ...media }: CallReport['media'][number]) => media
        expect(call!.media.map(withoutWords)).toEqual(report.media.map(withoutWords))
        expect(call!.verdict).toMatchObject({ kind: report.verdict.kind, missing: report.verdict.missing })
        const knownBefore = { endedBy: null, endReason: null }
        expect({ ...call!.timeline, ...knownBefore }).toEqual({ ...report.timeline, ...knownBefore })
      } finally {
        await agent.stop('SIGINT')
        rmSync(folder, { recursive: true })
      }
    },
  )

  it('impaired: what the other end counts is what tshark counts in the captures of both ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-pcap-'))
    const [file, theirs] = [join(folder, 'call.pcap'), join(folder, 'agent.pcap')]
    const agent = await startAgent(['--answer', 'tone', '--pcap', theirs, '--calls', '1'])
    try {
      const { report } = await callReport([
        ...['call', `sip:echo@127.0.0.1:${agent.port}`, '--duration', '16', '--pcap', file],
        ...['--impair', 'burst=5%x4,jitter=30ms,reorder=2%,duplicate=2%', '--send', 'tone:500'],
      ])
      await agent.finished
      const [heard] = agentReports(agent)
      const lost = (streams: CallReport['streams'], toPeer: boolean) => {
        const stream = streams.find((one) => one.toPeer === toPeer)!
        return stream.lost + stream.duplicates
      }
      // The same is missing at both ends: what was dropped on purpose is nowhere taken for sent. A packet that came
      // twice makes up for a lost one (RFC 3550, A.3).
      expect(lost(heard!.streams, false)).toBeGreaterThan(0)
      expect(lost(heard!.streams, false)).toBe(lost(report.streams, true))
      expect(compareStreams(report.streams, tsharkStreams(file))).toEqual({ ours: 0, theirs: 0 })
      expect(compareStreams(heard!.streams, tsharkStreams(theirs))).toEqual({ ours: 0, theirs: 0 })
    } finally {
      await agent.stop('SIGINT')
      rmSync(folder, { recursive: true })
    }
  })

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
