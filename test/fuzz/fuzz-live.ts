import { fork, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentMb, strangers } from '../harness/attack.ts'
import { callReport } from '../harness/process.ts'
import { WindowClient } from '../harness/window-client.ts'
import type { AttackJob, Order, Report, Sent, Way } from './attacker.ts'
import type { Faults } from './faults.ts'
import {
  keptMb,
  startAgentTarget,
  startShellTarget,
  type AgentTarget,
  type ShellTarget,
  type Target,
} from './target.ts'

const pingEveryMs = 50
const lateMs = 200
/** Who is asked every 50 ms and is late by more than that has been late twice in a row. */
const lateTwiceMs = lateMs + pingEveryMs
const patienceMs = 5000
/** While one input is looked for among many. */
const isolatingMs = 20_000
const shortMs = 1500
/** What was sent so long before. */
const suspectMs = 2000
/** Heap between two collections included, which is a third of it. */
const mostMb = 500
/** A run of that length is calm in its middle as at its end: what grew between the two is no warming up. */
const longRunSeconds = 120
const calmMs = 40_000
const mostIsolated = 3

const callerHost = process.platform === 'linux' ? '127.0.0.4' : '127.0.0.1'

interface Kind<T extends Target> {
  readonly name: string
  start(): Promise<T>
  job(target: T, seed: number): AttackJob
  ports(target: T): Partial<Record<Way, number>>
  /** The verdict of a good call afterwards. */
  call(target: T): Promise<string>
}

const agentKind: Kind<AgentTarget> = {
  name: 'agent',
  start: startAgentTarget,
  job: ({ ports }, seed) => ({ seed, ports, entry: null, hosts: strangers, callerHost }),
  ports: ({ ports }) => ports,
  async call({ ports }) {
    const { report } = await callReport(['call', `sip:good@127.0.0.1:${ports.udp}`, '--duration', '2'])
    return report.verdict.kind
  },
}

const shellKind = (profile: string): Kind<ShellTarget> => ({
  name: 'shell',
  start: () => startShellTarget(profile),
  job: ({ port, entry }, seed) => ({ seed, ports: { http: port }, entry, hosts: strangers, callerHost }),
  ports: ({ port }) => ({ http: port }),
  async call({ port, entry }) {
    const window = await WindowClient.open(port, entry)
    try {
      const { id } = await window.execute('call.place', {
        uri: `sip:good@127.0.0.1:${await window.agentPort()}`,
        durationMs: 2000,
      })
      return (await window.ended(id)).verdict.kind
    } finally {
      window.close()
    }
  },
})

export async function fuzzAgent(seed: number, seconds: number, faults: Faults): Promise<number> {
  return attack(agentKind, seed, seconds, faults)
}

export async function fuzzShell(seed: number, seconds: number, faults: Faults): Promise<number> {
  return inFolder((folder) => attack(shellKind(folder), seed, seconds, faults))
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-fuzz-'))
  try {
    return await run(join(folder, 'profile'))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One input again, at a target of its own. */
export async function replayLive(reader: string, bytes: Buffer, faults: Faults): Promise<void> {
  const [name, way] = reader.split(' over ') as [string, Way]
  const again = async <T extends Target>(kind: Kind<T>) => {
    const target = await kind.start()
    const found = await provoke(target, kind.ports(target), [{ way, bytes, atMs: 0 }])
    if (found) faults.add(reader, found, bytes)
    await target.stop()
  }
  await (name === 'agent' ? again(agentKind) : inFolder((folder) => again(shellKind(folder))))
}

/** The attacker, in a process of its own. */
class Attacker {
  readonly #child: ChildProcess
  readonly #ended: Promise<string>
  inputs = 0
  calls = 0
  #newest: ((sent: readonly Sent[]) => void) | null = null

  constructor(job: AttackJob) {
    this.#child = fork(join(import.meta.dirname, 'attacker.ts'), { serialization: 'advanced' })
    this.#ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => {
        resolve(signal ?? String(code))
        this.#newest?.([])
      }),
    )
    this.#child.on('message', (report: Report) => {
      if (report.kind === 'count') [this.inputs, this.calls] = [report.inputs, report.calls]
      if (report.kind === 'newest') this.#newest?.(report.sent)
    })
    this.#child.on('error', () => {})
    this.#child.send(job)
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order)
  }

  newest(): Promise<readonly Sent[]> {
    return new Promise((resolve) => {
      this.#newest = resolve
      if (this.#child.connected) this.order('newest')
      else resolve([])
    })
  }

  /** What it ended with, where that was not asked of it. */
  async end(): Promise<string | null> {
    this.order('end')
    const how = await this.#ended
    return how === '0' ? null : how
  }
}

async function attack<T extends Target>(kind: Kind<T>, seed: number, seconds: number, faults: Faults): Promise<number> {
  const startMs = performance.now()
  let target = await kind.start()
  const first = await kind.call(target)
  if (first !== 'two-way-audio') faults.add(kind.name, `a good call before anything else: ${first}`, null)
  const startMb = residentMb(target.pid())
  let [peakMb, worstMs, pings, inputs, calls, isolated, round, noise] = [startMb, 0, 0, 0, 0, 0, 0, 0]
  let attacker = new Attacker(kind.job(target, seed))
  /** Of the process that is there since; null where there is none. */
  let middleMb: number | null = null
  let halfWay = false
  const endAttacker = async () => {
    const how = await attacker.end()
    if (how !== null) faults.add(kind.name, `the attacker itself ended: ${how}`, null)
    ;[inputs, calls] = [inputs + attacker.inputs, calls + attacker.calls]
  }
  const change = async () => {
    // Growth is of one process.
    middleMb = null
    await endAttacker()
    await target.stop('SIGKILL')
    target = await kind.start()
    attacker = new Attacker(kind.job(target, seed + ++round))
  }
  /** What did it, as one input where one alone does it. */
  const blame = async (text: string, sent: readonly Sent[]) => {
    if (!faults.wants(kind.name, text) || ++isolated > mostIsolated) return faults.add(kind.name, text, null)
    const one = await isolate(kind, sent)
    faults.add(one ? `${kind.name} over ${one.way}` : kind.name, text, one ? one.bytes : null)
  }
  let [late, ticks] = [0, 0]
  const long = seconds >= longRunSeconds
  let endsMs = startMs + seconds * 1000
  while (performance.now() < endsMs) {
    if (long && !halfWay && performance.now() > startMs + seconds * 500) {
      halfWay = true
      attacker.order('pause')
      await sleep(calmMs)
      middleMb = await keptMb(target.pid())
      attacker.order('go')
      endsMs += calmMs
    }
    const tickMs = performance.now()
    const ms = await target.ping(patienceMs)
    pings++
    worstMs = Math.max(worstMs, ms ?? patienceMs)
    late = ms === null || ms > lateTwiceMs ? 2 : ms > lateMs ? late + 1 : 0
    if (!target.alive() || diedMeanwhile(target)) {
      const sent = await attacker.newest()
      attacker.order('pause')
      await blame(`the process ended: ${lastWords(target)}`, sent)
      await change()
      late = 0
    } else if (late >= 2 || ms === null) {
      const sent = await attacker.newest()
      attacker.order('pause')
      const recent = sent.filter(({ atMs }) => atMs > performance.timeOrigin + performance.now() - 3000)
      await sleep(1000)
      const again =
        (await target.ping(patienceMs)) === null
          ? `no answer for ${patienceMs / 1000} s`
          : await provoke(target, kind.ports(target), recent)
      if (again) {
        await blame(again, recent)
        await change()
      } else {
        noise++
        attacker.order('go')
      }
      late = 0
    }
    if (++ticks % 20 === 0) {
      const mb = residentMb(target.pid())
      if (mb > peakMb) peakMb = mb
      if (mb > mostMb) {
        faults.add(kind.name, `memory above ${mostMb} MB: ${mb.toFixed(0)}`, null)
        await change()
      }
    }
    await sleep(Math.max(0, pingEveryMs - (performance.now() - tickMs)))
  }
  await endAttacker()
  const last = await goodCall(kind, target)
  if (last !== 'two-way-audio') faults.add(kind.name, `a good call afterwards: ${last}`, null)
  const endMb = residentMb(target.pid())
  let kept = ''
  if (long) {
    await sleep(calmMs)
    const lastMb = await keptMb(target.pid())
    kept = `, kept ${middleMb === null ? 'unknown' : middleMb.toFixed(0)} half-way, ${lastMb.toFixed(0)} at last`
    if (middleMb !== null && lastMb > middleMb * 1.2) faults.add(kind.name, `what is kept grew${kept} (MB)`, null)
  }
  await target.stop()
  process.stdout.write(
    `\n${kind.name}, ${((performance.now() - startMs) / 1000).toFixed(0)} s: ${inputs} inputs, ` +
      `${Math.round((inputs * 1000) / (performance.now() - startMs))} a ` +
      `second${calls > 0 ? `, ${calls} calls of the attacker answered` : ''}; ${pings} pings, the worst ` +
      `${worstMs.toFixed(0)} ms${noise > 0 ? ` (${noise} late ones did not happen again)` : ''}; memory ` +
      `${startMb.toFixed(0)} MB at first, ${peakMb.toFixed(0)} at most, ${endMb.toFixed(0)} at last${kept}\n`,
  )
  return inputs
}

/** A call is refused while the strangers' calls wait for their end: it is tried again for a while. */
async function goodCall<T extends Target>(kind: Kind<T>, target: T): Promise<string> {
  let verdict = ''
  for (const startMs = performance.now(); performance.now() - startMs < calmMs;) {
    verdict = await kind.call(target).catch((error: unknown) => String(error).split('\n')[0]!)
    if (verdict === 'two-way-audio') break
    await sleep(2000)
  }
  return verdict
}

/** The shell restarts its engine when that ends: its words tell. */
function diedMeanwhile({ running }: Target): boolean {
  return /The engine (was ended|ended)/.test(running.stdout)
}

function lastWords({ running }: Target): string {
  const lines = running.stderr.split('\n')
  const error = lines.findLastIndex((line) => /^\s*(\w*Error|unexpected fault)\b/.test(line))
  const frame = lines.slice(error).find((line) => /\/(shared|electron)\//.test(line))
  const where = /((?:shared|electron)\/[^\s:)]+)/.exec(frame ?? '')?.[1]
  return error < 0
    ? `code ${running.child.exitCode} ${lines.slice(-3).join(' ').slice(0, 200)}`
    : `${lines[error]!.trim()}${where ? ` (${where})` : ''}`
}

/** Sends inputs again, no faster than they were; what came of it, null where nothing did. */
async function provoke(
  target: Target,
  ports: Partial<Record<Way, number>>,
  sent: readonly Sent[],
  timeoutMs = patienceMs,
): Promise<string | null> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.bind(0, strangers[0], resolve))
  const streams: Promise<void>[] = []
  const [startMs, firstMs] = [performance.now(), sent[0]?.atMs ?? 0]
  for (const { way, bytes, atMs } of sent) {
    const port = ports[way]
    if (port === undefined) continue
    const waitMs = startMs + (atMs - firstMs) - performance.now()
    if (waitMs > 5) await sleep(waitMs)
    if (way === 'udp') socket.send(bytes, port, '127.0.0.1')
    else streams.push(connected(way, port, bytes))
  }
  let [late, answer]: [number, number | null] = [0, 0]
  for (let i = 0; i < 6; i++) {
    answer = await target.ping(timeoutMs)
    late = answer === null || answer > lateTwiceMs ? 2 : answer > lateMs ? late + 1 : 0
    if (late >= 2 || !target.alive()) break
    await sleep(pingEveryMs)
  }
  await Promise.all(streams)
  await sleep(100)
  socket.close()
  if (!target.alive() || diedMeanwhile(target)) return `the process ended: ${lastWords(target)}`
  return answer === null
    ? `no answer for ${timeoutMs / 1000} s`
    : late >= 2
      ? `a ping took ${answer.toFixed(0)} ms`
      : null
}

function connected(way: Way, port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket =
      way === 'tls'
        ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => socket.write(bytes))
        : connect(port, '127.0.0.1', () => void socket.write(bytes))
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    setTimeout(() => (way === 'tls' ? socket.destroy() : socket.resetAndDestroy()), 300)
  })
}

/** The one input of these that does it alone; null where none does. Halves the inputs, each time at a fresh target. */
async function isolate<T extends Target>(kind: Kind<T>, sent: readonly Sent[]): Promise<Sent | null> {
  let target = await kind.start()
  const bad = async (part: readonly Sent[]) => {
    const found = await provoke(target, kind.ports(target), part, shortMs)
    if (found === null) return false
    await target.stop('SIGKILL')
    target = await kind.start()
    return true
  }
  const startMs = performance.now()
  const lastMs = sent.at(-1)?.atMs ?? 0
  let candidates = sent.filter(({ way, atMs }) => way !== 'media' && atMs > lastMs - suspectMs)
  let found = await bad(candidates)
  while (found && candidates.length > 1) {
    const half = candidates.length >> 1
    // The later half first: what happened last is likelier.
    if (performance.now() - startMs > isolatingMs) found = false
    else if (await bad(candidates.slice(half))) candidates = candidates.slice(half)
    else if (await bad(candidates.slice(0, half))) candidates = candidates.slice(0, half)
    else found = false
  }
  await target.stop('SIGKILL')
  return found ? (candidates[0] ?? null) : null
}
