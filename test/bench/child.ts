import { createSocket } from 'node:dgram'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { systemNet, type Net } from '../../electron/engine/base/net.ts'
import { Engine } from '../../electron/engine/engine.ts'

// The processes of the benchmarks: `child.ts ROLE JSON` prints one JSON line when ready and one at the end.
const [role, json = '{}'] = process.argv.slice(2)
const options = JSON.parse(json) as Record<string, number>
const say = (document: object) => process.stdout.write(`${JSON.stringify(document)}\n`)
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Gaps between packets of each socket, in tenths of a millisecond, from the moment `on` is set. */
class Gaps {
  readonly #counts = new Uint32Array(20_000)
  on = false

  watch(): () => void {
    let last = 0
    return () => {
      if (!this.on) return
      const now = performance.now()
      if (last > 0) this.#counts[Math.min(19_999, Math.round((now - last) * 10))]!++
      last = now
    }
  }

  percentileMs(share: number): number {
    const total = this.#counts.reduce((sum, n) => sum + n, 0)
    let seen = 0
    for (let i = 0; i < this.#counts.length; i++) if ((seen += this.#counts[i]!) >= total * share) return i / 10
    return 0
  }
}

function watching(gaps: Gaps): Net {
  return {
    ...systemNet,
    bindUdp(host, port, events) {
      const rtp = port >= 20_000 && port < 30_000 && port % 2 === 0
      const arrived = rtp ? gaps.watch() : null
      return systemNet.bindUdp(host, port, arrived ? { ...events, message: (bytes, from, fromPort) => { arrived(); events.message(bytes, from, fromPort) } } : events)
    },
  }
}

/** Places calls at a steady rate against a peer that answers; ends each at once. */
async function caller(): Promise<void> {
  const engine = new Engine({ profile: null })
  let done = 0
  let failed = 0
  engine.subscribe({ reports: 'ended' }, ({ changes }) => {
    for (const change of changes) {
      if (change.kind !== 'report') continue
      done++
      if (change.report.outcome !== 'answered') failed++
    }
  })
  const { port, rate, calls } = options as { port: number; rate: number; calls: number }
  const place = () => engine.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, durationMs: 0, source: { kind: 'silence' } })
  await place()
  await sleep(300)
  const before = process.cpuUsage()
  const start = performance.now()
  for (let i = 1; i < calls; i++) {
    const due = start + (i * 1000) / rate
    if (due > performance.now()) await sleep(due - performance.now())
    void place()
  }
  while (done < calls && performance.now() - start < 60_000) await sleep(10)
  const seconds = (performance.now() - start) / 1000
  const cpu = process.cpuUsage(before)
  say({ done, failed, perSecond: (calls - 1) / seconds, cpuUsPerCall: (cpu.user + cpu.system) / calls, kernelUsPerCall: cpu.system / calls })
  process.exit(0)
}

async function agent(): Promise<void> {
  const gaps = new Gaps()
  const engine = new Engine({ profile: null, net: watching(gaps) })
  const { addresses } = await engine.execute('agent.start', { listeners: [{ transport: 'udp', address: '127.0.0.1', port: 0 }], behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } }, rtpPorts: { first: 20_000, last: 24_999 } })
  say({ port: addresses[0]!.port })
  process.once('SIGTERM', () => {
    say({ p99Ms: gaps.percentileMs(0.99) })
    process.exit(0)
  })
  process.once('SIGUSR2', () => (gaps.on = true))
}

/** Holds many calls with media both ways and reports loss and gaps. */
async function talker(): Promise<void> {
  const gaps = new Gaps()
  const engine = new Engine({ profile: null, net: watching(gaps) })
  const { port, calls, seconds } = options as { port: number; calls: number; seconds: number }
  const ids: string[] = []
  for (let i = 0; i < calls; i++) {
    ids.push((await engine.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, source: { kind: 'tone', hz: 700 }, rtpPorts: { first: 25_000, last: 29_999 } })).id)
    await sleep(8)
  }
  await sleep(1500)
  say({ ready: true })
  gaps.on = true
  const before = process.cpuUsage()
  await sleep(seconds * 1000)
  const cpu = process.cpuUsage(before)
  gaps.on = false
  let lost = 0
  let packets = 0
  let streams = 0
  for (const id of ids) {
    const report = await engine.execute('call.report', { id })
    for (const stream of report.streams) {
      lost += stream.lost
      packets += stream.packets
      streams++
    }
  }
  say({ streams, packets, lost, p99Ms: gaps.percentileMs(0.99), cores: (cpu.user + cpu.system) / 1e6 / seconds })
  process.exit(0)
}

/** The floor: as many streams as plain sockets, paced the same way, each end its own process. */
async function bare(): Promise<void> {
  const gaps = new Gaps()
  const { streams, base, peer, seconds } = options as { streams: number; base: number; peer: number; seconds: number }
  const packet = Buffer.alloc(172, 0x55)
  const sockets = await Promise.all(Array.from({ length: streams }, (_, i) => new Promise<ReturnType<typeof createSocket>>((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.on('message', gaps.watch())
    socket.bind(base + 2 * i, '127.0.0.1', () => socket.connect(peer + 2 * i, '127.0.0.1', () => resolve(socket)))
  })))
  for (const socket of sockets) socket.on('error', () => {})
  say({ ready: true })
  await sleep(1000)
  const slots = Array.from({ length: 4 }, (_, slot) => sockets.filter((_, i) => i % 4 === slot))
  const start = systemClock.monotonicMs()
  let slot = 0
  const run = () => {
    while (start + slot * 5 <= systemClock.monotonicMs() + 0.5) for (const socket of slots[slot++ % 4]!) socket.send(packet)
    setTimeout(run, start + slot * 5 - systemClock.monotonicMs())
  }
  run()
  await sleep(1500)
  gaps.on = true
  const before = process.cpuUsage()
  await sleep(seconds * 1000)
  const cpu = process.cpuUsage(before)
  say({ p99Ms: gaps.percentileMs(0.99), cores: (cpu.user + cpu.system) / 1e6 / seconds })
  process.exit(0)
}

/** Heap and buffers of calls that are held, per call. */
async function holder(): Promise<void> {
  const engine = new Engine({ profile: null })
  const { port, calls } = options as { port: number; calls: number }
  // One collection leaves what finalizers and weak references let go of only then.
  const used = async () => {
    for (let i = 0; i < 4; i++) {
      globalThis.gc!()
      await sleep(50)
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const hold = async () => {
    const { id } = await engine.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, source: { kind: 'silence' } })
    for (let i = 0; i < 200; i++) {
      if ((await engine.execute('call.report', { id })).outcome === 'answered') break
      await sleep(5)
    }
    await engine.execute('call.hold', { id, on: true })
  }
  for (let i = 0; i < 100; i++) await hold()
  await sleep(33_000)
  const before = await used()
  for (let i = 0; i < calls; i++) await hold()
  // Transactions live for 32 s after their end (RFC 6026 timers L and M): wait until only the calls are left.
  await sleep(34_000)
  say({ bytesPerCall: ((await used()) - before) / calls })
  process.exit(0)
}

await { caller, agent, talker, bare, holder }[role as 'caller']()
