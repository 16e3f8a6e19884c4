import { useEffect, useRef } from 'react'
import { allActions, perform, useRegistry } from './state/actions.ts'
import { shortcuts, useKeys } from './ui/keys.ts'

/** Listens for every key that has an action, whatever is shown. Draws nothing: what can be done changes often. */
export function RegisteredKeys() {
  // Listens again when what can be done has changed.
  useRegistry((state) => state.actions)
  const actions = allActions()
  useKeys(
    Object.fromEntries(
      shortcuts.flatMap(({ id, keys, on = [keys] }) => {
        const action = actions.find((known) => known.id === id)
        return action ? on.map((key) => [key, () => void perform(action, key)]) : []
      }),
    ),
  )
  return null
}

/** The page of all keys. */
export function Keys({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open) dialog.current?.showModal()
  }, [open])
  if (!open) return null
  return (
    <dialog ref={dialog} className="keys" aria-labelledby="keys-title" onClose={onClose}>
      <h1 id="keys-title">Keys</h1>
      <dl>
        {shortcuts.map(({ keys, text }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="button plain">
          Close
        </button>
      </form>
    </dialog>
  )
}
