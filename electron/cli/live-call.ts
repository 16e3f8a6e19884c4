import type { EngineClient, Subscription } from '../../shared/contract/client.ts'
import { mergeReport } from '../../shared/contract/merge.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { visible } from '../../shared/base/text.ts'
import { LiveFindings } from './live-findings.ts'
import { print, warn, write } from './output.ts'
import { personaLines } from './persona-lines.ts'
import { exitCode, type CommonOptions } from './session.ts'
import { Paint, hasFault, ladderLines, leftSide, secondsInto, summaryLines, verdictLine } from './terminal.ts'

/** Follows one call to its end, with a running ladder for a person; returns its report. */
export async function followCall(
  engine: EngineClient,
  place: () => Promise<{ id: string }>,
  interrupted: Promise<void>,
  options: CommonOptions,
): Promise<CallReport> {
  const view = options.json ? null : new LadderView(options)
  let id = ''
  let finished: (report: CallReport) => void
  const ended = new Promise<CallReport>((resolve) => (finished = resolve))
  const reports = new Map<string, CallReport>()
  const subscription = engine.subscribe({ reports: view ? 'live' : 'ended' }, ({ changes }) => {
    for (const change of changes) {
      if (change.kind !== 'report' || change.report.placed === null || (id !== '' && change.report.id !== id)) continue
      const report = mergeReport(reports.get(change.report.id), change)
      reports.set(report.id, report)
      view?.show(report)
      if (change.ended) finished(report)
    }
  })
  ;({ id } = await place())
  void interrupted.then(() => engine.execute('call.hangUp', { id }).catch(() => {}))
  const report = await Promise.race([
    ended,
    interrupted.then(
      () =>
        new Promise<CallReport>((resolve) =>
          setTimeout(async () => resolve(await engine.execute('call.report', { id })), 5000),
        ),
    ),
  ])
  subscription.end()
  view?.finish(report)
  return report
}

export function exitOf(report: CallReport): number {
  const here = ({ kind }: CallReport['observations'][number]) => kind === 'unresolved' || kind === 'machine-fault'
  if (report.observations.some(here) && report.status === null) return exitCode.machine
  return hasFault(report) ? exitCode.fault : exitCode.ok
}

/** A call that came in, in a line. */
export function callLine(report: CallReport, paint: Paint): string {
  const status = report.status ? ` ${report.status.code}` : ''
  return `${report.timeline.startedAt}  ${parties(report)}  ${report.outcome}${status}  ` + verdictLine(report, paint)
}

const parties = ({ from, requestUri }: CallReport) => `${visible(from)} → ${visible(requestUri)}`

/** Tells what is found of calls that come in while they go on. */
export function tellFindings(engine: EngineClient, paint: Paint): Subscription {
  const calls = new Map<string, LiveFindings>()
  return engine.subscribe({ reports: 'live' }, ({ changes }) => {
    for (const change of changes) {
      if (change.kind !== 'report') continue
      const { id, timeline } = change.report
      if (change.ended) calls.delete(id)
      else {
        const live = calls.get(id) ?? new LiveFindings(paint)
        calls.set(id, live)
        for (const { at, text } of live.news(change.report))
          print(`${at ?? ''.padEnd(timeline.startedAt.length)}  ${parties(change.report)}  ${text}`)
      }
    }
  })
}

/** A call that an agent took: the line of it, and what its persona made of it. */
export function agentCallLines(report: CallReport, paint: Paint): string[] {
  return [callLine(report, paint), ...(report.persona ? personaLines(report.persona, paint) : [])]
}

/** Says what could not be recorded or captured; whether there was anything. */
export function sayNotKept(report: CallReport): boolean {
  const faults = report.observations.filter(({ kind }) => kind === 'not-kept')
  for (const { text } of faults) warn(text)
  return faults.length > 0
}

/** The ladder as it grows, and on a terminal a line of figures that stays in place. */
class LadderView {
  readonly #paint: Paint
  readonly #meter = process.stdout.isTTY === true
  readonly #startMs = performance.now()
  readonly #waiting: NodeJS.Timeout | null
  readonly #findings: LiveFindings
  #shown = 0
  #metered = false
  #ringing = false
  #answered = false

  constructor(options: CommonOptions) {
    this.#paint = new Paint(options)
    this.#findings = new LiveFindings(this.#paint)
    this.#waiting = this.#meter ? setInterval(() => this.#wait(), 500) : null
  }

  /** Until the answer: how long it has been, so that no wait is silent. */
  #wait(): void {
    if (this.#answered) return
    this.#replace(
      `${this.#ringing ? 'ringing' : 'waiting for an answer'} ` +
        `${((performance.now() - this.#startMs) / 1000).toFixed(0)} s (Ctrl+C cancels)`,
    )
  }

  /** A line that stays in place until the next one is printed. */
  #replace(text: string): void {
    write(`\r\u001b[K${this.#paint.dim(text)}`)
    this.#metered = true
  }

  show(report: CallReport): void {
    const left = leftSide(report)
    const [first] = report.messages
    if (this.#shown === 0 && first)
      this.#print(
        this.#paint.dim(
          `   #      time  this computer ${visible(left)} ⇄ ` +
            `${visible(first.source === left ? first.destination : first.source)} over ${first.transport}`,
        ),
      )
    const fresh = report.messages.slice(this.#shown)
    for (const line of ladderLines(fresh, report.timeline.startedAt, left, this.#paint, this.#shown)) this.#print(line)
    this.#shown = report.messages.length
    for (const { at, text } of this.#findings.news(report)) {
      const time = at === null ? '' : secondsInto(report.timeline.startedAt, at)
      this.#print(`${this.#paint.dim(time.padStart(14))}  ${text}`)
    }
    this.#ringing = report.timeline.ringingAt !== null
    this.#answered = report.timeline.answeredAt !== null
    if (this.#meter && report.streams.length > 0 && report.timeline.endedAt === null) {
      const figures = report.streams.map(
        ({ source, packets, level }) =>
          `${report.media.some(({ local }) => local === source) ? '▶' : '◀'} ${packets} pkts ` +
          `${level ? `${bar(level.meanDbfs)} ${level.meanDbfs.toFixed(0)} dBFS` : ''}`,
      )
      this.#replace(figures.join('   '))
    }
  }

  finish(report: CallReport): void {
    if (this.#waiting) clearInterval(this.#waiting)
    this.show(report)
    for (const line of summaryLines(report, this.#paint)) this.#print(line)
  }

  #print(line: string): void {
    print(`${this.#metered ? '\r\u001b[K' : ''}${line}`)
    this.#metered = false
  }
}

const bars = '▁▂▃▄▅▆▇█'
const bar = (dbfs: number) => bars[Math.max(0, Math.min(7, Math.round((dbfs + 60) / 8)))]!
