import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import './split.css'

const stepPx = 16

interface SplitProps {
  label: string
  axis: 'x' | 'y'
  fixed?: 'first' | 'second'
  size: number
  least: number
  most: number
  /** What the other pane keeps, in px: where there is too little, the fixed one gives way. */
  rest?: number
  onResize: (size: number) => void
  first: ReactNode
  second: ReactNode
}

/**
 * Two panes with a separator that is dragged or moved with the arrow keys; `size` is that of the pane named by `fixed`,
 * in px, and remembered by the owner.
 */
export function Split(props: SplitProps) {
  // Another pair of panes in the same place has a size of its own.
  return <Panes key={props.label} {...props} />
}

function Panes({ label, axis, fixed = 'first', size, least, most, rest = 0, onResize, first, second }: SplitProps) {
  const [now, setNow] = useState(size)
  const from = useRef<{ at: number; size: number } | null>(null)
  const latest = useRef(now)
  const place = (event: PointerEvent) => (axis === 'x' ? event.clientX : event.clientY)
  const set = (next: number) => setNow((latest.current = Math.round(Math.max(least, Math.min(most, next)))))
  const sign = fixed === 'first' ? 1 : -1
  const keyed = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -stepPx, ArrowUp: -stepPx, ArrowRight: stepPx, ArrowDown: stepPx }[event.key]
    if (step === undefined) return
    event.preventDefault()
    set(now + sign * step)
    onResize(latest.current)
  }
  const other = `minmax(${rest}px, 1fr)`
  const tracks = fixed === 'first' ? `minmax(0, ${now}px) 5px ${other}` : `${other} 5px minmax(0, ${now}px)`
  return (
    <div
      className={`split split-${axis}`}
      style={axis === 'x' ? { gridTemplateColumns: tracks } : { gridTemplateRows: tracks }}
    >
      <div className="split-pane">{first}</div>
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
        aria-valuenow={now}
        aria-valuemin={least}
        aria-valuemax={most}
        onKeyDown={keyed}
        onPointerDown={(event) => {
          from.current = { at: place(event), size: now }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => from.current && set(from.current.size + sign * (place(event) - from.current.at))}
        onPointerUp={() => {
          from.current = null
          onResize(latest.current)
        }}
      />
      <div className="split-pane">{second}</div>
    </div>
  )
}
