import { elide, visible } from '../base/text.ts'
import { offset } from './format.ts'
import type { LadderSource } from './ladder-columns.ts'
import { labelOf } from './ladder-label.ts'
import type { Ladder, Row } from './ladder-rows.ts'

/** The ladder for a ticket, as text: number, time, who, what. */
export function ladderText({ columns, rows }: Ladder, source: LadderSource): string {
  const startUs = rows[0]?.at ?? 0
  const sides = columns.map(({ name, key }) => visible(name === '' ? key : `${name} (${key})`))
  const names = columns.map(({ key }) => visible(key))
  const width = names.reduce((most, name) => Math.max(most, name.length), 0)
  const lines = rows.map((row) => {
    const { text, more, problems } = labelOf(row, source)
    const number = row.kind === 'message' ? String(row.n + 1) : ''
    return [
      number.padStart(5),
      offset((row.at - startUs) / 1e6).padStart(11),
      `${(names[row.from] ?? '').padStart(width)} → ${(names[row.to] ?? '').padEnd(width)}`,
      [text, more, ...problems.map((problem) => `(${problem})`)].filter(Boolean).join(' '),
    ]
      .join('  ')
      .trimEnd()
  })
  return `${sides.join('  |  ')}\n${lines.join('\n')}\n`
}

/** What a line or a word is drawn with; whoever draws says which colour that is. */
export type Ink = 'ink' | 'muted' | 'line' | 'to-peer' | 'from-peer' | 'fault'

/** Where a drawing puts lines and words, in px. */
export interface Pen {
  line(from: readonly [number, number], to: readonly [number, number], ink: Ink, dash: readonly number[]): void
  /** `message`: the number of the message that it stands for. */
  text(
    at: readonly [number, number],
    text: string,
    look: { size: number; bold?: boolean; ink: Ink; middle?: boolean; message?: number },
  ): void
}

/** On white. */
export const inks: Readonly<Record<Ink, string>> = {
  'ink': '#1a1d21',
  'muted': '#555c66',
  'line': '#d4d8de',
  'to-peer': '#0a5bb5',
  'from-peer': '#9a4600',
  'fault': '#b3211a',
}
const rowPx = 24
const headPx = 48
const leftPx = 130
const columnPx = 230
/** A label longer than its arrow would lie over others. */
const labelPx = 6.7
/** More is more than a canvas holds; how many are left out is written under it. */
const mostRows = 600
const mostColumns = 40

export interface Size {
  readonly width: number
  readonly height: number
}

export const sizeOf = ({ columns, rows }: Ladder): Size => ({
  width: leftPx + Math.max(1, Math.min(columns.length, mostColumns)) * columnPx,
  height: headPx + Math.min(rows.length, mostRows + 1) * rowPx + 16,
})

/** Draws the columns, the first rows, and how many rows are left out. */
export function drawLadder(ladder: Ladder, source: LadderSource, pen: Pen): void {
  const columns = ladder.columns.slice(0, mostColumns)
  const rows = ladder.rows.filter(({ from, to }) => from < mostColumns && to < mostColumns).slice(0, mostRows)
  const { height } = sizeOf(ladder)
  const x = (column: number) => leftPx + columnPx * (column + 0.5)
  const startUs = rows[0]?.at ?? 0
  for (const [i, { name, key }] of columns.entries()) {
    pen.text([x(i), 16], fitting(visible(name || key), columnPx), { size: 12, bold: true, ink: 'ink', middle: true })
    if (name !== '') pen.text([x(i), 32], fitting(visible(key), columnPx), { size: 11, ink: 'muted', middle: true })
    pen.line([x(i), 40], [x(i), height - 8], 'line', [])
  }
  const rowAt = (i: number) => headPx + (i + 0.5) * rowPx
  for (const [i, row] of rows.entries()) drawRow(row, rowAt(i), source, pen, x, startUs)
  const left = ladder.rows.length - rows.length
  if (left > 0)
    pen.text([44, rowAt(rows.length)], `${left.toLocaleString('en')} more rows are not drawn`, { size: 12, ink: 'ink' })
}

const fitting = (text: string, width: number): string => elide(text, Math.max(8, Math.floor(width / labelPx)))

function drawRow(
  row: Row,
  y: number,
  source: LadderSource,
  pen: Pen,
  x: (column: number) => number,
  startUs: number,
): void {
  const { text, more, way, tone } = labelOf(row, source)
  const ink = row.kind === 'silence' ? 'fault' : way
  if (row.kind === 'message') pen.text([8, y + 4], String(row.n + 1), { size: 11, ink: 'muted', message: row.n })
  pen.text([44, y + 4], offset((row.at - startUs) / 1e6), { size: 11, ink: 'muted' })
  const [from, to] = [x(row.from), row.from === row.to ? x(row.to) + 60 : x(row.to)]
  const tip = to > from ? -6 : 6
  pen.line([from, y + 6], [to, y + 6], ink, row.kind === 'silence' ? [5, 4] : [])
  if (row.kind === 'media') pen.line([from, y + 9], [to, y + 9], ink, [])
  pen.line([to + tip, y + 2], [to, y + 6], ink, [])
  pen.line([to + tip, y + 10], [to, y + 6], ink, [])
  const label = fitting([text, more].filter(Boolean).join('  '), Math.max(columnPx, Math.abs(to - from)))
  pen.text([(from + to) / 2, y + 1], label, {
    size: 11,
    ink: tone === 'fault' ? 'fault' : 'ink',
    middle: true,
    ...(row.kind === 'message' ? { message: row.n } : {}),
  })
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c]!)

/** The ladder as an SVG document. */
export function ladderSvg(ladder: Ladder, source: LadderSource): string {
  const { width, height } = sizeOf(ladder)
  const colour = (ink: Ink, as: 'stroke' | 'fill') => `${as}="${inks[ink]}"`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${drawn(ladder, source, colour, null)}</svg>\n`
  )
}

/**
 * The ladder inside a page whose style gives `stroke-to-peer`, `fill-ink` and so on their colours. `anchor`: what
 * stands before the number of a message in the name of its place in the page.
 */
export function ladderFigure(ladder: Ladder, source: LadderSource, anchor: string): string {
  const { width, height } = sizeOf(ladder)
  const colour = (ink: Ink, as: 'stroke' | 'fill') => `class="${as}-${ink}"`
  return (
    `<svg class="ladder" role="img" aria-label="Ladder" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">${drawn(ladder, source, colour, anchor)}</svg>`
  )
}

function drawn(
  ladder: Ladder,
  source: LadderSource,
  colour: (ink: Ink, as: 'stroke' | 'fill') => string,
  anchor: string | null,
): string {
  const parts: string[] = []
  drawLadder(ladder, source, {
    line: ([x1, y1], [x2, y2], ink, dash) =>
      void parts.push(
        `<path d="M${x1} ${y1}L${x2} ${y2}" ${colour(ink, 'stroke')} fill="none"` +
          `${dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`,
      ),
    text: ([x, y], text, { size, bold, ink, middle, message }) => {
      const element =
        `<text x="${x}" y="${y}" font-size="${size}" ${colour(ink, 'fill')}${bold ? ' font-weight="600"' : ''}` +
        `${middle ? ' text-anchor="middle"' : ''}>${escape(text)}</text>`
      parts.push(message === undefined || anchor === null ? element : `<a href="#${anchor}${message}">${element}</a>`)
    },
  })
  return parts.join('')
}
