import { useEffect, useRef } from 'react'
import { useActions } from '../../state/actions.ts'
import { useEngine } from '../../state/engine.ts'
import { openCapture, stopOpening, useFiles } from '../../state/files.ts'
import { Button, Empty, Fault, Foreign } from '../../ui/controls.tsx'
import { FileInput } from '../../ui/file-input.tsx'
import { Capture } from './capture.tsx'
import './files.css'

/** Text that is pasted anywhere but in a field is opened. */
function usePasted(): void {
  useEffect(() => {
    const paste = ({ target, clipboardData }: ClipboardEvent) => {
      if (target instanceof Element && target.closest('input, textarea')) return
      const text = clipboardData?.getData('text/plain') ?? ''
      if (text !== '') void openCapture([new File([text], 'pasted.txt')])
    }
    document.addEventListener('paste', paste)
    return () => document.removeEventListener('paste', paste)
  }, [])
}

/** Captures: what is in them stands in the list of calls, with the same ladder, figures and verdict as a live call. */
export function Files() {
  const { opening } = useFiles()
  usePasted()
  const captures = useEngine((state) => state.captures)
  const input = useRef<HTMLInputElement>(null)
  useActions([{ id: 'capture.open', group: 'Capture', name: 'Open a capture', run: () => input.current?.click() }])
  return (
    <div className="page files">
      <div className="files-head">
        <h1>Files</h1>
        <Button kind="primary" onClick={() => input.current?.click()}>
          Open capture …
        </Button>
      </div>
      <FileInput
        ref={input}
        label="Capture"
        accept=".pcap,.pcapng,.cap,.gz,.zst,.log,.txt,text/plain"
        multiple
        onChosen={openCapture}
      />
      {opening.kind === 'none' && captures.size === 0 && (
        <Empty title="No capture open">
          Open a pcap or pcapng file or a log with SIP messages, drop it anywhere in this window, or paste messages
          here: the calls in it get the same ladder, figures and diagnosis as live ones.
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
          <Fault text={opening.text.includes(opening.name) ? opening.text : `${opening.name}: ${opening.text}`} />
          <div className="actions">
            <Button onClick={() => input.current?.click()}>Choose another file</Button>
          </div>
        </>
      )}
      <section aria-label="Open captures">
        {[...captures.values()].toReversed().map((capture) => (
          <Capture key={capture.id} capture={capture} />
        ))}
      </section>
    </div>
  )
}
