import { elide, visible } from '../../shared/base/text.ts'
import type { CallReport, Finding, LadderMessage, RegistrationReport, Stream } from '../../shared/contract/report.ts'
import { impairmentWords } from '../../shared/model/impairments.ts'
import { conversationRows } from '../../shared/shown/conversation.ts'
import { lossOf } from '../../shared/shown/loss.ts'
import { unfollowedText } from '../../shared/shown/media-figures.ts'
import { qualityText, timingText, voipText } from '../../shared/shown/timing.ts'
import { evidenceTexts } from '../../shared/words/evidence.ts'
import { withFlags } from './remedies.ts'
import type { CommonOptions } from './session.ts'
import { tableLines } from './table.ts'

/** Words with colour where a terminal shows it. */
export class Paint {
  readonly #on: boolean

  constructor({ color }: CommonOptions) {
    this.#on = color !== false && !process.env['NO_COLOR'] && process.stdout.isTTY === true
  }

  #wrap(code: number, text: string): string {
    return this.#on ? `\u001b[${code}m${text}\u001b[0m` : text
  }

  bold = (text: string) => this.#wrap(1, text)
  dim = (text: string) => this.#wrap(2, text)
  red = (text: string) => this.#wrap(31, text)
  green = (text: string) => this.#wrap(32, text)
  yellow = (text: string) => this.#wrap(33, text)
  cyan = (text: string) => this.#wrap(36, text)
}

/** Our own colours, and the line that is written over. */
const ours = /\r?\u001b\[(?:\d{1,2}m|K)|\n/g

/** Text with nothing in it that a terminal would act on, but line breaks and what `Paint` puts there. */
export function harmless(text: string): string {
  let [shown, at] = ['', 0]
  for (const { 0: code, index } of text.matchAll(ours)) {
    shown += visible(text.slice(at, index)) + code
    at = index + code.length
  }
  return shown + visible(text.slice(at))
}

/** Seconds from an instant to another. */
export const secondsInto = (from: string, at: string) =>
  ((Date.parse(at) - Date.parse(from)) / 1000).toFixed(3).padStart(8)

/** The lines of a ladder, numbered as evidence names its messages; `before`: how many of them are not among these. */
export function ladderLines(
  messages: readonly LadderMessage[],
  startedAt: string,
  weAre: string,
  paint: Paint,
  before = 0,
): string[] {
  return messages.map(
    (message, i) => `${paint.dim(String(before + i + 1).padStart(4))}  ${ladderLine(message, startedAt, weAre, paint)}`,
  )
}

/** One message: time since the start, direction, what was said. */
function ladderLine(message: LadderMessage, startedAt: string, weAre: string, paint: Paint): string {
  const sent = message.fromUs ?? message.source === weAre
  const arrow = sent ? paint.cyan('──▶') : paint.yellow('◀──')
  const again = message.retransmissionOf === null ? '' : paint.dim(`  (repeats ${message.retransmissionOf + 1})`)
  const problems = message.problems.map((text) => paint.red(`  ! ${visible(text)}`)).join('')
  const [text, cseq] = [
    elide(visible(message.startLine), 70),
    message.startLine.startsWith('SIP/') ? paint.dim(`  ${visible(message.cseq ?? '')}`) : '',
  ]
  const at = message.unknown?.includes('time') ? '?'.padStart(8) : secondsInto(startedAt, message.at)
  return `${paint.dim(at)}  ${arrow} ${text}${cseq}${again}${problems}`
}

/**
 * Whose end of the ladder is drawn on the left: the first sender of an INVITE we placed, or the one who received it.
 */
export function leftSide(report: CallReport): string {
  const [first] = report.messages
  if (!first) return ''
  return report.direction === 'inbound' ? first.destination : first.source
}

const columns = [
  'stream',
  'codec',
  'packets',
  'lost',
  'jitter mean / max',
  'max delta',
  'bit rate',
  'level',
  'MOS',
  'receiver reports',
] as const

function cells(stream: Stream, label: string): string[] {
  const { packets, meanJitterMs, maxJitterMs, maxDeltaMs, bitrateKbps, level, mos, rtcp } = stream
  return [
    label,
    `${stream.codec}/${stream.clockRate}`,
    String(packets),
    lossOf(stream).text,
    `${meanJitterMs.toFixed(2)} / ${maxJitterMs.toFixed(2)} ms`,
    `${maxDeltaMs.toFixed(1)} ms`,
    bitrateKbps === null ? 'unknown' : `${bitrateKbps.toFixed(1)} kbit/s`,
    level ? `${level.meanDbfs.toFixed(1)} dBFS` : 'unknown',
    mos ? `${mos.value.toFixed(2)}${mos.confirmed ? '' : ' (sent)'}` : 'not computable',
    rtcp
      ? `${rtcp.reportedLost} lost, round trip ` +
        `${rtcp.roundTripMs === null ? 'unknown' : `${rtcp.roundTripMs.toFixed(1)} ms`}`
      : 'none',
  ]
}

/** Streams as a table, with their direction; below it what each estimate rests on, and what lay uneven in time. */
export function streamLines(report: CallReport): string[] {
  const { streams } = report
  if (streams.length === 0) return []
  const rows = streams.map((stream) => cells(stream, labelOf(stream)).map(visible))
  const unfollowed = unfollowedText(report.unfollowedPackets)
  const below = streams.flatMap((stream) =>
    [qualityText(stream), timingText(stream), voipText(stream)]
      .filter((text) => text !== null)
      .map((text) => visible(`${labelOf(stream)}: ${text}`)),
  )
  return [...tableLines([columns, ...rows]), ...below, ...(unfollowed === null ? [] : [unfollowed])]
}

const labelOf = ({ toPeer, source, destination }: Stream): string =>
  toPeer ? `→ to ${destination}` : toPeer === false ? `← from ${source}` : `  ${source} → ${destination}`

const marks = { fault: '✕', warning: '!', info: 'i' } as const

export function severityText(severity: Finding['severity'], paint: Paint): string {
  const colour = severity === 'fault' ? paint.red : severity === 'warning' ? paint.yellow : paint.dim
  return colour(`${marks[severity]} ${severity}`)
}

/** A finding: what is wrong, what shows it, what to do. */
export function findingLines(finding: Finding, paint: Paint): string[] {
  const evidence = evidenceTexts(finding.evidence, finding.sentence).map(({ text }) => text)
  return [
    `${severityText(finding.severity, paint)}: ${visible(finding.sentence)}`,
    ...(evidence.length > 0 ? [paint.dim(`    evidence: ${evidence.join(', ')}`)] : []),
    `    next: ${visible(withFlags(finding.next, finding.remedy))}`,
  ]
}

/** A registration of a capture: how it ended, its ladder, and what is wrong with it. */
export function registrationLines(registration: RegistrationReport, paint: Paint): string[] {
  const { address, registrar, status, messages, findings } = registration
  const [first] = messages
  const left = first && (first.startLine.startsWith('SIP/') ? first.destination : first.source)
  const answer = status ? `${status.code} ${status.reason}` : 'no final answer'
  return [
    paint.bold(visible(`Registration of ${address} at ${registrar}: ${answer}`)),
    ...(first ? ladderLines(messages, first.at, left!, paint) : []),
    ...findings.flatMap((finding) => findingLines(finding, paint)),
    '',
  ]
}

/** What stands below the ladder: media, streams, findings, verdict. */
export function summaryLines(report: CallReport, paint: Paint): string[] {
  const { timeline, media } = report
  const times = [
    ['post-dial delay', timeline.postDialDelayMs],
    ['setup', timeline.setupMs],
    ['answer to first RTP', timeline.answerToFirstRtpMs],
    ['duration', timeline.durationMs],
  ]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${((value as number) / 1000).toFixed(3)} s`)
  const parts = [
    media
      .slice(-1)
      .flatMap((m) => [
        `media ${m.codec}/${m.clockRate} payload type ${m.payloadType}, ${m.ptimeMs} ms, encryption ` +
          `${m.encryption}, ${m.direction}, ${m.local} ↔ ${m.remote}`,
        ...(m.negotiation === undefined ? [] : [m.negotiation]),
      ])
      .map(visible),
    (report.impairments ?? []).map((text) => paint.yellow(`! impaired on purpose: ${visible(impairmentWords(text))}`)),
    report.observations
      .filter(({ kind }) => kind === 'on-purpose')
      .map(({ text }) => paint.yellow(`! ${visible(text)}`)),
    streamLines(report),
    [
      ...(times.length > 0 ? [times.join(', ')] : []),
      ...conversationRows(report).map(({ name, value }) => `${name}: ${value}`),
      ...(report.related ?? []).map(({ call, certainty, reason }) =>
        visible(`${certainty} leg: call ${call}: ${reason}`),
      ),
      ...report.observations
        .filter(({ kind }) => (kind !== 'note' || report.findings.length > 0) && !aside.has(kind))
        .map(({ text }) => paint.dim(`· ${visible(text)}`)),
      ...report.findings.flatMap((finding) => findingLines(finding, paint)),
    ],
    [verdictLine(report, paint)],
  ]
  return parts.flatMap((lines) => (lines.length > 0 ? ['', ...lines] : []))
}

/** Observations that are said elsewhere. */
const aside = new Set(['impaired', 'on-purpose', 'script-step'])

export function verdictLine({ outcome, verdict, findings }: CallReport, paint: Paint): string {
  const bad = verdict.kind !== 'two-way-audio' || findings.some(({ severity }) => severity === 'fault')
  // Of a call that goes on nothing is lost yet.
  const open = verdict.kind === 'unknown' || outcome === 'in-progress'
  const mark = open ? paint.yellow('?') : bad ? paint.red('✕') : paint.green('✓')
  return `${mark} ${paint.bold(visible(verdict.sentence))}`
}

export function hasFault({ findings, outcome }: CallReport): boolean {
  return outcome !== 'answered' || findings.some(({ severity }) => severity === 'fault')
}
