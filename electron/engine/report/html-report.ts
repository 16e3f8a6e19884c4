import { visible } from '../../../shared/base/text.ts'
import type { CallReport, Finding, LadderMessage, Stream } from '../../../shared/contract/report.ts'
import { evidenceTexts, type EvidenceText } from '../../../shared/words/evidence.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text from the wire made harmless: no markup, and what would hide or reorder what follows is shown as text. */
const safe = (text: string): string => visible(text).replace(/[&<>"']/g, (c) => escapes[c]!)

/** The same for text of several lines. */
const safeLines = (text: string): string => text.split(/\r?\n/).map(safe).join('\n')

const style = `
:root { color-scheme: light dark; font: 13px/1.5 system-ui, sans-serif; }
body { margin: 24px; max-width: 1200px; }
h1 { font-size: 18px; } h2 { font-size: 15px; margin: 24px 0 4px; }
table { border-collapse: collapse; width: 100%; }
th, td {
  text-align: left; vertical-align: top; padding: 3px 12px 3px 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent);
}
td, pre, code {
  font-family: ui-monospace, monospace; font-variant-numeric: tabular-nums; font-size: 12px; overflow-wrap: anywhere;
}
pre { white-space: pre-wrap; margin: 4px 0 12px; }
.verdict { font-size: 15px; padding: 8px 12px; border-left: 4px solid currentColor; }
.finding { margin: 8px 0; } .quiet { opacity: 0.75; }
`

function evidenceText({ text, message }: EvidenceText): string {
  return message === null ? safe(text) : `<a href="#m${message}">${safe(text)}</a>`
}

const finding = ({
  severity,
  sentence,
  evidence,
  next,
}: Finding): string => `<div class="finding"><strong>${severity}</strong>: ${safe(sentence)}<br>
<span class="quiet">evidence: ${evidenceTexts(evidence, sentence).map(evidenceText).join(', ') || 'none'}</span><br>
next: ${safe(next)}</div>`

function messageRow(message: LadderMessage, n: number, startedAt: string, prefix: string): string {
  const ms = Date.parse(message.at) - Date.parse(startedAt)
  const notes = [
    ...(message.retransmissionOf === null ? [] : [`repeats ${message.retransmissionOf + 1}`]),
    ...message.problems,
  ]
  const said = notes.length > 0 ? ` <em>(${safe(notes.join('; '))})</em>` : ''
  return `<tr id="${prefix}m${n}"><td>${n + 1}</td><td>${(ms / 1000).toFixed(3)}</td>
<td>${safe(message.source)} → ${safe(message.destination)}</td><td>${message.transport}</td>
<td><details><summary>${safe(message.startLine)}${said}</summary>
<pre>${safeLines(message.raw)}</pre></details></td></tr>`
}

function streamRow(stream: Stream): string {
  const { packets, lost, lostPercent, meanJitterMs, maxJitterMs, maxDeltaMs, bitrateKbps, level, mos, rtcp } = stream
  const cells = [
    `${stream.source} → ${stream.destination}`,
    stream.ssrc,
    `${stream.codec}/${stream.clockRate}`,
    String(packets),
    `${lost} (${lostPercent.toFixed(1)} %)`,
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

function* callSection(report: CallReport, index: number): Generator<string> {
  const prefix = index === 0 ? '' : `c${index}`
  const { timeline, status, refusedBy, findings, streams, observations } = report
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
  const assumptions = [...new Set(streams.flatMap(({ mos }) => mos?.assumptions ?? []))]
  yield `<section><h1>${safe(report.from)} → ${safe(report.requestUri)}</h1>
<p class="verdict">${safe(report.verdict.sentence)}</p>
<p>${report.direction}, ${outcome}; started ${timeline.startedAt}; Call-ID <code>${safe(report.callId)}</code><br>
${times
  .filter(([, value]) => value !== null)
  .map(([name, value]) => `${name} ${(value! / 1000).toFixed(3)} s`)
  .join(', ')}</p>
`
  if (findings.length > 0)
    yield `<h2>Findings</h2>${findings.map(finding).join('').replaceAll('href="#m', `href="#${prefix}m`)}`
  yield `
<h2>Messages</h2><table><tr><th>#</th><th>seconds</th><th>path</th><th>transport</th><th>message</th></tr>`
  for (const [n, message] of report.messages.entries()) yield messageRow(message, n, timeline.startedAt, prefix)
  yield '</table>\n'
  if (streams.length > 0) {
    yield `<h2>Audio</h2><table><tr>${streamHeads.map((head) => `<th>${head}</th>`).join('')}</tr>`
    yield `${streams.map(streamRow).join('')}</table>`
  }
  yield `
${assumptions.length > 0 ? `<p class="quiet">MOS assumes: ${safe(assumptions.join('; '))}.</p>` : ''}
`
  const seen = observations.map(({ at, text }) => `<li>${safe(`${at} ${text}`)}</li>`).join('')
  if (seen !== '') yield `<h2>Observations</h2><ul>${seen}</ul>`
  yield '</section>'
}

/**
 * One self-contained page without scripts, in pieces: it may be larger than a text can be. Secrets are masked in the
 * reports already.
 */
export function* htmlPieces(reports: readonly CallReport[]): Generator<string> {
  const title = reports.length === 1 ? safe(reports[0]!.verdict.sentence) : `${reports.length} calls`
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
