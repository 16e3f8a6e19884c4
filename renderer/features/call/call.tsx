import { useEffect, useState } from 'react'
import type { CallReport, Evidence } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { remember } from '../../state/ui.ts'
import { Button, useNow } from '../../ui/controls.tsx'
import { useKeys } from '../../ui/keys.ts'
import { Split } from '../../ui/split.tsx'
import { Actions } from './actions.tsx'
import { Ladder, type Selection } from './ladder.tsx'
import { Media } from './media.tsx'
import { Message } from './inspector.tsx'
import { TimeStrip, VerdictLine, evidenceOf } from './summary.tsx'
import './call.css'

/** Below this width the message covers the ladder instead of standing beside it. */
const narrow = '(max-width: 1099px)'

/** One call, live or past, placed, received or captured: verdict, times, ladder, message, media. */
export function Call({
  report,
  view,
  samples,
}: {
  report: CallReport
  view: CallView | undefined
  samples: readonly (readonly Sample[])[]
}) {
  const [selection, setSelection] = useState<Selection | null>(null)
  const [evidence, setEvidence] = useState(-1)
  const [drawer, setDrawer] = useState(false)
  const isNarrow = useMedia(narrow)
  const live = view !== undefined && view.state !== 'ended'
  const now = useNow(250, live)
  const shown = selection ?? (report.messages.length > 0 ? { kind: 'message' as const, n: 0 } : null)
  const select = (next: Selection) => {
    setSelection(next)
    setDrawer(next.kind === 'message')
    if (next.kind === 'media') document.getElementById(`stream-${next.n}`)?.scrollIntoView({ block: 'nearest' })
  }
  const follow = ({ message, stream }: Evidence) => {
    if (message !== undefined) select({ kind: 'message', n: message })
    else if (stream !== undefined) select({ kind: 'media', n: stream })
  }
  const cycle = (by: number) => {
    const all = evidenceOf(report)
    if (all.length === 0) return
    const next = (evidence + by + all.length * 2) % all.length
    setEvidence(next)
    follow(all[next]!)
  }
  useKeys({ '[': () => cycle(evidence < 0 ? 0 : -1), ']': () => cycle(1), 'Escape': () => setDrawer(false) })

  const ladder = <Ladder report={report} selection={shown} onSelect={select} />
  const number = shown?.kind === 'message' ? shown.n : 0
  const message =
    report.messages.length > 0 ? (
      <Message report={report} n={number} />
    ) : (
      <p className="muted call-none">No message was sent or received.</p>
    )
  const upper = isNarrow ? (
    <div className="call-drawn">
      {ladder}
      {drawer && (
        <div className="call-drawer" role="dialog" aria-label="Message">
          <Button kind="quiet" className="call-close" onClick={() => setDrawer(false)}>
            Close
          </Button>
          {message}
        </div>
      )}
    </div>
  ) : (
    <Split
      label="Width of the message"
      axis="x"
      fixed="second"
      size={remember.number('message', innerWidth < 1400 ? 380 : 460)}
      least={260}
      most={900}
      onResize={(size) => remember.set('message', String(size))}
      first={ladder}
      second={message}
    />
  )
  return (
    <div className="call">
      <VerdictLine report={report} onEvidence={follow} />
      <TimeStrip report={report} now={new Date(now).toISOString()} />
      <Actions report={report} view={view} />
      <div className="call-panes">
        <Split
          label="Height of the media"
          axis="y"
          fixed="second"
          size={remember.number('media', Math.max(240, Math.round(innerHeight * 0.36)))}
          least={90}
          most={700}
          onResize={(size) => remember.set('media', String(size))}
          first={upper}
          second={<Media report={report} samples={samples} live={live} selection={shown} onSelect={select} />}
        />
      </div>
    </div>
  )
}

function useMedia(query: string): boolean {
  const [fits, setFits] = useState(() => matchMedia(query).matches)
  useEffect(() => {
    const media = matchMedia(query)
    const changed = () => setFits(media.matches)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [query])
  return fits
}
