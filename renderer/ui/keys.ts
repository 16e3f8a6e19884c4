import { useEffect } from 'react'

export interface Shortcut {
  /** As shown to a person: `Ctrl+L`, `J`, `?`. Ctrl stands for Cmd on a Mac. */
  readonly keys: string
  readonly text: string
}

/** All keys of the window, for the page that lists them. */
export const shortcuts: readonly Shortcut[] = [
  { keys: 'Ctrl+L', text: 'dial bar' },
  { keys: 'Enter', text: 'call, in the dial bar' },
  { keys: 'A', text: 'answer the call that rings' },
  { keys: 'Ctrl+E', text: 'hang up' },
  { keys: 'M', text: 'mute' },
  { keys: 'H', text: 'hold' },
  { keys: '0-9 * #', text: 'DTMF, while a call is shown' },
  { keys: '/', text: 'filter calls' },
  { keys: 'J K', text: 'next and previous message' },
  { keys: '[ ]', text: 'previous and next evidence' },
  { keys: 'R', text: 'raw or parts' },
  { keys: 'C', text: 'copy as command' },
  { keys: 'Ctrl+1 … 5', text: 'Calls, Trunks, Agent, Files, Settings' },
  { keys: '?', text: 'all keys' },
]

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** `Ctrl+L` style name of a key event. */
function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${key}`
}

/** Listens for keys while mounted. Plain characters do nothing while a person types into a field. */
export function useKeys(handlers: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented) return
      const name = nameOf(event)
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
      if (!handler || (!name.startsWith('Ctrl+') && typing(event.target)) || document.querySelector('dialog[open]'))
        return
      event.preventDefault()
      handler()
    }
    document.addEventListener('keydown', down)
    return () => document.removeEventListener('keydown', down)
  })
}
