import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../electron/engine/base/clock.ts'
import { boundHeap } from '../../electron/engine/base/heap.ts'
import type { Net } from '../../electron/engine/base/net.ts'
import { systemNet } from '../../electron/engine/base/system-net.ts'
import { Engine } from '../../electron/engine/engine.ts'
import type { PlaceCall } from '../../shared/contract/place-call.ts'

// The processes of the benchmarks: `child.ts ROLE JSON` prints one JSON line when ready and one at the end.
const [role, json = '{}'] = process.argv.slice(2)
const options = JSON.parse(json) as Record<string, unknown>
const say = (document: object) => process.stdout.write(`${JSON.stringify(document)}\n`)

/** Gaps between packets of each socket, in tenths of a millisecond, from the moment `on` is set. */
class Gaps {
  readonly #counts = new Uint32Array(20_000)
  on = false

  clear(): void {
    this.#counts.fill(0)
  }

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
    bindUdp(host, port, events, ...more) {
      const rtp = port >= 20_000 && port < 30_000 && port % 2 === 0
      const arrived = rtp ? gaps.watch() : null
      return systemNet.bindUdp(
        host,
        port,
        arrived
          ? {
              ...events,
              message: (bytes, from, fromPort) => {
                arrived()
                events.message(bytes, from, fromPort)
              },
            }
          : events,
        ...more,
      )
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
  const place = () =>
    engine.execute('call.place', { uri: `sip:x@127.0.0.1:${port}`, durationMs: 0, source: { kind: 'silence' } })
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
  say({
    done,
    failed,
    perSecond: (calls - 1) / seconds,
    cpuUsPerCall: (cpu.user + cpu.system) / calls,
    kernelUsPerCall: cpu.system / calls,
  })
  process.exit(0)
}

/** Answers calls until SIGTERM, and says what came of them. With a persona it plays that platform, over TCP. */
async function agent(): Promise<void> {
  const gaps = new Gaps()
  const engine = new Engine({ profile: null, net: watching(gaps) })
  const { persona } = options as { persona?: { name: string; config: object[] } }
  let [answered, others] = [0, 0]
  engine.subscribe({ reports: 'ended' }, ({ changes }) => {
    for (const change of changes) {
      if (change.kind !== 'report') continue
      if (change.report.outcome === 'answered' && !change.report.persona === !persona) answered++
      else others++
    }
  })
  const { addresses } = await engine.execute('agent.start', {
    listeners: [{ transport: persona ? 'tcp' : 'udp', address: '127.0.0.1', port: 0 }],
    behaviour: { kind: 'answer', source: { kind: 'tone', hz: 440 } },
    rtpPorts: { first: 20_000, last: 24_999 },
    ...(options['guarded'] ? credentials : {}),
    ...(persona && { persona }),
  })
  say({ port: addresses[0]!.port })
  const before = process.cpuUsage()
  process.once('SIGTERM', () => {
    const { user, system } = process.cpuUsage(before)
    say({ p99Ms: gaps.percentileMs(0.99), answered, others, cpuUs: user + system })
    process.exit(0)
  })
  windows(gaps)
}

const credentials = { user: 'alice', password: 'pw' }

/** SIGUSR2 begins a measurement, and the next ends it and says what came of it. */
function windows(gaps: Gaps): void {
  process.on('SIGUSR2', () => {
    if (gaps.on) say({ p99Ms: gaps.percentileMs(0.99) })
    gaps.clear()
    gaps.on = !gaps.on
  })
}

/** Places calls that send a tone, one every `gapMs`; their ids. */
async function hold(
  engine: Engine,
  port: number,
  calls: number,
  gapMs: number,
  more: Partial<PlaceCall> = {},
): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < calls; i++) {
    const { id } = await engine.execute('call.place', {
      uri: `sip:+19991234567@127.0.0.1:${port}`,
      source: { kind: 'tone', hz: 700 },
      rtpPorts: { first: 25_000, last: 29_999 },
      ...more,
    })
    ids.push(id)
    await sleep(gapMs)
  }
  return ids
}

/** Calls that are held with media both ways while others attack. SIGTERM: what became of them. */
async function crowd(): Promise<void> {
  const gaps = new Gaps()
  const engine = new Engine({ profile: null, net: watching(gaps) })
  const { port, calls, guarded } = options as { port: number; calls: number; guarded: number }
  const ids = await hold(engine, port, calls, 20, guarded ? credentials : {})
  await sleep(3000)
  windows(gaps)
  say({ ready: true })
  process.once('SIGTERM', async () => {
    let [lost, packets, talking] = [0, 0, 0]
    for (const id of ids) {
      const report = await engine.execute('call.report', { id })
      if (report.outcome === 'answered' && report.timeline.endedAt === null && report.streams.length === 2) talking++
      for (const { packets: seen, lost: missed, rtcp } of report.streams)
        [lost, packets] = [lost + missed + Math.max(0, rtcp?.reportedLost ?? 0), packets + seen]
    }
    say({ talking, packets, lost })
    process.exit(0)
  })
}

/** Strangers: garbage and INVITEs at steady rates while it is on; SIGUSR2 turns it on and off. */
async function attacker(): Promise<void> {
  const { port, garbage, invites, oneCallId } = options as {
    port: number
    garbage: number
    invites: number
    oneCallId: number
  }
  const host = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1'
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.on('message', () => {})
  await new Promise<void>((resolve) => socket.bind(0, host, () => socket.connect(port, '127.0.0.1', resolve)))
  const rubbish = [
    Buffer.alloc(200, 0xff),
    Buffer.from('hello'),
    Buffer.from('SIP/2.0 200 OK\r\n\r\n'),
    Buffer.from(`INVITE sip:a SIP/2.0\r\nVia: ${'x'.repeat(200)}`),
    Buffer.alloc(172, 0x80),
    Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
  ]
  const sdp = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n`
  const invite = (n: number) =>
    Buffer.from(
      'INVITE sip:agent@127.0.0.1 SIP/2.0\r\n' +
        `Via: SIP/2.0/UDP ${host}:${socket.address().port};branch=z9hG4bKflood${n};rport\r\nMax-Forwards: 70\r\n` +
        `From: <sip:s@${host}>;tag=s\r\nTo: <sip:agent@127.0.0.1>\r\nCall-ID: flood-${oneCallId ? 0 : n}\r\n` +
        `CSeq: 1 INVITE\r\nContact: <sip:s@${host}:9>\r\nContent-Type: application/sdp\r\n` +
        `Content-Length: ${sdp.length}\r\n\r\n${sdp}`,
    )
  let [on, startMs, sent, begun, n] = [false, 0, 0, 0, 0]
  process.on('SIGUSR2', () => {
    if (on) say({ garbage: sent, invites: begun, seconds: (performance.now() - startMs) / 1000 })
    ;[on, startMs, sent, begun] = [!on, performance.now(), 0, 0]
  })
  setInterval(() => {
    if (!on) return
    const seconds = (performance.now() - startMs) / 1000
    // What could not be sent in its time is sent late, but never in a burst.
    for (let i = 0; i < 200 && sent < seconds * garbage; i++) socket.send(rubbish[sent++ % rubbish.length]!)
    for (let i = 0; i < 10 && begun < seconds * invites; i++, begun++) socket.send(invite(n++))
  }, 2)
  say({ ready: true })
}

/** OPTIONS round trips, one every 20 ms, between two SIGUSR2. */
async function pinger(): Promise<void> {
  const { port } = options as { port: number }
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const waiting = new Map<string, number>()
  let [on, n, worstMs, answered] = [false, 0, 0, 0]
  socket.on('message', (bytes) => {
    const id = /^Call-ID: (\S+)/m.exec(bytes.toString('latin1'))?.[1] ?? ''
    const sentMs = waiting.get(id)
    if (sentMs === undefined || !waiting.delete(id)) return
    answered++
    worstMs = Math.max(worstMs, performance.now() - sentMs)
  })
  setInterval(() => {
    if (!on) return
    const id = `ping-${++n}`
    waiting.set(id, performance.now())
    socket.send(
      'OPTIONS sip:agent@127.0.0.1 SIP/2.0\r\n' +
        `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${id};rport\r\nMax-Forwards: 70\r\n` +
        `From: <sip:p@127.0.0.1>;tag=p\r\nTo: <sip:agent@127.0.0.1>\r\nCall-ID: ${id}\r\nCSeq: 1 OPTIONS\r\n` +
        'Content-Length: 0\r\n\r\n',
      port,
      '127.0.0.1',
    )
  }, 20)
  process.on('SIGUSR2', () => {
    if (on) {
      for (const sentMs of waiting.values()) worstMs = Math.max(worstMs, performance.now() - sentMs)
      // An answer that is still on its way is no loss.
      const lost = [...waiting.values()].filter((sentMs) => performance.now() - sentMs > 500).length
      say({ worstMs, answered, lost })
    }
    waiting.clear()
    ;[on, worstMs, answered] = [!on, 0, 0]
  })
  say({ ready: true })
}

/** Holds many calls with media both ways and reports loss and gaps. */
async function talker(): Promise<void> {
  const gaps = new Gaps()
  const engine = new Engine({ profile: null, net: watching(gaps) })
  const { port, calls, seconds, capture, call } = options as {
    port: number
    /** What is not usual of the calls. */
    call?: Partial<PlaceCall>
    calls: number
    seconds: number
    /** What is opened meanwhile. */
    capture?: string
  }
  const ids = await hold(engine, port, calls, 8, call)
  await sleep(1500)
  say({ ready: true })
  gaps.on = true
  if (capture !== undefined) void engine.execute('capture.open', { files: [capture] })
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
  const sockets = await Promise.all(
    Array.from(
      { length: streams },
      (_, i) =>
        new Promise<ReturnType<typeof createSocket>>((resolve, reject) => {
          const socket = createSocket('udp4')
          socket.once('error', reject)
          socket.on('message', gaps.watch())
          socket.bind(base + 2 * i, '127.0.0.1', () => socket.connect(peer + 2 * i, '127.0.0.1', () => resolve(socket)))
        }),
    ),
  )
  for (const socket of sockets) socket.on('error', () => {})
  say({ ready: true })
  await sleep(1000)
  const slots = Array.from({ length: 4 }, (_, slot) => sockets.filter((_, i) => i % 4 === slot))
  const start = systemClock.monotonicMs()
  let slot = 0
  const run = () => {
    while (start + slot * 5 <= systemClock.monotonicMs() + 0.5)
      for (const socket of slots[slot++ % 4]!) socket.send(packet)
    setTimeout(run, Math.max(0, start + slot * 5 - systemClock.monotonicMs()))
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

/** Takes half a core. */
async function load(): Promise<void> {
  for (;;) {
    const end = performance.now() + 5
    while (performance.now() < end);
    await sleep(5)
  }
}

/** Opens a capture as a window does, and asks for rows as soon as there are any. */
async function opener(): Promise<void> {
  const engine = new Engine({ profile: null })
  const { file } = options as { file: string }
  const start = systemClock.monotonicMs()
  const { id } = await engine.execute('capture.open', { files: [file], wait: false })
  const rows = await engine.execute('capture.calls', { id, limit: 200 })
  say({ ms: systemClock.monotonicMs() - start, rows: rows.length })
  await engine.close()
}

// As the hosts of an engine do.
boundHeap()
await { load, caller, agent, talker, bare, holder, crowd, attacker, pinger, opener }[role as 'caller']()
