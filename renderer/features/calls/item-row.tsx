import { count, elide } from '../../../shared/base/text.ts'
import type { CaptureLine } from '../../../shared/contract/captures.ts'
import type { CaptureView } from '../../../shared/contract/views.ts'
import { mostSearched } from '../../state/capture-list.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import { party } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import { signOf } from '../../ui/verdict.ts'
import { Highlighted } from './highlighted.tsx'
import { Row, type RowLook } from './row.tsx'

/** The row over what is in an open capture: opens and closes it. */
export function CaptureRow({
  capture: { id, files, calls, reading },
  total,
  cut,
  open,
  onToggle,
}: {
  capture: CaptureView
  total: number
  cut: boolean
  open: boolean
  onToggle: () => void
}) {
  return (
    <div id={`capture-${id}`} role="option" aria-selected="false" className="calls-heading" onClick={onToggle}>
      <Icon name={open ? 'down' : 'right'} />
      <b className="elide">
        <Foreign text={elide(files.join(', '), 60)} />
      </b>
      <span className="muted numbers">
        {reading === null ? '' : `reading ${Math.floor(reading * 100)} %, `}
        {count(calls, 'call')}
        {total !== calls ? `, ${total.toLocaleString('en')} listed` : ''}
        {cut ? ` of the first ${mostSearched.toLocaleString('en')}` : ''}
        <span className="hidden">{open ? ', open' : ', closed'}</span>
      </span>
    </div>
  )
}

/** A call of a capture, or what else is in it. */
export function ItemRow({ line, id, look }: { line: CaptureLine; id: string; look: RowLook }) {
  const { type, to, startedAt, outcome, verdict, status, durationMs } = line
  if (type === 'call')
    return (
      <Row
        id={id}
        look={look}
        direction="observed"
        name=""
        peer={to}
        trunk={null}
        at={startedAt}
        seconds={durationMs === null ? null : durationMs / 1000}
        sign={signOf(outcome ?? 'in-progress', verdict?.kind ?? 'unknown', status?.code ?? null)}
        live={false}
      />
    )
  const bad = status !== null && status.code >= 300
  return (
    <div
      id={`call-${id}`}
      role="option"
      aria-selected={look.selected}
      className="calls-row"
      onClick={() => look.onSelect(id)}
    >
      <span className="calls-direction muted" title="seen in a capture">
        <Icon name="seen" />
        <span className="hidden">seen</span>
      </span>
      <span className="calls-line">
        <span className="calls-peer mono">
          <Highlighted text={elide(nameOf(line), look.room)} words={look.words} />
        </span>
      </span>
      <span className="calls-line calls-what">
        <span className={`elide ${bad ? 'tone-fault' : 'muted'}`}>
          {bad && <Icon name="fault" />} <Foreign text={whatOf(line)} />
        </span>
        <span className="muted" title={startedAt}>
          {timeOf(startedAt)}
        </span>
      </span>
    </div>
  )
}

const nameOf = ({ type, from, to }: CaptureLine) =>
  type === 'stream' ? `${from} → ${to}` : party(type === 'registration' ? from : to)

function whatOf({ type, method, status, packets }: CaptureLine): string {
  if (type === 'stream') return `RTP of no known call, ${count(packets ?? 0, 'packet')}`
  return `${type === 'registration' ? 'registration' : method} ${status === null ? 'without answer' : status.code}`
}
