import { useEffect, useRef } from 'react'
import { count } from '../../../shared/base/text.ts'
import type { CaptureView } from '../../../shared/contract/views.ts'
import { execute } from '../../state/engine.ts'
import { showCapture, stopReading, useFiles } from '../../state/files.ts'
import { Act, Fault, Foreign } from '../../ui/controls.tsx'

/** An open capture: what is in it, and the way to it in the list of calls. */
export function Capture({ capture }: { capture: CaptureView }) {
  const { id, files, calls, registrations, dialogs, unmatchedStreams, problems, packets, reading } = capture
  /** Then that is what its reading waits for. */
  const handing = useFiles((state) => state.opening.kind === 'reading')
  const found = [
    count(calls, 'call'),
    count(registrations, 'registration'),
    count(dialogs, 'other dialog'),
    `${count(unmatchedStreams, 'stream')} of no known call`,
  ].join(', ')
  const items = calls + registrations + dialogs + unmatchedStreams
  const empty = useRef(items === 0)
  useEffect(() => {
    if (!empty.current || items === 0) return
    empty.current = false
    // Where it was closed meanwhile, it goes with its list.
    showCapture(id).catch(() => {})
  }, [id, items])
  return (
    <article className="files-open" aria-label={files.join(', ')}>
      <h2>
        <Foreign text={files.join(', ')} />
      </h2>
      <p className="muted">
        {packets.toLocaleString('en')} packets, {found}
      </p>
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
      {items === 0 && reading === null && (
        <p>Nothing of SIP or RTP is in this capture. Calls inside TLS cannot be read without their keys.</p>
      )}
      <div className="actions">
        {items > 0 && (
          <Act kind="primary" run={() => showCapture(id)}>
            Show what is in it
          </Act>
        )}
        <Act run={() => execute('capture.close', { id })}>Close</Act>
      </div>
    </article>
  )
}
