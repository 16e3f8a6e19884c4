import { useState } from 'react'
import { useActions } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { dropDraft } from '../../state/trunk-drafts.ts'
import { Act, Button } from '../../ui/controls.tsx'

/** Forgets a trunk, after asking: its password cannot be brought back. */
export function Remove({ name, onRemoved }: { name: string; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false)
  useActions([{ id: 'trunk.remove', group: 'Trunk', name: `Remove ${name}`, run: () => setAsking(true) }])
  if (!asking)
    return (
      <Button kind="danger" onClick={() => setAsking(true)}>
        Remove …
      </Button>
    )
  return (
    <div className="actions" role="alertdialog" aria-label={`Remove ${name}`}>
      <b>Remove {name} with its password and headers?</b>
      <Act
        kind="danger"
        run={async () => {
          await execute('trunk.remove', { name })
          dropDraft(name)
          onRemoved()
        }}
      >
        Remove
      </Act>
      <Button autoFocus onClick={() => setAsking(false)}>
        Keep
      </Button>
    </div>
  )
}
