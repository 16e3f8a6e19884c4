import { visible } from '../base/text.ts'
import type { ChartMark } from './chart-data.ts'
import type { Course } from './courses.ts'

const width = 360
const height = 130
const [left, right, top, bottom] = [40, 8, 14, 20]
const mostMarks = 20

/**
 * One figure over the time of the call as SVG inside a page whose style gives `stroke-to-peer`, `fill-muted` and so on
 * their colours. Empty where no value is known.
 */
export function chartFigure({ title, unit, lines, range, thresholds }: Course, marks: readonly ChartMark[]): string {
  const times = lines.flatMap(({ points }) => points.map(([at]) => at))
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value)).filter((value) => value !== null)
  if (times.length === 0 || values.length === 0) return ''
  const [begin, end] = [least(times), -least(times.map((at) => -at))]
  const [low, high] = range(least(values), -least(values.map((value) => -value)))
  const x = (at: number) => left + ((at - begin) / Math.max(0.5, end - begin)) * (width - left - right)
  const y = (value: number) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom)
  const line = (from: readonly [number, number], to: readonly [number, number], look: string) =>
    `<path d="M${fixed(from)}L${fixed(to)}" ${look}/>`
  const text = (at: readonly [number, number], anchor: string, words: string) =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}" class="fill-muted">` +
    `${words.replace(/[&<>"]/g, '')}</text>`
  const parts = [
    ...[low, (low + high) / 2, high].flatMap((value) => [
      line([left, y(value)], [width - right, y(value)], 'class="stroke-line"'),
      text([left - 4, y(value) + 3], 'end', written(value)),
    ]),
    text([left, height - 4], 'start', `${written(begin)} s`),
    text([width - right, height - 4], 'end', `${written(end)} s`),
    ...thresholds
      .filter(({ value }) => value <= high)
      .flatMap(({ value, label }) => [
        line([left, y(value)], [width - right, y(value)], 'class="stroke-fault" stroke-dasharray="2 4"'),
        text([left + 4, y(value) - 3], 'start', label),
      ]),
    ...marks
      .filter(({ at }) => at >= begin && at <= end)
      .slice(0, mostMarks)
      .flatMap(({ at, text: words }, i) => [
        line([x(at), top], [x(at), height - bottom], 'class="stroke-muted" stroke-dasharray="1 3"'),
        text([x(at) + 3, top + 8 + (i % 3) * 10], 'start', visible(words)),
      ]),
    ...lines.map(
      ({ points, direction }) =>
        `<path d="${pathOf(points, x, y)}" class="stroke-${direction}" fill="none" stroke-width="1.5"` +
        `${direction === 'from-peer' ? ' stroke-dasharray="5 3"' : ''}/>`,
    ),
  ]
  return (
    `<svg class="chart" role="img" aria-label="${title} over the time of the call, ${unit}" ` +
    `viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`
  )
}

/** Without a spread: there may be more values than a call takes arguments. */
const least = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity)
const fixed = ([x, y]: readonly [number, number]) => `${x.toFixed(1)} ${y.toFixed(1)}`
const written = (value: number) => String(Math.round(value * 10) / 10)

/** Gaps where values are not known; a value alone between gaps is a dot. */
function pathOf(
  points: readonly (readonly [number, number | null])[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let drawing = false
  for (const [at, value] of points) {
    if (value !== null) path += drawing ? `L${fixed([x(at), y(value)])}` : `M${fixed([x(at), y(value)])}h0.1`
    drawing = value !== null
  }
  return path
}
