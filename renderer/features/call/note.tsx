import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { CallReport } from '../../../shared/contract/report.ts'
import { useActions } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { Act, Button, Foreign } from '../../ui/controls.tsx'

/** What a person writes to a call: kept with it, found by the filter, in what is shared of it. */
export function Note({ report: { id, note = '' } }: { report: CallReport }) {
  // As it was saved here: a past call is not told anew.
  const [saved, setSaved] = useState<string | null>(null)
  const [draft, setDraft] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const shown = saved ?? note
  const editing = draft !== null
  useEffect(() => {
    if (editing) field.current?.focus()
  }, [editing])
  useActions([
    { id: 'call.note', group: 'Call', name: shown === '' ? 'Add a note' : 'Edit the note', run: () => setDraft(shown) },
  ])
  const save = async () => {
    await execute('call.note', { id, text: draft ?? '' })
    setSaved((draft ?? '').trim())
    setDraft(null)
  }
  const keyed = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setDraft(null)
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save().catch(() => {})
  }
  if (editing)
    return (
      <div className="call-note">
        <textarea
          ref={field}
          aria-label="Note"
          rows={2}
          maxLength={10_000}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={keyed}
        />
        <Act kind="primary" run={save} title="Ctrl+Enter">
          Save note
        </Act>
        <Button onClick={() => setDraft(null)}>Cancel</Button>
      </div>
    )
  if (shown === '') return null
  return (
    <div className="call-note">
      <span className="muted">Note</span>
      <p>
        {shown.split('\n').map((line, i) => (
          <span key={i}>
            <Foreign text={line} />
            <br />
          </span>
        ))}
      </p>
      <Button onClick={() => setDraft(shown)}>Edit</Button>
    </div>
  )
}
