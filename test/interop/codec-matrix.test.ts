import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import type { Stream } from '../../shared/contract/report.ts'
import { startBaresip } from '../harness/baresip.ts'
import { compareStreams, figuresOf } from '../harness/figures.ts'
import { findPeer } from '../harness/install-peers.ts'
import { keepRunning } from '../harness/kept.ts'
import { startLinphone } from '../harness/linphone.ts'
import { callReport, startAgent } from '../harness/process.ts'
import { toneOf } from '../harness/tone-files.ts'
import { tsharkStreams } from '../harness/tshark.ts'

const keep = keepRunning('SIGKILL')
let folder = ''
afterEach(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
  folder = ''
})

/** Called with a tone of 1000 Hz; sends one of 440. */
interface Peer {
  readonly uri: string
  /** Ends it, and gives how much of what it heard is our tone. */
  heard(): Promise<number>
}

const peers: Readonly<Record<string, (codec: string) => Promise<Peer>>> = {
  async ours(codec) {
    const agent = await keep(startAgent(['--answer', 'tone:440', '--record', folder, '--codecs', codec]))
    return {
      uri: `sip:agent@127.0.0.1:${agent.port}`,
      async heard() {
        await agent.stop('SIGTERM')
        return toneOf(
          join(
            folder,
            readdirSync(folder).find((name) => !name.startsWith('call.'))!,
          ),
          1000,
          1,
        )
      },
    }
  },
  async baresip(codec) {
    const baresip = await keep(startBaresip({ codec, accountParams: audioCodecs[codec] ?? '' }))
    return {
      uri: `sip:bare@127.0.0.1:${baresip.port}`,
      async heard() {
        await baresip.stop('SIGTERM')
        return toneOf(baresip.recordings()[0]!, 1000)
      },
    }
  },
  async linphone(codec) {
    const linphone = await keep(startLinphone({ codec }))
    return {
      uri: `sip:linphone@127.0.0.1:${linphone.port}`,
      async heard() {
        await linphone.until(/ended \(No error\)/)
        return toneOf(linphone.heard, 1000)
      },
    }
  },
}
/** baresip has L16 of many rates. It cuts 20 ms into packets of 53 samples, and leaves two samples of 320 out. */
const audioCodecs: Readonly<Record<string, string>> = { L16: ';audio_codecs=L16/16000/1' }

const installed: Readonly<Record<string, boolean>> = {
  ours: true,
  baresip: findPeer('baresip') !== null,
  linphone: findPeer('linphonec') !== null,
}
/** Cells that cannot be filled, and why. */
const empty: Readonly<Record<string, string>> = {
  'L16 linphone': 'linphone agrees on L16/44100, plays nothing of it and hangs',
}

const codecs = ['PCMU', 'PCMA', 'G722', 'opus', 'L16']
const table = new Map<string, string>()
const cells = codecs.flatMap((codec) => Object.keys(peers).map((peer) => [codec, peer] as const))

/**
 * The figures of the capture of a call are those of tshark, its levels those of the call. `twice`: of one stream tshark
 * makes two, where the first packet comes before the answer.
 */
async function captured(pcap: string, live: readonly Stream[], twice: boolean): Promise<void> {
  const { streams } = await figuresOf(pcap)
  if (findPeer('tshark') && !twice) expect(compareStreams(streams, tsharkStreams(pcap))).toEqual({ ours: 0, theirs: 0 })
  for (const { ssrc, level } of live)
    expect(streams.find((stream) => stream.ssrc === ssrc)!.level!.meanDbfs).toBeCloseTo(level!.meanDbfs, 0)
}

describe('real calls with each codec to each peer', () => {
  for (const [codec, peer] of cells) {
    const reason = empty[`${codec} ${peer}`] ?? (installed[peer] ? null : `${peer} is not installed`)
    if (reason !== null) table.set(`${codec} ${peer}`, `- ${reason}`)
    it.skipIf(reason !== null)(`${codec}: ${peer} hears our tone, we hear its tone`, async () => {
      folder = mkdtempSync(join(tmpdir(), 'ringback-matrix-'))
      const there = await peers[peer]!(codec)
      const [recording, pcap] = ['call.wav', 'call.pcap'].map((name) => join(folder, name)) as [string, string]
      const { code, report } = await callReport([
        ...['call', there.uri, '--codecs', codec, '--send', 'tone:1000', '--duration', '3', '--record', recording],
        ...['--pcap', pcap],
      ])
      expect(report.verdict.kind).toBe('two-way-audio')
      expect(code).toBe(0)
      expect(report.media.at(-1)!.codec).toBe(codec)
      for (const stream of report.streams.filter(({ packets }) => packets > 10)) {
        expect(stream).toMatchObject({ codec, lost: 0 })
        expect(stream.packets).toBeGreaterThan(120)
        expect(stream.level!.meanDbfs).toBeGreaterThan(-40)
      }
      const [here, over] = [toneOf(recording, 440, 1), await there.heard()]
      table.set(`${codec} ${peer}`, `${report.media.at(-1)!.payloadType}: ${here.toFixed(2)} / ${over.toFixed(2)}`)
      expect(here).toBeGreaterThan(0.9)
      expect(over).toBeGreaterThan(0.9)
      await captured(pcap, report.streams, peer === 'linphone')
    })
  }

  afterAll(() => {
    const width = 30
    const rows = codecs.map((codec) =>
      [codec.padEnd(8), ...Object.keys(peers).map((peer) => (table.get(`${codec} ${peer}`) ?? '?').padEnd(width))].join(
        '',
      ),
    )
    const head = ['codec'.padEnd(8), ...Object.keys(peers).map((peer) => peer.padEnd(width))].join('')
    process.stdout.write(
      '\npayload type: how much of what we hear, and of what it hears, is the tone that was sent\n' +
        `${[head, ...rows].join('\n')}\n\n`,
    )
  })
})
