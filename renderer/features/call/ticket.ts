import { visible } from '../../../shared/base/text.ts'
import type { CallReport, Stream } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { evidenceTexts } from '../../../shared/words/evidence.ts'
import { span } from '../../../shared/shown/format.ts'
import { ladderText } from '../../../shared/shown/ladder-drawing.ts'
import { ladderOf } from '../../../shared/shown/ladder-rows.ts'
import { lossOf } from '../../../shared/shown/loss.ts'

/** A ticket has room for so many messages; the rest is in a capture. */
const mostMessages = 60

/** The call as Markdown for a ticket: which call, what was wrong and why, what to do, the figures, the ladder. */
export function ticketOf(report: CallReport, view: CallView | undefined): string {
  const { from, to, requestUri, timeline, verdict, findings, streams, transport, callId, placed, status } = report
  const agreed = report.media.at(-1)
  const trunk = placed?.trunk ?? view?.trunk ?? null
  const facts: (readonly [string, string])[] = [
    ['Call', `${from} → ${requestUri || to}`],
    ['Call-ID', callId],
    ['Started', timeline.startedAt],
    ...(trunk === null ? [] : [['Trunk', trunk] as const]),
    ['Transport', transport?.toUpperCase() ?? 'unknown'],
    ...(agreed ? [['Media', `${agreed.codec}, ${agreed.ptimeMs} ms, encryption ${agreed.encryption}`] as const] : []),
    ...(status ? [['Final response', `${status.code} ${status.reason}`] as const] : []),
    ['Length', timeline.durationMs === null ? 'not answered, or its end is unknown' : span(timeline.durationMs / 1000)],
    ['Ended by', timeline.endedBy ?? 'unknown'],
  ]
  const ladder = ladderOf({ ...report, messages: report.messages.slice(0, mostMessages) }, true, () => true)
  const more = report.messages.length - mostMessages + report.droppedMessages
  return [
    `**${inline(verdict.sentence)}**`,
    facts.map(([name, value]) => `- ${name}: ${inline(value)}`).join('\n'),
    ...findings.map(({ severity, sentence, evidence, next }) => {
      const texts = evidenceTexts(evidence, sentence).map(({ text }) => inline(text))
      const rests = texts.length > 0 ? ` (${texts.join(', ')})` : ''
      return `- ${severity === 'fault' ? 'Cause' : 'Note'}: ${inline(sentence)}${rests}\n- Next: ${inline(next)}`
    }),
    ...(streams.length > 0 ? [figures(streams)] : []),
    `\`\`\`\n${fenced(ladderText(ladder, report))}\`\`\``,
    ...(more > 0 ? [`${more.toLocaleString('en')} more messages are in the capture.`] : []),
  ].join('\n\n')
}

const figures = (streams: readonly Stream[]) =>
  [
    '| stream | packets | lost | jitter | level | MOS |',
    '|---|---:|---:|---:|---:|---:|',
    ...streams.map(figureRow),
  ].join('\n')

function figureRow(stream: Stream): string {
  const { toPeer, source, destination, packets, meanJitterMs, level, mos } = stream
  return [
    '',
    ` ${toPeer === null ? '' : toPeer ? 'to peer ' : 'from peer '}${inline(`${source} → ${destination}`)} `,
    ` ${packets} `,
    ` ${lossOf(stream).text} `,
    ` ${meanJitterMs.toFixed(1)} ms `,
    ` ${level ? `${level.meanDbfs.toFixed(1)} dBFS` : 'unknown'} `,
    ` ${mos ? `${mos.value.toFixed(2)}${mos.confirmed ? '' : ' (sent)'}` : 'unknown'} `,
    '',
  ].join('|')
}

/** Text from outside in a line of Markdown: nothing in it is markup. */
const inline = (text: string) => visible(text).replace(/[\\`*_[\]<>|#]/g, (c) => `\\${c}`)

/** No line of it ends the fence. */
const fenced = (text: string) => text.replaceAll('```', '` ` `')
