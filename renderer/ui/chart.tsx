import { useEffect, useRef, useState } from 'react'
import type uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { join, type ChartMark, type Line, type Threshold } from '../../shared/shown/chart-data.ts'
import { onTheme } from './theme.ts'
import './chart.css'

const heightPx = 120

/** What draws charts, once it is loaded: a window without one does without. */
let drawing: typeof uPlot | null = null

/** Loads what draws charts. */
export async function loadCharts(): Promise<void> {
  drawing ??= (await import('uplot')).default
}

/**
 * One figure over the time of the call, both directions, with room above the highest value: lines where it gets bad,
 * marks for what happened, and the values under the pointer. What it shows is also in the table beside it.
 */
export function Chart({
  title,
  unit,
  lines,
  range,
  thresholds = [],
  marks = [],
  none,
}: {
  title: string
  unit: string
  lines: readonly Line[]
  /** The scale for the lowest and the highest value. */
  range: (low: number, high: number) => readonly [number, number]
  thresholds?: readonly Threshold[]
  marks?: readonly ChartMark[]
  /** Said in place of a chart when all is well, or nothing is known. */
  none?: string | null
}) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [ready, setReady] = useState(drawing !== null)
  const [hovered, setHovered] = useState<number | null>(null)
  const names = lines.map(({ label }) => label).join('\n')
  const data = join(lines)
  // As they are when something is drawn: the plot outlives many of them.
  const latest = useRef({ data, marks, thresholds })
  latest.current = { data, marks, thresholds }
  useEffect(() => {
    if (!ready)
      loadCharts().then(
        () => setReady(true),
        () => {},
      )
  }, [ready])
  useEffect(() => {
    const element = box.current
    const Plot = drawing
    if (!element || !Plot) return
    const make = () => {
      plot.current?.destroy()
      const now = () => latest.current
      plot.current = new Plot(options(element, unit, lines, range, now, setHovered), now().data, element)
    }
    make()
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }))
    resized.observe(element)
    const unthemed = onTheme(make)
    return () => {
      resized.disconnect()
      unthemed()
      plot.current?.destroy()
      plot.current = null
    }
    // Made anew when the lines change, not with every point.
  }, [ready, names, unit, none === undefined || none === null])
  useEffect(() => plot.current?.setData(data), [data])
  const at = hovered === null ? null : data[0][hovered]
  return (
    <figure className="chart">
      <figcaption>
        {title} <span className="muted">{unit}</span>
        {hovered !== null && at !== undefined && at !== null && (
          <span className="chart-values mono">
            {at.toFixed(1)} s{' '}
            {lines.map(({ label, direction }, i) => (
              <span key={label} className={direction}>
                {direction === 'to-peer' ? '→' : '←'} {data[i + 1]?.[hovered]?.toFixed(1) ?? '?'}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      {none ? (
        <p className="muted chart-none">{none}</p>
      ) : (
        <div ref={box} role="img" aria-label={`${title} over the time of the call, ${unit}`} />
      )}
    </figure>
  )
}

type Latest = () => {
  readonly data: uPlot.AlignedData
  readonly marks: readonly ChartMark[]
  readonly thresholds: readonly Threshold[]
}

function options(
  element: HTMLElement,
  unit: string,
  lines: readonly Line[],
  range: (low: number, high: number) => readonly [number, number],
  now: Latest,
  hover: (index: number | null) => void,
): uPlot.Options {
  const colour = (name: string) => {
    const probe = element.appendChild(document.createElement('i'))
    probe.className = name
    const found = getComputedStyle(probe).color
    probe.remove()
    return found
  }
  const muted = colour('muted')
  const [ink, warning] = [colour('chart-ink'), colour('tone-warning')]
  const axis = {
    stroke: muted,
    font: '11px system-ui',
    grid: { stroke: colour('chart-grid'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth || 300,
    height: heightPx,
    legend: { show: false },
    cursor: { sync: { key: 'call' }, points: { size: 5 }, drag: { x: false, y: false } },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => [...range(low ?? 0, high ?? 0)] as [number, number] },
    },
    axes: [
      { ...axis, size: 20, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
      { ...axis, size: 40 },
    ],
    hooks: {
      setCursor: [({ cursor: { idx } }) => hover(idx ?? null)],
      draw: [
        (u) => {
          for (const { value, label } of now().thresholds) drawThreshold(u, value, label, warning)
          for (const [i, mark] of now().marks.entries()) drawMark(u, mark, ink, i % 3)
        },
      ],
    },
    series: [
      {},
      ...lines.map(({ label, direction }) => ({
        label: `${label} ${unit}`,
        stroke: colour(direction),
        width: 1.5,
        ...(direction === 'from-peer' ? { dash: [5, 3] } : {}),
        points: { show: false },
        spanGaps: false,
      })),
    ],
  }
}

function drawThreshold({ ctx, bbox, valToPos, scales }: uPlot, value: number, label: string, colour: string): void {
  if (value > (scales['y']?.max ?? 0)) return
  const y = valToPos(value, 'y', true)
  stroke(ctx, colour, [2, 4], [bbox.left, y], [bbox.left + bbox.width, y])
  write(ctx, label, colour, bbox.left + 4 * devicePixelRatio, y - 3 * devicePixelRatio)
}

/** `row`: of three, so that words beside one another can be read. */
function drawMark({ ctx, bbox, valToPos, scales }: uPlot, { at, text }: ChartMark, colour: string, row: number): void {
  if (at < (scales['x']?.min ?? 0) || at > (scales['x']?.max ?? 0)) return
  const x = valToPos(at, 'x', true)
  stroke(ctx, colour, [1, 3], [x, bbox.top], [x, bbox.top + bbox.height])
  write(ctx, text, colour, x + 3 * devicePixelRatio, bbox.top + (8 + row * 11) * devicePixelRatio)
}

function stroke(
  ctx: CanvasRenderingContext2D,
  colour: string,
  dash: number[],
  from: readonly [number, number],
  to: readonly [number, number],
): void {
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash(dash.map((part) => part * devicePixelRatio))
  ctx.beginPath()
  ctx.moveTo(...from)
  ctx.lineTo(...to)
  ctx.stroke()
  ctx.restore()
}

/** The axes leave an alignment of their own behind. */
function write(ctx: CanvasRenderingContext2D, text: string, colour: string, x: number, y: number): void {
  ctx.save()
  ctx.font = `${10 * devicePixelRatio}px system-ui`
  ctx.fillStyle = colour
  ctx.textAlign = 'left'
  ctx.textBaseline = 'alphabetic'
  ctx.fillText(text, x, y)
  ctx.restore()
}
