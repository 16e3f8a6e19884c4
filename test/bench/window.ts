import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { enter, proofOf } from '../harness/raw-window.ts'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright'
import { build, type Rolldown } from 'vite'
import { PcapFile } from '../../electron/engine/trace/capture/pcap-write.ts'
import { parseAddress } from '../../shared/base/address.ts'
import { encodeText } from '../../shared/base/text.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import buildWindow from '../harness/build-window.ts'
import { root } from '../harness/process.ts'
import { enginePid, launchChromium, ready, startShell, type Shell } from '../harness/window.ts'
import { Child } from './child-process.ts'
import type { Row } from './row.ts'

interface Opened {
  readonly shell: Shell
  readonly browser: Browser
  readonly page: Page
  readonly folder: string
  readonly port: number
}

interface Options {
  /** What stands in its profile before it starts. */
  readonly fill?: (profile: string) => void
  /** It has a microphone that beeps; what its pages do with it. */
  readonly microphone?: (context: BrowserContext) => Promise<void>
}

/** The shell and its window in Chromium, for one row. */
export async function withWindow<T>(
  use: (opened: Opened) => Promise<T>,
  { fill, microphone }: Options = {},
): Promise<T> {
  buildWindow()
  const folder = mkdtempSync(join(tmpdir(), 'ringback-bench-'))
  fill?.(join(folder, 'profile'))
  const shell = await startShell({ profile: join(folder, 'profile') })
  const browser = await launchChromium(microphone !== undefined)
  try {
    const permissions = microphone ? ['microphone'] : []
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions })
    await microphone?.(context)
    const page = await context.newPage()
    await page.goto(shell.link)
    await ready(page)
    return await use({ shell, browser, page, folder, port: shell.port })
  } finally {
    await browser.close()
    await shell.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}

export const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** A capture of one call with so many messages: an INVITE, then INFO and its answer again and again. */
function longCapture(file: string, messages: number): void {
  const [caller, callee] = [parseAddress('192.0.2.1:5060')!, parseAddress('198.51.100.2:5060')!]
  const pcap = new PcapFile(file)
  const at = 1_700_000_000_000_000
  for (let n = 0; n < messages; n++) {
    const [sequence, answers] = [1 + (n >> 1), n % 2 === 1]
    const method = sequence === 1 ? 'INVITE' : 'INFO'
    const start = answers ? 'SIP/2.0 200 OK' : `${method} sip:agent@198.51.100.2 SIP/2.0`
    const tag = sequence > 1 || answers ? ';tag=b' : ''
    const bytes = encodeText(
      [
        start,
        `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${sequence}`,
        'Max-Forwards: 70',
        'From: "Bench" <sip:bench@192.0.2.1>;tag=a',
        `To: <sip:agent@198.51.100.2>${tag}`,
        'Call-ID: bench@192.0.2.1',
        `CSeq: ${sequence} ${method}`,
        'Contact: <sip:bench@192.0.2.1:5060>',
        `X-Number: ${n}`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    )
    const [source, destination] = answers ? [callee, caller] : [caller, callee]
    pcap.sip({
      at: at + n * 20_000,
      transport: 'udp',
      source,
      destination,
      direction: 'observed',
      bytes,
      message: parseSip(bytes),
    })
  }
  pcap.close()
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly ts: number
  readonly dur?: number
  readonly pid: number
  readonly tid: number
  readonly args?: { readonly name?: string }
}

/**
 * A ladder of 5,000 messages, scrolled by the wheel and walked with J: what each frame costs the page, by Chromium's
 * own trace.
 */
export async function longLadder(): Promise<Row> {
  return withWindow(async ({ browser, page, folder }) => {
    const messages = 5000
    const file = join(folder, 'long.pcap')
    longCapture(file, messages)
    await page.getByRole('navigation').getByRole('button', { name: 'Files' }).click()
    await page.getByLabel('Capture', { exact: true }).last().setInputFiles(file)
    await page.getByText(`${messages} messages`).waitFor()
    const rows = page.getByRole('region', { name: 'Ladder' }).getByRole('listbox')
    await rows.hover()
    await page.waitForTimeout(500)
    await browser.startTracing(page, {
      categories: [
        'toplevel',
        'cc',
        'benchmark',
        'devtools.timeline',
        'disabled-by-default-devtools.timeline',
        'blink',
        '__metadata',
      ],
    })
    for (let i = 0; i < 120; i++) {
      await page.mouse.wheel(0, i % 40 < 30 ? 400 : -300)
      await page.waitForTimeout(16)
    }
    for (let i = 0; i < 120; i++) {
      await page.keyboard.press('j')
      await page.waitForTimeout(16)
    }
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
    const mains = new Set(
      traceEvents
        .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid}/${tid}`),
    )
    const onMain = traceEvents.filter(({ pid, tid }) => mains.has(`${pid}/${tid}`))
    // A frame's work on the main thread: everything between one commit and the next.
    const commits = onMain
      .filter(({ name, ph }) => name === 'Commit' && (ph === 'X' || ph === 'B'))
      .map(({ ts }) => ts)
      .toSorted((a, b) => a - b)
    const work = onMain.filter(({ name, ph }) => name === 'RunTask' && ph === 'X').toSorted((a, b) => a.ts - b.ts)
    const frames: number[] = []
    let i = 0
    for (const commit of commits) {
      let sum = 0
      while (i < work.length && work[i]!.ts <= commit) sum += (work[i++]!.dur ?? 0) / 1000
      frames.push(sum)
    }
    const within = frames.filter((ms) => ms <= 16.7).length / Math.max(1, frames.length)
    const longest = Math.max(0, ...work.map(({ dur = 0 }) => dur / 1000))
    if (frames.length < 100) throw new Error(`the trace holds only ${frames.length} frames`)
    return {
      what: `ladder of ${messages.toLocaleString('en')} messages: scrolled and walked through`,
      measured:
        `${(within * 100).toFixed(1)} % of ${frames.length} frames within 16.7 ms of work (p95 ` +
        `${percentile(frames, 0.95).toFixed(1)} ms); longest task ${longest.toFixed(0)} ms`,
      mark: '95 % within 16.7 ms, no task over 50 ms',
      figure: 1 - within,
      ok: within >= 0.95 && longest <= 50,
    }
  })
}

/** CPU seconds of a process so far. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/**
 * 20 calls with media that come in at the agent: how long from the wire to the screen, and what watching costs the
 * engine.
 */
export async function eventToPaint(): Promise<Row> {
  return withWindow(async ({ shell, page, port }) => {
    const agentPort = Number(/127\.0\.0\.1:(\d+)/.exec((await page.getByText('It answers at').textContent())!)![1])
    const engine = enginePid(shell)
    const talker = new Child('talker', { port: agentPort, calls: 20, seconds: 120 })
    await talker.line()
    const context = page.context()
    await page.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').nth(10).click()
    await page.getByRole('option', { name: /RTP PCMU .* to the peer/ }).waitFor()

    // From the wire to the screen: when a call that comes in is answered, and when a frame shows its duration.
    await page.evaluate(() => {
      const seen = new Map<string, number>()
      const before = new Set([...document.querySelectorAll('.calls-row')].map(({ id }) => id))
      Object.assign(globalThis, { seen })
      const look = () => {
        for (const row of document.querySelectorAll('.calls-row')) {
          const text = row.querySelector('.numbers')!.textContent
          if (text !== '' && !before.has(row.id) && !seen.has(row.id))
            requestAnimationFrame(() => seen.has(row.id) || seen.set(row.id, Date.now()))
        }
      }
      look()
      new MutationObserver(look).observe(document.querySelector('.calls-rows')!, {
        subtree: true,
        childList: true,
        characterData: true,
      })
    })
    const caller = new Child('caller', { port: agentPort, rate: 4, calls: 60 })
    await caller.line()
    await page.waitForTimeout(500)
    const seen = await page.evaluate(() => [...(globalThis as unknown as { seen: Map<string, number> }).seen])
    const cookie = (await context.cookies()).find(({ name }) => name === `ringback-${port}`)!
    const key = await page.evaluate(() => localStorage.getItem('ringback.key')!)
    const reports = await reportsOf(
      port,
      `${cookie.name}=${cookie.value}`,
      key,
      seen.map(([id]) => id.replace('call-', '')),
    )
    const delays = seen
      .flatMap(([id, at]) => {
        const answeredAt = reports.get(id.replace('call-', ''))
        return answeredAt === undefined ? [] : [at - Date.parse(answeredAt)]
      })
      .filter((ms) => ms < 5000)

    // In turn with and without a window, so that both see the same machine.
    const watched: number[] = []
    const alone: number[] = []
    const during = async (seconds: number) => {
      const before = cpuSeconds(engine)
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      return (cpuSeconds(engine) - before) / seconds
    }
    let window = page
    for (let round = 0; round < 3; round++) {
      await window.waitForTimeout(1500)
      watched.push(await during(10))
      await window.close()
      await new Promise((resolve) => setTimeout(resolve, 1500))
      alone.push(await during(10))
      window = await context.newPage()
      await window.goto(`http://127.0.0.1:${port}/`)
      await ready(window)
      await window.getByRole('listbox', { name: 'Live and past calls' }).getByRole('option').nth(10).click()
    }
    talker.process.kill('SIGKILL')
    const ratio = percentile(
      watched.map((value, i) => value / alone[i]!),
      0.5,
    )
    const median = percentile(delays, 0.5)
    if (median < 0) throw new Error(`seen ${-median} ms before it was sent: the clock was set during the run`)
    return {
      what: '20 live calls: from the wire to the screen, and the cost of watching',
      measured:
        `median ${median.toFixed(0)} ms, p95 ${percentile(delays, 0.95).toFixed(0)} ms over ` +
        `${delays.length} answers; engine ${(percentile(watched, 0.5) * 100).toFixed(1)} % of a core against ` +
        `${(percentile(alone, 0.5) * 100).toFixed(1)} % alone: ${ratio.toFixed(2)} times`,
      mark: 'median below 100 ms, CPU at most 1.1 times',
      figure: median,
      ok: delays.length >= 40 && median < 100 && ratio <= 1.1,
    }
  })
}

/** When calls were answered, by the engine itself. */
async function reportsOf(
  port: number,
  cookie: string,
  key: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const { socket } = await enter(port, cookie, (challenge) => proofOf(key, challenge))
  const found = new Map<string, string>()
  await new Promise<void>((resolve) => {
    let waiting = ids.length
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as {
        type: string
        id?: number
        result?: { timeline: { answeredAt: string | null } }
      }
      if (message.type !== 'result' && message.type !== 'fault') return
      if (message.result?.timeline.answeredAt) found.set(ids[message.id!]!, message.result.timeline.answeredAt)
      if (--waiting === 0) resolve()
    })
    ids.forEach((id, n) => socket.send(JSON.stringify({ type: 'command', id: n, name: 'call.report', args: { id } })))
  })
  socket.close()
  return found
}

/** From a reload to a window that can be used, its files in Chromium's cache. */
export async function firstPaint(): Promise<Row> {
  return withWindow(async ({ page, port }) => {
    const times: { painted: number; usable: number }[] = []
    for (let i = 0; i < 7; i++) {
      await page.goto(`http://127.0.0.1:${port}/`)
      await ready(page)
      times.push(
        await page.evaluate(async () => {
          const usable = performance.now()
          const painted = await new Promise<number>((resolve) =>
            new PerformanceObserver((list) => {
              for (const { name, startTime } of list.getEntries())
                if (name === 'first-contentful-paint') resolve(startTime)
            }).observe({ type: 'paint', buffered: true }),
          )
          return { painted, usable }
        }),
      )
    }
    const usable = percentile(
      times.map((time) => time.usable),
      0.5,
    )
    return {
      what: 'warm start of the window',
      measured: `first paint ${percentile(
        times.map((time) => time.painted),
        0.5,
      ).toFixed(0)} ms, usable after ${usable.toFixed(0)} ms`,
      mark: 'below 1 s',
      figure: usable,
      ok: usable < 1000,
    }
  })
}

/** What the window loads, compressed: all of it, what its first picture waits for, and what it is made of. */
export async function bundleSize(): Promise<Row> {
  const { output } = (await build({
    configFile: join(root, 'build/vite.config.ts'),
    build: { write: false, emptyOutDir: false },
  })) as Rolldown.RolldownOutput
  const sizes = new Map<string, number>()
  let [total, first] = [0, 0]
  for (const part of output) {
    const size = gzipSync(part.type === 'chunk' ? part.code : part.source).length
    total += size
    if (part.type !== 'chunk' || !part.isDynamicEntry) first += size
    if (part.type !== 'chunk') continue
    for (const [id, { code }] of Object.entries(part.modules)) {
      const name =
        /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? (id.includes('/renderer/') ? 'renderer' : 'shared')
      sizes.set(name, (sizes.get(name) ?? 0) + gzipSync(code ?? '').length)
    }
  }
  const parts = [...sizes]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 6)
    .map(([name, bytes]) => `${name} ${Math.round(bytes / 1024)}`)
  return {
    what: 'renderer bundle, gzip',
    measured:
      `${(total / 1024).toFixed(0)} KB, ${(first / 1024).toFixed(0)} KB of it before the first picture ` +
      `(${parts.join(', ')})`,
    mark: 'below 350 KB',
    figure: total,
    ok: total < 350 * 1024,
  }
}
