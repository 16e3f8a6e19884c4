import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { count } from '../../../shared/base/text.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { execute } from '../../state/engine.ts'
import { selectCaptured, showCapture, stopReading, useFiles } from '../../state/files.ts'
import { Act, Empty, Fault, Foreign, Icon } from '../../ui/controls.tsx'
import { party, timeOf } from '../../ui/format.ts'
import { signOf } from '../../ui/verdict.ts'

const rowHeight = 48
const pageSize = 200

/** An open capture: what is in it, and its calls, a page at a time as they are looked at. */
export function Capture({ capture }: { capture: CaptureView }) {
  const { id, files, calls, registrations, dialogs, unmatchedStreams, problems, packets, reading } = capture
  const selected = useFiles((state) => state.call)
  /** Then that is what its reading waits for. */
  const handing = useFiles((state) => state.opening.kind === 'reading')
  const none = selected === null && calls > 0
  useEffect(() => {
    // Where it was closed meanwhile, it goes with its list.
    if (none) showCapture(id).catch(() => {})
  }, [id, none])
  const found = [
    count(calls, 'call'),
    count(registrations, 'registration'),
    count(dialogs, 'other dialog'),
    `${count(unmatchedStreams, 'stream')} of no known call`,
  ].join(', ')
  return (
    <>
      <div className="files-open">
        <p className="muted">
          <Foreign text={files.join(', ')} />: {packets.toLocaleString('en')} packets, {found}
        </p>
        <Act run={() => execute('capture.close', { id })}>Close</Act>
      </div>
      {reading !== null && !handing && (
        <p role="status" className="files-reading">
          Reading
          <progress value={reading} max={1} aria-label="Progress" />
          <Act run={() => stopReading(id)}>Stop</Act>
        </p>
      )}
      {problems.map((text) => (
        <Fault key={text} text={text} />
      ))}
      {calls === 0 && reading === null && (
        <Empty title="No call in this capture">
          It holds no INVITE. Calls inside TLS cannot be read without their keys.
        </Empty>
      )}
      {calls > 0 && <Rows capture={capture} />}
    </>
  )
}

function Rows({ capture: { id, calls, reading } }: { capture: CaptureView }) {
  const scroller = useRef<HTMLDivElement>(null)
  /** By page, how much there was of it when it was asked for: while a capture is read, there is more later. */
  const asked = useRef(new Map<number, string>())
  const [pages, setPages] = useState<ReadonlyMap<number, readonly CallView[]>>(new Map())
  const [fault, setFault] = useState<string | null>(null)
  const list = useVirtualizer({
    count: calls,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  })
  const done = reading === null
  const items = list.getVirtualItems()
  const pageOf = (index: number) => Math.floor(index / pageSize)
  const [first, last] = [pageOf(items[0]?.index ?? 0), pageOf(items.at(-1)?.index ?? 0)]
  useEffect(() => {
    for (let page = first; page <= last; page++) {
      const state = `${Math.min(pageSize, calls - page * pageSize)} ${done}`
      if (asked.current.get(page) === state) continue
      asked.current.set(page, state)
      execute('capture.calls', { id, offset: page * pageSize, limit: pageSize }).then(
        (found) => setPages((known) => new Map([...known, [page, found]])),
        (error: Error) => setFault(error.message),
      )
    }
  }, [id, first, last, calls, done])
  return (
    <>
      {fault && <Fault text={fault} />}
      <div ref={scroller} className="files-calls" style={{ maxHeight: calls * rowHeight + 2 }}>
        <ul className="list" style={{ height: list.getTotalSize() }}>
          {items.map(({ index, start }) => (
            <Row
              key={index}
              call={pages.get(pageOf(index))?.[index % pageSize]}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
            />
          ))}
        </ul>
      </div>
    </>
  )
}

function Row({ call, style }: { call: CallView | undefined; style: { transform: string; height: number } }) {
  const selected = useFiles((state) => state.call)
  if (!call)
    return (
      <li style={style} className="muted">
        …
      </li>
    )
  const { id, from, to, outcome, verdict, status, startedAt } = call
  const sign = signOf(outcome, verdict.kind, status?.code ?? null)
  return (
    <li style={style} aria-current={id === selected}>
      <button type="button" className="plain-row" onClick={() => selectCaptured(id)}>
        <span className="elide mono">
          <Foreign text={party(from)} /> → <Foreign text={party(to)} />
        </span>
        <span className={`elide tone-${sign.tone}`}>
          <Icon name={sign.icon} /> {sign.word} <span className="muted">{timeOf(startedAt)}</span>
        </span>
      </button>
    </li>
  )
}
