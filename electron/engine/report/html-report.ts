import type { CallReport, Finding, LadderMessage } from '../../../shared/contract/report.ts'
import { impairmentWords } from '../../../shared/model/impairments.ts'
import { chartFigure } from '../../../shared/shown/chart-drawing.ts'
import { chartMarksOf, coursesOf } from '../../../shared/shown/courses.ts'
import { conversationRows } from '../../../shared/shown/conversation.ts'
import { dateOf, party } from '../../../shared/shown/format.ts'
import { ladderFigure } from '../../../shared/shown/ladder-drawing.ts'
import { ladderOf } from '../../../shared/shown/ladder-rows.ts'
import { agreedParts, flowsOf, unfollowedText, type Direction, type Flow } from '../../../shared/shown/media-figures.ts'
import type { Cell } from '../../../shared/shown/figure-cells.ts'
import { figureTable } from '../../../shared/shown/stream-figures.ts'
import { lackText, timesOf, type CallTimes } from '../../../shared/shown/time-marks.ts'
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

const wayTitles = {
  'to-peer': ['→ to peer', '→ to callee'],
  'from-peer': ['← from peer', '← to caller'],
} as const

const ways = ['to-peer', 'from-peer'] as const
const wayTitle = ({ direction }: CallReport, way: Direction) => wayTitles[way][direction === 'observed' ? 1 : 0]

function figureCell({ value, tone, exact, notes = [] }: Cell): string {
  const mark = tone === 'fault' || tone === 'warning' ? '<span aria-label="attention">⚠\uFE0E</span> ' : ''
  const below = notes.length > 0 ? `<div class="quiet">${safe(notes.join('; '))}</div>` : ''
  const title = exact === undefined ? '' : ` title="${safe(exact)}"`
  return `<td class="${tone}"${title}>${mark}${safe(value)}${below}</td>`
}

/** Every figure of every stream, a column each; of a direction in which nothing came, why. */
function* figures(report: CallReport, flows: readonly Flow[], times: CallTimes): Generator<string> {
  const order = [...ways, null]
  const shown = order.flatMap((way) => flows.filter(({ direction }) => direction === way))
  const lacking = ways.filter((way) => flows.every(({ direction }) => direction !== way))
  const around = { live: false, holds: times.holds, startedAt: report.timeline.startedAt }
  const { rows, assumptions } = figureTable(shown, around)
  const head = ({ direction, stream: { source, destination }, n }: Flow) =>
    `<th class="${direction ?? ''}">${direction === null ? 'direction unknown' : wayTitle(report, direction)}, ` +
    `stream ${n + 1}<br><code>${safe(source)} → ${safe(destination)}</code></th>`
  for (const way of lacking) {
    const { text, certain } = lackText(report, way)
    const title = `<span class="${way}">${wayTitle(report, way)}</span>`
    yield `<p class="verdict ${certain ? 'fault' : ''}">${title}: ${safe(text)}</p>`
  }
  if (shown.length === 0) return
  yield `<div class="wide"><table class="figures"><tr><td></td>${shown.map(head).join('')}</tr>`
  for (const [i, { name, meaning, group, cells }] of rows.entries()) {
    const first = group === rows[i - 1]?.group ? '' : ' class="first"'
    yield `<tr${first}><th title="${safe(meaning)}">${name}</th>${cells.map(figureCell).join('')}</tr>`
  }
  yield '</table></div>'
  if (assumptions.length > 0) yield `<p class="quiet">All estimates rest on: ${safe(assumptions.join('; '))}.</p>\n`
}

function* audio(report: CallReport): Generator<string> {
  const { streams, timeline } = report
  if (streams.length === 0 && timeline.answeredAt === null) return
  const flows = flowsOf(streams, [])
  const times = timesOf(report, null)
  yield '<h2>Audio</h2>'
  const agreed = report.media.at(-1)
  if (agreed) {
    const [codec, ...rest] = agreedParts(agreed)
    const chosen = agreed.negotiation === undefined ? '' : `<br><span class="quiet">${safe(agreed.negotiation)}</span>`
    yield `<p><strong>${safe(codec)}</strong> ${safe(rest.join(' · '))}${chosen}</p>`
  }
  yield* figures(report, flows, times)
  const marks = chartMarksOf(times)
  const charts = coursesOf(flows, timeline.startedAt).map((course) => {
    const drawn = course.none ?? chartFigure(course, marks)
    return `<figure><figcaption>${course.title} <span class="quiet">${course.unit}</span></figcaption>${drawn}</figure>`
  })
  if (charts.length > 0)
    yield `<div class="charts">${charts.join('')}</div>
<p class="quiet"><span class="to-peer">── ${wayTitle(report, 'to-peer')}</span>
<span class="from-peer">╌╌ ${wayTitle(report, 'from-peer')}</span>, against the seconds of the call</p>`
  const unfollowed = unfollowedText(report.unfollowedPackets)
  if (unfollowed !== null) yield `<p class="quiet">${unfollowed}</p>\n`
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
