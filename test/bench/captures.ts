import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPeer } from '../harness/install-peers.ts'
import { root } from '../harness/process.ts'
import { callsCapture, rtpCapture } from './capture-files.ts'
import { Child } from './child-process.ts'
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
    /** Of the fastest; Infinity where there is nobody to compare with. */
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

const sipStat = (file: string) => [findPeer('tshark')!, '-r', file, '-q', '-z', 'sip,stat'] as const
const sngrep = (file: string) => {
  const found = findPeer('sngrep')
  return found ? ([[found, '-N', '-q', '-I', file, '-O', '/dev/null']] as const) : []
}

/** 140,000 messages: each call with its verdict. */
export function everyCall(): Promise<Row> {
  return inFolder(async (folder) => {
    const file = join(folder, 'sip.pcap')
    callsCapture(file, 20_000)
    const { seconds, megabytes, theirs } = await compared({
      ours: ['inspect', file, '--list'],
      theirs: [sipStat(file), ...sngrep(file)],
      runs: 3,
    })
    return {
      what: '140,000 SIP messages in 20,000 calls, each call with its verdict (--list)',
      measured:
        `${seconds.toFixed(1)} s, ${(theirs / seconds).toFixed(2)} times the faster of tshark -z sip,stat and ` +
        `sngrep, ${megabytes.toFixed(0)} MB`,
      mark: '3 times, 300 MB',
      figure: seconds,
      ok: theirs / seconds >= 3 && megabytes <= 300,
    }
  })
}

/** The same: every one of the messages as JSON. */
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

/** 40,000 calls with RTP, and what a call costs of more and of fewer. */
export function manyCalls(): Promise<Row> {
  return inFolder(async (folder) => {
    const [many, few] = [join(folder, 'many.pcap'), join(folder, 'few.pcap')]
    callsCapture(many, 40_000, 12)
    callsCapture(few, 5000, 12)
    const { seconds, megabytes, theirs } = await compared({
      ours: ['inspect', many, '--list'],
      theirs: [[findPeer('tshark')!, '-r', many, '-q', '-z', 'sip,stat', '-z', 'rtp,streams']],
      runs: 3,
    })
    const less = await compared({ ours: ['inspect', few, '--list'], theirs: [], runs: 3 })
    const perCall = seconds / 40_000 / (less.seconds / 5000)
    return {
      what: '40,000 calls, 1.24 million packets (--list)',
      measured:
        `${seconds.toFixed(1)} s, ${(theirs / seconds).toFixed(1)} times tshark, ${megabytes.toFixed(0)} MB; a call ` +
        `costs ${perCall.toFixed(2)} times what it does of 5,000`,
      mark: '4 times, 400 MB, 1.2 times',
      figure: seconds,
      ok: theirs / seconds >= 4 && megabytes <= 400 && perCall <= 1.2,
    }
  })
}

/** 2 GB of RTP: memory. */
export function largeCapture(): Promise<Row> {
  return inFolder(async (folder) => {
    const file = join(folder, 'large.pcap')
    rtpCapture(file, 9_000_000, 500)
    const { seconds, megabytes } = await compared({ ours: ['inspect', file, '--list'], theirs: [], runs: 1 })
    return {
      what: 'a capture of 2 GB, 9 million RTP packets (--list)',
      measured: `${megabytes.toFixed(0)} MB, ${seconds.toFixed(1)} s`,
      mark: '400 MB',
      figure: megabytes,
      ok: megabytes <= 400,
    }
  })
}

/** When a window that opens a capture of 365 MB has rows to show. */
export function firstCalls(): Promise<Row> {
  return inFolder(async (folder) => {
    const file = join(folder, 'many.pcap')
    callsCapture(file, 40_000, 12)
    const { ms, rows } = await new Child('opener', { file }).line<{ ms: number; rows: number }>()
    return {
      what: 'first calls of a capture of 365 MB in a window, from opening it',
      measured: `${rows} rows after ${ms.toFixed(0)} ms`,
      mark: '1 s',
      figure: ms,
      ok: ms <= 1000,
    }
  })
}

/** 20 live calls while 460 MB are read in the same engine, against the same calls alone. */
export function undisturbed(): Promise<Row> {
  return inFolder(async (folder) => {
    const [calls, seconds] = [20, 8]
    const capture = join(folder, 'rtp.pcap')
    rtpCapture(capture, 2_000_000, 500)
    const agent = new Child('agent', {})
    const { port } = await agent.line<{ port: number }>()
    const talk = async (opened: object) => {
      const talker = new Child('talker', { port, calls, seconds, ...opened })
      await talker.line()
      const result = await talker.line<{ lost: number; p99Ms: number }>()
      await talker.ended
      return result
    }
    const [calm, busy] = [await talk({}), await talk({ capture })]
    agent.process.kill('SIGTERM')
    const ratio = busy.p99Ms / calm.p99Ms
    return {
      what: '20 live calls while 460 MB are read in the same engine',
      measured:
        `${busy.lost} packets lost; inter-arrival p99 ${busy.p99Ms.toFixed(1)} ms, ${ratio.toFixed(2)} times the ` +
        `${calm.p99Ms.toFixed(1)} ms of calm`,
      mark: 'no loss, 1.2 times',
      figure: ratio,
      ok: busy.lost === 0 && ratio <= 1.2,
    }
  })
}
