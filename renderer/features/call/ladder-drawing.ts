import { visible } from '../../../shared/base/text.ts'
import { offset } from '../../ui/format.ts'
import type { LadderSource } from './ladder-columns.ts'
import { labelOf } from './ladder-label.ts'
import type { Ladder, Row } from './ladder-rows.ts'

/** The ladder for a ticket, as text: number, time, who, what. */
export function ladderText({ columns, rows }: Ladder, source: LadderSource): string {
  const startUs = rows[0]?.at ?? 0
  const sides = columns.map(({ name, key }) => visible(name === '' ? key : `${name} (${key})`))
  const names = columns.map(({ key }) => visible(key))
  const width = Math.max(0, ...names.map((name) => name.length))
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

/** Where a drawing puts lines and words, in px; colours are those of the page on white. */
interface Pen {
  line(from: readonly [number, number], to: readonly [number, number], colour: string, dash: readonly number[]): void
  text(
    at: readonly [number, number],
    text: string,
    look: { size: number; bold?: boolean; colour: string; middle?: boolean },
  ): void
}

const look = {
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
/** More is more than a canvas holds; how many are left out is written under it. */
const mostRows = 600

export interface Size {
  readonly width: number
  readonly height: number
}

const sizeOf = ({ columns, rows }: Ladder): Size => ({
  width: leftPx + Math.max(1, columns.length) * columnPx,
  height: headPx + Math.min(rows.length, mostRows + 1) * rowPx + 16,
})

function draw(ladder: Ladder, source: LadderSource, pen: Pen): void {
  const { columns, rows } = ladder
  const { height } = sizeOf(ladder)
  const x = (column: number) => leftPx + columnPx * (column + 0.5)
  const startUs = rows[0]?.at ?? 0
  for (const [i, { name, key }] of columns.entries()) {
    pen.text([x(i), 16], visible(name || key), { size: 12, bold: true, colour: look.ink, middle: true })
    if (name !== '') pen.text([x(i), 32], visible(key), { size: 11, colour: look.muted, middle: true })
    pen.line([x(i), 40], [x(i), height - 8], look.line, [])
  }
  const rowAt = (i: number) => headPx + (i + 0.5) * rowPx
  for (const [i, row] of rows.slice(0, mostRows).entries()) drawRow(row, rowAt(i), source, pen, x, startUs)
  if (rows.length > mostRows) {
    const left = (rows.length - mostRows).toLocaleString('en')
    pen.text([44, rowAt(mostRows)], `${left} more rows are not drawn: copy as text has all`, {
      size: 12,
      colour: look.ink,
    })
  }
}

function drawRow(
  row: Row,
  y: number,
  source: LadderSource,
  pen: Pen,
  x: (column: number) => number,
  startUs: number,
): void {
  const { text, more, way, tone } = labelOf(row, source)
  const colour = row.kind === 'silence' ? look.fault : look[way]
  if (row.kind === 'message') pen.text([8, y + 4], String(row.n + 1), { size: 11, colour: look.muted })
  pen.text([44, y + 4], offset((row.at - startUs) / 1e6), { size: 11, colour: look.muted })
  const [from, to] = [x(row.from), row.from === row.to ? x(row.to) + 60 : x(row.to)]
  const tip = to > from ? -6 : 6
  pen.line([from, y + 6], [to, y + 6], colour, row.kind === 'silence' ? [5, 4] : [])
  if (row.kind === 'media') pen.line([from, y + 9], [to, y + 9], colour, [])
  pen.line([to + tip, y + 2], [to, y + 6], colour, [])
  pen.line([to + tip, y + 10], [to, y + 6], colour, [])
  const label = [text, more].filter(Boolean).join('  ')
  pen.text([(from + to) / 2, y + 1], label, {
    size: 11,
    colour: tone === 'fault' ? look.fault : look.ink,
    middle: true,
  })
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c]!)

/** The ladder as an SVG document. */
export function ladderSvg(ladder: Ladder, source: LadderSource): string {
  const { width, height } = sizeOf(ladder)
  const parts: string[] = []
  draw(ladder, source, {
    line: ([x1, y1], [x2, y2], colour, dash) =>
      void parts.push(
        `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour}" fill="none"` +
          `${dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`,
      ),
    text: ([x, y], text, { size, bold, colour, middle }) =>
      void parts.push(
        `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${bold ? ' font-weight="600"' : ''}` +
          `${middle ? ' text-anchor="middle"' : ''}>${escape(text)}</text>`,
      ),
  })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="monospace">` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${parts.join('')}</svg>\n`
  )
}

/** The ladder as a PNG, base64, at twice its size. */
export function ladderPng(ladder: Ladder, source: LadderSource): string {
  const { width, height } = sizeOf(ladder)
  const canvas = document.createElement('canvas')
  canvas.width = width * 2
  canvas.height = height * 2
  const context = canvas.getContext('2d')!
  context.scale(2, 2)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  draw(ladder, source, {
    line: ([x1, y1], [x2, y2], colour, dash) => {
      context.strokeStyle = colour
      context.setLineDash([...dash])
      context.beginPath()
      context.moveTo(x1, y1)
      context.lineTo(x2, y2)
      context.stroke()
    },
    text: ([x, y], text, { size, bold, colour, middle }) => {
      context.font = `${bold ? '600 ' : ''}${size}px monospace`
      context.fillStyle = colour
      context.textAlign = middle ? 'center' : 'left'
      context.fillText(text, x, y)
    },
  })
  return canvas.toDataURL('image/png').replace(/^[^,]*,/, '')
}
