import { useEffect, useRef, useState } from 'react'
import { handOver } from '../../state/dial.ts'
import { readDraftScript, type DraftScript } from '../../state/script.ts'
import { edit, useUi } from '../../state/ui.ts'
import { Button, Fault, Field, Foreign } from '../../ui/controls.tsx'
import { FileInput } from '../../ui/file-input.tsx'
import { wavFault } from '../../ui/wav-file.ts'

/** A mistake is said when nothing was typed for so long. */
const pauseMs = 400
const mostBytes = 1024 * 1024
const example = 'wait for speech\nsay I would like to book a table\nwait for silence 1s\nhang up\n'

/** What is done in the call after its answer, a line after the other: typed, or from a file. */
export function ScriptField() {
  const { script, sounds, source } = useUi((state) => state.draft)
  const [read, setRead] = useState<DraftScript | null>(null)
  const [unread, setUnread] = useState<string | null>(null)
  const file = useRef<HTMLInputElement>(null)
  useEffect(() => {
    let stale = false
    const timer = setTimeout(() => {
      void readDraftScript({ script, sounds }).then((found) => stale || setRead(found))
    }, pauseMs)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [script, sounds])
  // A marker between the lines would be no conversation.
  const write = (text: string) =>
    edit({ script: text, ...(text !== '' && source.kind === 'marker' && { source: { kind: 'silence' } }) })
  const open = async (chosen: File | undefined) => {
    if (!chosen) return
    setUnread(null)
    if (chosen.size > mostBytes) return setUnread(`${chosen.name} has ${chosen.size} bytes: no script is so long.`)
    write(await chosen.text())
  }
  const fault = unread ?? (script === '' ? null : (read?.fault ?? null))
  return (
    <Field label="Script" above fault={read && read.missing.length > 0 ? null : fault}>
      {(props) => (
        <>
          <div className="dial-script">
            <textarea
              {...props}
              className="mono"
              rows={script === '' ? 2 : Math.min(8, script.split('\n').length + 1)}
              spellCheck={false}
              placeholder="a line each: wait for speech, say TEXT, dtmf 1, play FILE.wav, hold, hang up"
              value={script}
              onChange={(event) => write(event.target.value)}
            />
            <Button onClick={() => file.current?.click()}>Open …</Button>
            {script === '' ? (
              <Button onClick={() => write(example)}>Example</Button>
            ) : (
              <Button onClick={() => edit({ script: '', sounds: {} })}>Clear</Button>
            )}
          </div>
          <FileInput ref={file} label="Script" accept=".txt,text/plain" onChosen={([chosen]) => open(chosen)} />
          {read?.missing.map((name) => (
            <Sound
              key={name}
              name={name}
              onChosen={(id) => edit({ sounds: { ...useUi.getState().draft.sounds, [name]: id } })}
            />
          ))}
        </>
      )}
    </Field>
  )
}

/** A sound that the script plays, to be chosen. */
function Sound({ name, onChosen }: { name: string; onChosen: (id: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<string | null>(null)
  const take = async (file: File | undefined) => {
    if (!file) return
    setFault(null)
    try {
      const wrong = await wavFault(file)
      if (wrong !== null) return setFault(wrong)
      const id = await handOver(file)
      if (id !== null) onChosen(id)
    } catch (error) {
      setFault((error as Error).message)
    }
  }
  return (
    <div className="actions">
      The script plays{' '}
      <code>
        <Foreign text={name} />
      </code>
      <Button onClick={() => input.current?.click()}>Choose it …</Button>
      <FileInput ref={input} label={`Sound ${name}`} accept=".wav,audio/wav" onChosen={([file]) => take(file)} />
      {fault !== null && <Fault text={fault} />}
    </div>
  )
}
