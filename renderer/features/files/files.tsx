import { useRef, useState, type ReactNode } from 'react'
import { useEngine } from '../../state/engine.ts'
import { openCapture, showCapture, stopOpening, useFiles } from '../../state/files.ts'
import { Act, Button, Empty, Fault, Foreign } from '../../ui/controls.tsx'
import { Capture } from './capture.tsx'
import '../../ui/list-panel.css'
import './files.css'

/** Captures: the same ladder, figures and verdict as for a live call. `show` draws the call with that id. */
export function Files({ show }: { show: (call: string) => ReactNode }) {
  const { opening, capture, call } = useFiles()
  const captures = useEngine((state) => state.captures)
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const shown = captures.get(capture ?? '')
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
        void openCapture([...event.dataTransfer.files])
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
            void openCapture([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        {opening.kind === 'none' && captures.size === 0 && (
          <Empty title="No capture open">
            Open a pcap or pcapng file, or drop it here: the calls in it get the same ladder, figures and diagnosis as
            live ones.
          </Empty>
        )}
        {opening.kind === 'reading' && (
          <p role="status" className="files-reading">
            <span className="elide">
              Reading <Foreign text={opening.name} />
            </span>
            <progress value={opening.share} max={1} aria-label="Progress" />
            <Button onClick={stopOpening}>Stop</Button>
          </p>
        )}
        {opening.kind === 'failed' && (
          <>
            <Fault text={`${opening.name}: ${opening.text}`} />
            <Button onClick={() => input.current?.click()}>Choose another file</Button>
          </>
        )}
        {[...captures.values()].map((open) =>
          open === shown ? (
            <Capture key={open.id} capture={open} />
          ) : (
            <Act key={open.id} run={() => showCapture(open.id)}>
              <Foreign text={open.files.join(', ')} />
            </Act>
          ),
        )}
      </section>
      <section aria-label="Call of the capture">{shown && call !== null ? show(call) : null}</section>
    </div>
  )
}
