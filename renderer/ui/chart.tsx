import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './chart.css'

export interface Line {
  readonly label: string
  readonly direction: 'to-peer' | 'from-peer'
  /** [seconds, value]; null: cannot be known. */
  readonly points: readonly (readonly [number, number | null])[]
}

const heightPx = 96
const windowS = 120

/**
 * The last two minutes of one figure, both directions; from `floor` to 0 where one is given. What it shows is also in
 * the table beside it.
 */
export function Chart({
  title,
  unit,
  lines,
  floor,
}: {
  title: string
  unit: string
  lines: readonly Line[]
  floor?: number
}) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const names = lines.map(({ label }) => label).join('\n')
  const data = join(lines)
  useEffect(() => {
    const element = box.current!
    const make = () => {
      plot.current?.destroy()
      plot.current = new uPlot(options(element, unit, lines, floor), data, element)
    }
    make()
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: heightPx }))
    resized.observe(element)
    // Colours follow the theme.
    const themed = new MutationObserver(make)
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', make)
    return () => {
      resized.disconnect()
      themed.disconnect()
      scheme.removeEventListener('change', make)
      plot.current?.destroy()
      plot.current = null
    }
    // Made anew when the lines change, not with every point.
  }, [names, unit, floor])
  useEffect(() => plot.current?.setData(data), [data])
  return (
    <figure className="chart">
      <figcaption>
        {title} <span className="muted">{unit}</span>
      </figcaption>
      <div ref={box} role="img" aria-label={`${title} of the last two minutes, ${unit}`} />
    </figure>
  )
}

/** One time axis for all lines. */
function join(lines: readonly Line[]): uPlot.AlignedData {
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b)
  const from = (times.at(-1) ?? 0) - windowS
  const shown = times.filter((at) => at >= from)
  return [
    shown,
    ...lines.map(({ points }) => {
      const values = new Map(points)
      return shown.map((at) => values.get(at) ?? null)
    }),
  ]
}

function options(element: HTMLElement, unit: string, lines: readonly Line[], floor: number | undefined): uPlot.Options {
  const colour = (name: string) => {
    const probe = element.appendChild(document.createElement('i'))
    probe.className = name
    const found = getComputedStyle(probe).color
    probe.remove()
    return found
  }
  const muted = colour('muted')
  const grid = colour('chart-grid')
  const axis = { stroke: muted, font: '11px system-ui', grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  return {
    width: element.clientWidth || 300,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    padding: [4, 8, 0, 0],
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => [floor ?? Math.min(0, low), floor === undefined ? Math.max(high, 1) : 0] },
    },
    axes: [
      { ...axis, size: 20, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      ...lines.map(({ label, direction }) => ({
        label: `${label} ${unit}`,
        stroke: colour(direction),
        width: 1.5,
        ...(direction === 'from-peer' ? { dash: [5, 3] } : {}),
        points: { show: false },
        spanGaps: true,
      })),
    ],
  }
}
