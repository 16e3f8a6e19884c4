import { useRef, useState, type ReactNode } from 'react'
import type { CallReport, InspectReport } from '../../../shared/contract/report.ts'
import { useFiles } from '../../state/files.ts'
import { execute } from '../../state/engine.ts'
import { handOver } from '../../state/dial.ts'
import { Button, Empty, Fault, Foreign, Icon } from '../../ui/controls.tsx'
import { party, timeOf } from '../../ui/format.ts'
import { signOf } from '../../ui/verdict.ts'
import '../../ui/list-panel.css'
import './files.css'

/** Captures: the same ladder, figures and verdict as for a live call. `show` draws one call. */
export function Files({ show }: { show: (report: CallReport) => ReactNode }) {
  const { capture: state, setCapture: move } = useFiles()
  const [selected, setSelected] = useState<string | null>(null)
  const [over, setOver] = useState(false)
  const stopped = useRef(false)
  const input = useRef<HTMLInputElement>(null)
  const open = async (files: readonly File[]) => {
    if (files.length === 0) return
    const name = files.map((file) => file.name).join(', ')
    stopped.current = false
    try {
      const paths: string[] = []
      for (const [i, file] of files.entries()) {
        const path = await handOver(file, (share) => {
          move({ kind: 'reading', name, share: (i + share) / files.length })
          return !stopped.current
        })
        if (path === null) return move({ kind: 'none' })
        paths.push(path)
      }
      move({ kind: 'reading', name, share: 1 })
      const report = await execute('capture.open', { files: paths })
      move({ kind: 'open', name, report })
      setSelected(report.calls[0]?.id ?? null)
    } catch (error) {
      move({ kind: 'failed', name, text: (error as Error).message })
    }
  }
  const call = state.kind === 'open' ? state.report.calls.find(({ id }) => id === selected) : undefined
  return (
    <div
      className={`list-screen files${over ? ' over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void open([...event.dataTransfer.files])
      }}
    >
      <section className="list-panel" aria-label="Capture">
        <div className="list-panel-head">
          <h1>Files</h1>
          <Button kind="primary" onClick={() => input.current?.click()}>
            Open capture …
          </Button>
        </div>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".pcap,.pcapng,.cap"
          aria-label="Capture"
          onChange={(event) => {
            void open([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        {state.kind === 'none' && (
          <Empty title="No capture open">
            Open a pcap or pcapng file, or drop it here: the calls in it get the same ladder, figures and diagnosis as
            live ones.
          </Empty>
        )}
        {state.kind === 'reading' && (
          <p role="status" className="files-reading">
            <span className="elide">
              Reading <Foreign text={state.name} />
            </span>
            <progress value={state.share} max={1} aria-label="Progress" />
            <Button onClick={() => (stopped.current = true)}>Stop</Button>
          </p>
        )}
        {state.kind === 'failed' && (
          <>
            <Fault text={`${state.name}: ${state.text}`} />
            <Button onClick={() => input.current?.click()}>Choose another file</Button>
          </>
        )}
        {state.kind === 'open' && (
          <Found name={state.name} report={state.report} selected={selected} onSelect={setSelected} />
        )}
      </section>
      <section aria-label="Call of the capture">{call ? show(call) : null}</section>
    </div>
  )
}

function Found({
  name,
  report,
  selected,
  onSelect,
}: {
  name: string
  report: InspectReport
  selected: string | null
  onSelect: (id: string) => void
}) {
  const { calls, registrations, unmatchedStreams, problems, packets } = report
  return (
    <>
      <p className="muted">
        <Foreign text={name} />: {packets.toLocaleString('en')} packets, {calls.length} call
        {calls.length === 1 ? '' : 's'}, {registrations.length}{' '}
        {registrations.length === 1 ? 'registration' : 'registrations'}, {unmatchedStreams.length} stream
        {unmatchedStreams.length === 1 ? '' : 's'} of no known call
      </p>
      {problems.map((text) => (
        <Fault key={text} text={text} />
      ))}
      {calls.length === 0 && (
        <Empty title="No call in this capture">
          It holds no INVITE. Calls inside TLS cannot be read without their keys.
        </Empty>
      )}
      <ul className="list">
        {calls.map(({ id, from, to, requestUri, outcome, verdict, status, timeline }) => {
          const sign = signOf(outcome, verdict.kind, status?.code ?? null)
          return (
            <li key={id} aria-current={id === selected}>
              <button type="button" className="plain-row" onClick={() => onSelect(id)}>
                <span className="elide mono">
                  <Foreign text={party(from)} /> → <Foreign text={party(to || requestUri)} />
                </span>
                <span className={`elide tone-${sign.tone}`}>
                  <Icon name={sign.icon} /> {sign.word} <span className="muted">{timeOf(timeline.startedAt)}</span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </>
  )
}
