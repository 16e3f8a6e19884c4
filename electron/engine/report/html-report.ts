import type { CallReport, Finding, LadderMessage, Stream } from '../../../shared/contract/report.ts'
import { impairmentWords } from '../../../shared/model/impairments.ts'
import { chartFigure } from '../../../shared/shown/chart-drawing.ts'
import { chartMarksOf, coursesOf } from '../../../shared/shown/courses.ts'
import { conversationRows } from '../../../shared/shown/conversation.ts'
import { dateOf, party } from '../../../shared/shown/format.ts'
import { ladderFigure } from '../../../shared/shown/ladder-drawing.ts'
import { ladderOf } from '../../../shared/shown/ladder-rows.ts'
import { lossOf } from '../../../shared/shown/loss.ts'
import {
  flowsOf,
  inShort,
  mainOf,
  unfollowedText,
  type Direction,
  type Flow,
} from '../../../shared/shown/media-figures.ts'
import { lackText, timesOf } from '../../../shared/shown/time-marks.ts'
import { evidenceTexts, type EvidenceText } from '../../../shared/words/evidence.ts'
import { safe, safeLines, style } from './html-page.ts'
import { personaSection } from './html-persona.ts'

/** In the zone of this computer, with its name: `26 Nov 2026, 08:10:20 CET`. */
const local = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

function evidenceText({ text, message }: EvidenceText): string {
  return message === null ? safe(text) : `<a href="#m${message}">${safe(text)}</a>`
}

const finding = ({
  severity,
  sentence,
  evidence,
  next,
}: Finding): string => `<div class="finding ${severity}"><strong>${severity}</strong>: ${safe(sentence)}<br>
<span class="quiet">evidence: ${evidenceTexts(evidence, sentence).map(evidenceText).join(', ') || 'none'}</span><br>
next: ${safe(next)}</div>`

function messageRow(message: LadderMessage, n: number, startedAt: string, anchor: string): string {
  const ms = Date.parse(message.at) - Date.parse(startedAt)
  const notes = [
    ...(message.retransmissionOf === null ? [] : [`repeats ${message.retransmissionOf + 1}`]),
    ...message.problems,
  ]
  const said = notes.length > 0 ? ` <em>(${safe(notes.join('; '))})</em>` : ''
  return `<tr id="${anchor}${n}"><td>${n + 1}</td><td title="${safe(message.at)}">${(ms / 1000).toFixed(3)}</td>
<td>${safe(message.source)} → ${safe(message.destination)}</td><td>${message.transport}</td>
<td><details><summary>${safe(message.startLine)}${said}</summary>
<pre>${safeLines(message.raw)}</pre></details></td></tr>`
}

function streamRow(stream: Stream): string {
  const { packets, meanJitterMs, maxJitterMs, maxDeltaMs, bitrateKbps, level, mos, rtcp } = stream
  const cells = [
    `${stream.source} → ${stream.destination}`,
    stream.ssrc,
    `${stream.codec}/${stream.clockRate}`,
    String(packets),
    lossOf(stream).text,
    `${meanJitterMs.toFixed(2)} / ${maxJitterMs.toFixed(2)} ms`,
    `${maxDeltaMs.toFixed(1)} ms`,
    bitrateKbps === null ? 'unknown' : `${bitrateKbps} kbit/s`,
    level ? `${level.meanDbfs} dBFS` : 'unknown',
    mos ? `${mos.value} (${mos.model})` : 'not computable',
    rtcp?.roundTripMs == null ? 'unknown' : `${rtcp.roundTripMs} ms`,
  ]
  return `<tr>${cells.map((cell) => `<td>${safe(cell)}</td>`).join('')}</tr>`
}

const streamHeads = [
  'stream',
  'SSRC',
  'codec',
  'packets',
  'lost',
  'jitter mean / max',
  'max delta',
  'bit rate',
  'level',
  'MOS',
  'round trip',
]

const wayTitles = {
  'to-peer': ['to peer', 'to callee'],
  'from-peer': ['from peer', 'to caller'],
} as const

const arrows = { 'to-peer': '→', 'from-peer': '←' } as const
const wayTitle = ({ direction }: CallReport, way: Direction) => wayTitles[way][direction === 'observed' ? 1 : 0]

/** A direction as a box: the figures of the stream that carried most, or why there is none. */
function wayBox(report: CallReport, flows: readonly Flow[], way: Direction): string {
  const title = `${arrows[way]} ${wayTitle(report, way)}`
  const box = (heading: string, list: string) => `<div class="way ${way}"><h3>${heading}</h3><dl>${list}</dl></div>`
  const flow = mainOf(flows, way)
  if (flow === null) {
    const { text, certain } = lackText(report, way)
    return box(title, `<dd class="${certain ? 'fault' : ''}">${safe(text)}</dd>`)
  }
  const { packets, lost, jitter, level, mos } = inShort(flow, false)
  const others = flows.filter(({ direction }) => direction === way).length - 1
  const rows = [{ name: 'packets', value: packets, tone: 'plain' }, lost, jitter, level, mos].map(
    ({ name, value, tone }) => `<dt>${name}</dt><dd class="${tone}">${safe(value)}</dd>`,
  )
  const more = others > 0 ? ` (and ${others} more below)` : ''
  return box(`${title}, ${safe(flow.stream.codec)}${more}`, rows.join(''))
}

function* audio(report: CallReport): Generator<string> {
  const { streams, timeline } = report
  if (streams.length === 0 && timeline.answeredAt === null) return
  const flows = flowsOf(streams, [])
  yield `<h2>Audio</h2><div class="ways">${wayBox(report, flows, 'to-peer')}${wayBox(report, flows, 'from-peer')}</div>`
  const marks = chartMarksOf(timesOf(report, null))
  const charts = coursesOf(flows, timeline.startedAt).map((course) => {
    const drawn = course.none ?? chartFigure(course, marks)
    return `<figure><figcaption>${course.title} <span class="quiet">${course.unit}</span></figcaption>${drawn}</figure>`
  })
  if (charts.length > 0)
    yield `<div class="charts">${charts.join('')}</div>
<p class="quiet"><span class="to-peer">── ${wayTitle(report, 'to-peer')}</span>
<span class="from-peer">╌╌ ${wayTitle(report, 'from-peer')}</span>, against the seconds of the call</p>`
  if (streams.length > 0) {
    yield `<div class="wide"><table><tr>${streamHeads.map((head) => `<th>${head}</th>`).join('')}</tr>`
    for (const stream of streams) yield streamRow(stream)
    yield '</table></div>'
  }
  const unfollowed = unfollowedText(report.unfollowedPackets)
  if (unfollowed !== null) yield `<p class="quiet">${unfollowed}</p>\n`
  const assumptions = [...new Set(streams.flatMap(({ mos }) => mos?.assumptions ?? []))]
  if (assumptions.length > 0) yield `<p class="quiet">MOS assumes: ${safe(assumptions.join('; '))}.</p>\n`
  const rows = conversationRows(report)
  if (rows.length > 0)
    yield `<h2>Conversation</h2><dl>${rows
      .map(({ name, value }) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`)
      .join('')}</dl>`
}

/** How grave what came of the call is, as a class of the page's style. */
const toneOf = ({ verdict, outcome }: CallReport): string =>
  outcome === 'refused' || outcome === 'failed' || /^(one-way|no)-audio$/.test(verdict.kind)
    ? 'fault'
    : verdict.kind === 'two-way-audio'
      ? 'ok'
      : verdict.kind === 'not-answered'
        ? 'warning'
        : ''

function* callSection(report: CallReport, index: number): Generator<string> {
  const anchor = index === 0 ? 'm' : `c${index}m`
  const { timeline, status, refusedBy, findings, observations } = report
  const outcome =
    report.outcome +
    (status ? ` with ${status.code} ${safe(status.reason)}` : '') +
    (refusedBy ? `, refused by ${refusedBy}` : '')
  const times: readonly (readonly [string, number | null])[] = [
    ['post-dial delay', timeline.postDialDelayMs],
    ['setup', timeline.setupMs],
    ['answer to first RTP', timeline.answerToFirstRtpMs],
    ['duration', timeline.durationMs],
  ]
  yield `<section><h1>${safe(report.from)} → ${safe(report.requestUri)}</h1>
<p>started ${local.format(dateOf(timeline.startedAt))} <span class="quiet">(${timeline.startedAt})</span></p>
<p class="verdict ${toneOf(report)}">${safe(report.verdict.sentence)}</p>
<p class="times"><span>${report.direction}, ${outcome}</span>${times
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<span>${name} ${(value! / 1000).toFixed(3)} s</span>`)
    .join('')}<span>Call-ID <code>${safe(report.callId)}</code></span></p>
`
  if (report.related !== undefined && report.related.length > 0)
    yield `<p>Other legs: ${report.related
      .map(({ callId, certainty, reason }) => `<code>${safe(callId)}</code> (${certainty}: ${safe(reason)})`)
      .join('; ')}</p>`
  if (report.impairments !== undefined)
    yield `<p class="warning"><strong>Impaired on purpose</strong>: ${report.impairments
      .map((text) => safe(impairmentWords(text)))
      .join('; ')}</p>`
  if (report.note !== undefined) yield `<h2>Note</h2><p>${safeLines(report.note).replaceAll('\n', '<br>')}</p>`
  if (findings.length > 0)
    yield `<h2>Findings</h2>${findings.map(finding).join('').replaceAll('href="#m', `href="#${anchor}`)}`
  if (report.persona) yield* personaSection(report.persona)
  yield* audio(report)
  if (report.messages.length > 0 || report.streams.length > 0)
    yield `\n<h2>Ladder</h2><div class="wide">${ladderFigure(
      ladderOf(report, true, () => true),
      report,
      anchor,
    )}</div>`
  yield `
<h2>Messages</h2><table><tr><th>#</th><th>seconds</th><th>path</th><th>transport</th><th>message</th></tr>`
  for (const [n, message] of report.messages.entries()) yield messageRow(message, n, timeline.startedAt, anchor)
  yield '</table>\n'
  if (report.droppedMessages > 0)
    yield `<p class="quiet">${report.droppedMessages.toLocaleString('en')} later messages are not kept here.</p>`
  const seen = observations.map(({ at, text }) => `<li>${safe(`${at} ${text}`)}</li>`).join('')
  if (seen !== '') yield `<h2>Observations</h2><ul>${seen}</ul>`
  yield '</section>'
}

/** Which call the page is about, for the title of a window and of a bookmark. */
const titleOf = ({ from, requestUri, direction, timeline }: CallReport): string =>
  safe(`${party(direction === 'inbound' ? from : requestUri)}, ${local.format(dateOf(timeline.startedAt))}`)

/**
 * One self-contained page without scripts, in pieces: it may be larger than a text can be. Secrets are masked in the
 * reports already.
 */
export function* htmlPieces(reports: readonly CallReport[]): Generator<string> {
  const title = reports.length === 1 ? titleOf(reports[0]!) : `${reports.length} calls`
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Ringback: ${title}</title><style>${style}</style></head>
<body>`
  for (const [index, report] of reports.entries()) {
    if (index > 0) yield '<hr>'
    yield* callSection(report, index)
  }
  yield '</body></html>\n'
}

export function htmlReport(reports: readonly CallReport[]): string {
  return [...htmlPieces(reports)].join('')
}
