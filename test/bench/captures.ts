import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from '../harness/install-peers.ts'
import { root } from '../harness/process.ts'
import { callsCapture, rtpCapture } from './capture-files.ts'
import { median, type Row } from './row.ts'

/** Seconds of the wall and the most memory of a process, whose output goes nowhere. */
async function measured(command: string, args: readonly string[]): Promise<{ seconds: number; megabytes: number }> {
  const nowhere = openSync('/dev/null', 'w')
  const start = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', nowhere, nowhere] })
  let kilobytes = 0
  const timer = setInterval(() => {
    try {
      kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? kilobytes)
    } catch {
      // It has ended.
    }
  }, 20)
  await new Promise((resolve) => child.once('close', resolve))
  clearInterval(timer)
  closeSync(nowhere)
  return { seconds: (performance.now() - start) / 1000, megabytes: kilobytes / 1024 }
}

interface Comparison {
  readonly ours: readonly string[]
  /** Commands of others: the fastest is what we compare with. */
  readonly theirs: readonly (readonly [command: string, ...args: string[]])[]
  readonly runs: number
}

/** In turn, so that all see the same machine. */
async function compared({ ours, theirs, runs }: Comparison) {
  const mine: { seconds: number; megabytes: number }[] = []
  const others: number[][] = theirs.map(() => [])
  for (let run = 0; run < runs; run++) {
    mine.push(await measured(process.execPath, [join(root, 'electron/cli/ringback.mjs'), ...ours]))
    for (const [n, [command, ...args]] of theirs.entries()) others[n]!.push((await measured(command, args)).seconds)
  }
  return {
    seconds: median(mine.map(({ seconds }) => seconds)),
    megabytes: Math.max(...mine.map(({ megabytes }) => megabytes)),
    theirs: Math.min(...others.map(median)),
  }
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** 460 MB of RTP: the figures of every stream. */
export function manyPackets(): Promise<Row> {
  return inFolder(async (folder) => {
    const [packets, file] = [2_000_000, join(folder, 'rtp.pcap')]
    rtpCapture(file, packets, 500)
    const { seconds, megabytes, theirs } = await compared({
      ours: ['inspect', file, '--json'],
      theirs: [[findPeer('tshark')!, '-r', file, '-q', '-z', 'rtp,streams']],
      runs: 3,
    })
    const rate = packets / seconds / 1e6
    return {
      what: '2 million RTP packets of 500 streams (460 MB), full figures',
      measured:
        `${rate.toFixed(2)} M packets/s, ${(theirs / seconds).toFixed(1)} times tshark, ` +
        `${megabytes.toFixed(0)} MB`,
      mark: '2.5 M/s, 10 times, 200 MB',
      figure: seconds,
      ok: rate >= 2.5 && theirs / seconds >= 10 && megabytes <= 200,
    }
  })
}

/** 140,000 messages: every one of them as JSON. */
export function everyMessage(): Promise<Row> {
  return inFolder(async (folder) => {
    const file = join(folder, 'sip.pcap')
    callsCapture(file, 20_000)
    const { seconds, megabytes, theirs } = await compared({
      ours: ['inspect', file, '--json'],
      theirs: [[findPeer('tshark')!, '-r', file, '-T', 'json']],
      runs: 3,
    })
    return {
      what: '140,000 SIP messages in 20,000 calls, every message (--json)',
      measured:
        `${seconds.toFixed(1)} s, ${(theirs / seconds).toFixed(1)} times tshark -T json, ` +
        `${megabytes.toFixed(0)} MB`,
      mark: '3 s, 300 MB',
      figure: seconds,
      ok: seconds <= 3 && megabytes <= 300,
    }
  })
}
