import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { messageIds } from '../../shared/wire/sip/grammar.ts'
import { header } from '../../shared/wire/sip/message.ts'
import { findPeer } from '../harness/install-peers.ts'
import install from '../harness/install-peers.ts'
import { request, sdp } from '../harness/messages.ts'
import { freePort } from '../harness/process.ts'
import { startSipp } from '../harness/sipp.ts'
import { attacked } from './attack.ts'
import { everyCall, everyMessage, firstCalls, largeCapture, manyCalls, manyPackets, undisturbed } from './captures.ts'
import { codecSpeed } from './codecs.ts'
import { Child } from './child-process.ts'
import { personaCalls, platform } from './persona.ts'
import type { Row } from './row.ts'
import { srtpSpeed } from './srtp.ts'
import { mouthToEar } from './voice.ts'
import { bundleSize, eventToPaint, firstPaint, longLadder } from './window.ts'
import { keyOfPalette, openPastCall } from './window-steps.ts'

// Ratios of one run, as a table: `npm run bench`, or `npm run bench -- parse` for one row; with `loaded` while another
// process takes half a core.

async function callsPerSecond(): Promise<Row> {
  const [calls, rate] = [3000, 250]
  const uas = async () => startSipp({ builtIn: 'uas' }, ['-m', String(calls), '-timeout', '90s'])
  const first = await uas()
  const ours = new Child('caller', { port: first.port, rate, calls })
  const result = await ours.line<{
    done: number
    failed: number
    perSecond: number
    cpuUsPerCall: number
    kernelUsPerCall: number
  }>()
  await first.stop('SIGKILL')
  const second = await uas()
  const port = await freePort()
  // SIPp's own user and system time, from the shell that waits for it.
  const timed = spawn(
    'bash',
    [
      '-c',
      `TIMEFORMAT='cpu %U %S'; time ${findPeer('sipp')} -sn uac 127.0.0.1:${second.port} -i 127.0.0.1 -p ` +
        `${port} -r ${rate} -m ${calls} -d 0 -nostdin > /dev/null`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let text = ''
  timed.stderr!.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await new Promise((resolve) => timed.once('close', resolve))
  await second.stop('SIGKILL')
  const match = /cpu ([\d.]+) ([\d.]+)/.exec(text)
  const sippUs = ((Number(match?.[1]) + Number(match?.[2])) * 1e6) / calls
  const ratio = result.cpuUsPerCall / sippUs
  return {
    what: 'calls a second, INVITE to BYE, against SIPp over UDP',
    measured:
      `${result.perSecond.toFixed(0)}/s, ${result.failed + (calls - result.done)} failed; CPU per call ` +
      `${result.cpuUsPerCall.toFixed(0)} µs (${result.kernelUsPerCall.toFixed(0)} in the kernel), ` +
      `${ratio.toFixed(1)} times SIPp's ${sippUs.toFixed(0)} µs`,
    mark: 'at least 200/s, none failed, at most 9 times',
    figure: ratio,
    ok: result.perSecond >= 200 && result.failed === 0 && result.done === calls && ratio <= 9,
  }
}

/**
 * `most`: what p99 and CPU may be, as times of those of plain sockets; null: whatever they are. `at`: another agent
 * than the usual, and calls for it.
 */
async function concurrentCalls(
  calls: number,
  most: { readonly p99: number; readonly cpu: number } | null,
  at: { readonly with: string; readonly agent: object; readonly call: object } = { with: '', agent: {}, call: {} },
): Promise<Row> {
  const seconds = 15
  const floor = async () => {
    const [one, two] = [
      new Child('bare', { streams: calls, base: 20_000, peer: 25_000, seconds }),
      new Child('bare', { streams: calls, base: 25_000, peer: 20_000, seconds }),
    ]
    await Promise.all([one.line(), two.line()])
    const results = await Promise.all([
      one.line<{ p99Ms: number; cores: number }>(),
      two.line<{ p99Ms: number; cores: number }>(),
    ])
    await Promise.all([one.ended, two.ended])
    return results
  }
  const plain = await floor()
  const agent = new Child('agent', at.agent)
  const { port } = await agent.line<{ port: number }>()
  const talker = new Child('talker', { port, calls, seconds, call: at.call })
  await talker.line()
  agent.process.kill('SIGUSR2')
  const result = await talker.line<{ streams: number; packets: number; lost: number; p99Ms: number; cores: number }>()
  agent.process.kill('SIGTERM')
  const there = await agent.line<{ p99Ms: number }>()
  const worst = Math.max(result.p99Ms, there.p99Ms)
  const base = Math.max(...plain.map(({ p99Ms }) => p99Ms))
  const cpu = result.cores / plain[0]!.cores
  return {
    what: `${calls} concurrent calls${at.with}, 20 ms G.711 both ways, two processes`,
    measured:
      `${result.streams} streams, ${result.packets} packets, ${result.lost} lost; inter-arrival p99 ` +
      `${worst.toFixed(1)} ms, ${(worst / base).toFixed(2)} times the ${base.toFixed(1)} ms of plain sockets; ` +
      `${result.cores.toFixed(2)} cores, ${cpu.toFixed(1)} times the ${plain[0]!.cores.toFixed(2)} of plain sockets`,
    mark: `no loss${most ? `, p99 at most ${most.p99} times, CPU at most ${most.cpu} times` : ''}`,
    figure: worst / base,
    ok: result.streams === calls * 2 && result.lost === 0 && (!most || (worst <= base * most.p99 && cpu <= most.cpu)),
  }
}

async function parsing(): Promise<Row> {
  const text = request({
    body: sdp(),
    extra:
      'Record-Route: <sip:p1@192.0.2.99;lr>, <sip:p2@192.0.2.98;lr>\n' +
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\nSupported: 100rel, timer\nUser-Agent: bench\nX-CALL-ID: 42\n',
  })
  const bytes = Buffer.from(text)
  const load = createRequire(import.meta.url)
  const jssip = load('jssip/lib/Parser.js') as { parseMessage(text: string, ua: object): object | undefined }
  const ua = { configuration: {} }
  const ours = () => {
    const message = parseSip(bytes)
    return message.kind === 'request' && messageIds(message).cseq !== null && header(message, 'contact') !== undefined
  }
  const theirs = () => jssip.parseMessage(text, ua) !== undefined
  const rate = (parse: () => boolean): number => {
    let n = 0
    const start = performance.now()
    while (performance.now() - start < 1500)
      for (let i = 0; i < 100; i++, n++) if (!parse()) throw new Error('the benchmark message was not understood')
    return (n * 1000) / (performance.now() - start)
  }
  // In turn, so that both see the same machine.
  const rounds = Array.from({ length: 3 }, () => [rate(ours), rate(theirs)] as const)
  const ratios = rounds.map(([a, b]) => a / b).toSorted((a, b) => a - b)
  return {
    what: 'SIP messages parsed a second (an INVITE with SDP)',
    measured:
      `${Math.round(rounds[1]![0])}/s against ${Math.round(rounds[1]![1])}/s of JsSIP: ` +
      `${ratios[1]!.toFixed(1)} times`,
    mark: "at least 5 times JsSIP's parser",
    figure: -ratios[1]!,
    ok: ratios[1]! >= 5,
  }
}

async function memory(): Promise<Row> {
  const agent = new Child('agent', {})
  const { port } = await agent.line<{ port: number }>()
  const { bytesPerCall } = await new Child('holder', { port, calls: 400 }, ['--expose-gc']).line<{
    bytesPerCall: number
  }>()
  agent.process.kill('SIGTERM')
  return {
    what: 'memory of an idle held call, heap and buffers',
    measured: `${(bytesPerCall / 1024).toFixed(1)} KB`,
    mark: 'at most 25 KB',
    figure: bytesPerCall,
    ok: bytesPerCall <= 25 * 1024,
  }
}

install()
/** `npm run bench -- loaded`: while another process takes half a core. */
const loaded = process.argv.includes('loaded')
const inTime = { p99: loaded ? 1.2 : 1.1, cpu: 1.6 }
const all = {
  parse: parsing,
  codecs: codecSpeed,
  calls: callsPerSecond,
  persona: personaCalls,
  media: () => concurrentCalls(500, inTime),
  held: () => concurrentCalls(500, inTime, { with: ' at an agent with a persona', ...platform }),
  crowd: () => concurrentCalls(1000, { p99: 1.3, cpu: 1.6 }),
  sdes: () => concurrentCalls(200, null, { with: ' by SDES', agent: {}, call: { encryption: 'required' } }),
  srtp: srtpSpeed,
  memory,
  ladder: longLadder,
  paint: eventToPaint,
  start: firstPaint,
  open: openPastCall,
  palette: keyOfPalette,
  bundle: bundleSize,
  voice: mouthToEar,
  packets: manyPackets,
  list: everyCall,
  messages: everyMessage,
  manycalls: manyCalls,
  large: largeCapture,
  first: firstCalls,
  undisturbed,
  strangers: () => attacked('new'),
  merged: () => attacked('one Call-ID'),
  challenged: () => attacked('challenged'),
}
type Name = keyof typeof all
/** They take turns of their own, or always come out the same. */
const onceOnly: ReadonlySet<Name> = new Set([
  'parse',
  'codecs',
  'srtp',
  'packets',
  'list',
  'messages',
  'manycalls',
  'large',
  'bundle',
  'strangers',
  'merged',
  'challenged',
])

/** The middle one of three. What cannot be measured is a row too, and the others are not lost. */
async function measured(name: Name): Promise<Row> {
  try {
    const rows: Row[] = []
    for (let i = 0; i < (onceOnly.has(name) ? 1 : 3); i++) rows.push(await all[name]())
    return rows.toSorted((a, b) => a.figure - b.figure)[rows.length >> 1]!
  } catch (error) {
    const why = String(error).split('\n')[0]
    return { what: name, measured: `not measured: ${why}`, mark: '', figure: Infinity, ok: false }
  }
}

const chosen = process.argv.slice(2).filter((name) => name in all) as Name[]
const load = loaded ? new Child('load', {}) : null
const rows: Row[] = []
for (const name of chosen.length > 0 ? chosen : (Object.keys(all) as Name[])) {
  process.stderr.write(`measuring ${name} …\n`)
  rows.push(await measured(name))
}
load?.process.kill('SIGKILL')
process.stdout.write('| what | measured | mark | |\n|---|---|---|---|\n')
for (const { what, measured, mark, ok } of rows)
  process.stdout.write(`| ${what} | ${measured} | ${mark} | ${ok ? 'reached' : 'missed'} |\n`)
process.exit(rows.every(({ ok }) => ok) ? 0 : 1)
