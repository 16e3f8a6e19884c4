import { useEffect, useState, type ReactNode } from 'react'
import { Compare } from './features/call/compare.tsx'
import { Call } from './features/call/call.tsx'
import { CapturedItem, itemOf } from './features/call/captured-item.tsx'
import { Calls } from './features/calls/calls.tsx'
import { useReport } from './state/reports.ts'
import { openPalette, remember, useUi } from './state/ui.ts'
import { Button, Fault, Icon } from './ui/controls.tsx'
import { Loading } from './ui/loading.tsx'
import { Split } from './ui/split.tsx'
import { useMedia } from './ui/use-media.ts'

/** Below this width the list of calls is a drawer over the call. */
const narrow = '(max-width: 899px)'

/** All calls, and the one that is looked at. `none`: what stands there while none is. */
export function CallsScreen({ none }: { none: ReactNode }) {
  const id = useUi((state) => state.call)
  const beside = useUi((state) => state.beside)
  const [drawer, setDrawer] = useState(false)
  const isNarrow = useMedia(narrow)
  useEffect(() => setDrawer(false), [id])
  const list = <Calls onFilter={() => setDrawer(isNarrow)} onChosen={() => setDrawer(false)} />
  const page =
    id === null ? (
      none
    ) : beside !== null ? (
      <Compare key={`${id} ${beside}`} ids={[id, beside]} />
    ) : (
      <OneCall key={id} id={id} />
    )
  if (isNarrow)
    return (
      <div className="calls-narrow">
        <h1 className="hidden">Calls</h1>
        <Button className="calls-open" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}>
          <Icon name={drawer ? 'close' : 'calls'} /> {drawer ? 'Close the list' : 'All calls'}
        </Button>
        <div className="calls-page">{page}</div>
        <div className="calls-drawer" hidden={!drawer}>
          {list}
        </div>
      </div>
    )
  return (
    <Split
      label="Width of the call list"
      axis="x"
      size={remember.number('calls', 280)}
      least={200}
      most={520}
      rest={500}
      onResize={(size) => remember.set('calls', String(size))}
      first={
        <>
          <h1 className="hidden">Calls</h1>
          {list}
        </>
      }
      second={page}
    />
  )
}

/** One call by its id, or whatever else of a capture has such an id. */
function OneCall({ id }: { id: string }) {
  const item = itemOf(id)
  return item ? <CapturedItem {...item} /> : <KnownCall id={id} />
}

function KnownCall({ id }: { id: string }) {
  const { report, view, samples, fault } = useReport(id)
  if (report) return <Call report={report} view={view} samples={samples} onCompare={() => openPalette('compare')} />
  return fault === null ? (
    <Loading what="the call" />
  ) : (
    <div className="page">
      <Fault text={fault} />
    </div>
  )
}
