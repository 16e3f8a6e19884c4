import type { ReactNode } from 'react'
import { Button } from '../../ui/controls.tsx'
import './hints.css'

/** One step of several; `skip` leaves them all, `children` goes on. */
export function HintCard({
  title,
  text,
  step,
  of,
  skip,
  children,
}: {
  title: string
  text: string
  step: number
  of: number
  skip: () => void
  children: ReactNode
}) {
  return (
    <aside className="hints" aria-label="Hint" aria-live="polite">
      <span className="muted numbers">
        {step + 1} of {of}
      </span>
      <p>
        <b>{title}</b> {text}
      </p>
      {children}
      {step < of - 1 && (
        <Button kind="quiet" onClick={skip}>
          Skip
        </Button>
      )}
    </aside>
  )
}
