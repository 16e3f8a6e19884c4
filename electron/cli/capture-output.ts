import type { EngineClient } from '../../shared/contract/client.ts'
import type { CaptureLine, CaptureList } from '../../shared/contract/captures.ts'
import type { CallReport, DialogReport, RegistrationReport, Stream, Verdict } from '../../shared/contract/report.ts'
import type { CaptureView } from '../../shared/contract/views.ts'
import { count, visible } from '../../shared/base/text.ts'
import { linesOf, pagesOf } from './capture-pages.ts'
import { print, printJsonText, printLine, printLines } from './output.ts'
import { Paint, findingLines, ladderLines, leftSide, registrationLines, summaryLines } from './terminal.ts'

/** A capture as it is printed; `calls`: those that are asked for, null for all of it. */
export interface Shown {
  readonly engine: EngineClient
  readonly capture: CaptureView
  readonly calls: readonly CallReport[] | null
  /** Whether nobody wants more. */
  ended(): boolean
}

const hasFault = ({ findings }: CallReport | RegistrationReport) =>
  findings.some(({ severity }) => severity === 'fault')

/** One document, however large, each report of it on a line. Tells whether a fault was found. */
export async function printDocument({ engine, capture, calls, ended }: Shown): Promise<boolean> {
  const { files, problems, packets, unread, other, damaged } = capture
  let fault = calls?.some(hasFault) ?? false
  const list = async (of: CaptureList, known: readonly CallReport[] | null) => {
    await printJsonText(`  "${of}": [`)
    let between = '\n'
    const pages = known ? [{ text: known.map((call) => JSON.stringify(call)).join(',\n'), fault: false }] : null
    for await (const page of pages ?? pagesOf(engine, capture, of)) {
      if (ended()) return
      // Of one call, the faults of others do not count.
      if (calls === null) fault ||= page.fault
      if (page.text !== '') await printJsonText(between + page.text)
      if (page.text !== '') between = ',\n'
    }
    await printJsonText('],\n')
  }
  await printJsonText(`{\n  "files": ${JSON.stringify(files)},\n`)
  await list('calls', calls)
  for (const name of ['registrations', 'dialogs', 'unmatchedStreams'] as const) if (!ended()) await list(name, null)
  if (ended()) return fault
  await printJsonText(
    `  "problems": ${JSON.stringify(problems)},\n  "packets": ${packets},\n  "unread": ${JSON.stringify(unread)},\n` +
      `  "other": ${JSON.stringify(other)},\n  "damaged": ${damaged}\n}\n`,
  )
  return fault
}

/**
 * Every ladder and figure, or those of the calls asked for, for a person. Tells whether a fault was found; `each` gets
 * the calls.
 */
export async function printLadders(shown: Shown, paint: Paint, each: (call: CallReport) => void): Promise<boolean> {
  const { engine, capture, calls, ended } = shown
  let fault = false
  const all = async <Report>(of: CaptureList, use: (report: Report) => void) => {
    for await (const { text } of pagesOf(engine, capture, of)) {
      if (ended()) return
      for (const report of JSON.parse(`[${text}]`) as Report[]) use(report)
    }
  }
  const call = (report: CallReport) => {
    fault ||= hasFault(report)
    for (const line of callLines(report, paint)) print(line)
    each(report)
  }
  if (calls) for (const report of calls) call(report)
  else {
    await all('calls', call)
    await all('registrations', (registration: RegistrationReport) => {
      fault ||= hasFault(registration)
      for (const line of registrationLines(registration, paint)) print(line)
    })
    await all('dialogs', ({ method, from, to, status, findings }: DialogReport) => {
      print(visible(`${method} ${from} → ${to}: ${status ? `${status.code} ${status.reason}` : 'no answer'}`))
      for (const line of findings.flatMap((finding) => findingLines(finding, paint))) print(line)
    })
    await all('unmatchedStreams', ({ source, destination, packets, codec }: Stream) =>
      print(visible(`RTP without SIP: ${source} → ${destination}, ${codec}, ${packets} packets`)),
    )
  }
  printWhole(capture, paint)
  return fault
}

function callLines(call: CallReport, paint: Paint): string[] {
  const { id, from, to, outcome, status, messages, timeline } = call
  const title = `Call ${id}: ${from} → ${to}, ${outcome}${status ? ` ${status.code} ${status.reason}` : ''}`
  return [
    paint.bold(visible(title)),
    ...ladderLines(messages, timeline.startedAt, leftSide(call), paint),
    ...summaryLines(call, paint),
    '',
  ]
}

function printWhole({ problems, packets, calls, registrations, other }: CaptureView, paint: Paint): void {
  for (const problem of problems) print(paint.yellow(`! ${visible(problem)}`))
  const kinds = other.map(({ what, packets: n }) => `${count(n, 'packet')} of ${what}`).join(', ')
  print(
    `${count(packets, 'packet')}, ${count(calls, 'call')}, ${count(registrations, 'registration')}` +
      (kinds === '' ? '' : `; neither SIP nor RTP: ${kinds}`),
  )
}

/** A line for each thing in it: for a program an object each. Tells whether a fault was found. */
export async function printList({ engine, capture, ended }: Shown, paint: Paint, json: boolean): Promise<boolean> {
  let fault = false
  for await (const lines of linesOf(engine, capture)) {
    if (ended()) return fault
    fault ||= lines.some(({ finding }) => finding?.severity === 'fault')
    if (json) await printJsonText(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    else await printLines(lines.map((line) => listLine(line, paint)))
  }
  const { id: _id, reading: _reading, ...whole } = capture
  if (json) await printLine({ type: 'end', ...whole })
  else printWhole(capture, paint)
  return fault
}

const audio: Readonly<Record<Verdict['kind'], string>> = {
  'two-way-audio': 'two-way audio',
  'one-way-audio': 'one-way audio',
  'no-audio': 'no audio',
  'not-answered': 'no call',
  'unknown': 'audio unknown',
}
const marks = { fault: '✕', warning: '!', info: 'i' } as const

/** When it began, as far as that is known. */
function startOf({ startedAt, unknown = [] }: CaptureLine): string {
  const [day = '', time = ''] = startedAt.slice(0, 23).split('T')
  if (unknown.includes('time')) return '?'
  return unknown.includes('day') ? time : unknown.includes('year') ? `${day.slice(5)} ${time}` : `${day} ${time}`
}

function listLine(line: CaptureLine, paint: Paint): string {
  const { type, id, method, from, to, outcome, status, verdict, finding, codec, packets } = line
  const name = `${type} ${id}`.padEnd(9)
  const how = [
    ...(type === 'dialog' ? [method] : []),
    ...(codec === null ? [] : [codec, count(packets ?? 0, 'packet')]),
    ...(outcome === null ? [] : [`${outcome},`, audio[verdict!.kind]]),
    ...(status
      ? [`${status.code} ${status.reason}`]
      : type === 'registration' || type === 'dialog'
        ? ['no answer']
        : []),
  ].join(' ')
  const said = finding ? `${marks[finding.severity]} ${finding.sentence}` : (verdict?.sentence ?? '')
  const colour = finding?.severity === 'fault' ? paint.red : finding ? paint.yellow : paint.green
  const head = `${name} ${startOf(line)}  ${from} → ${to}  ${how}`
  return said === '' ? visible(head) : `${visible(head)}  ${colour(visible(said))}`
}
