import { useEffect } from 'react'
import { drawAtOnce } from './at-once.ts'

export interface Shortcut {
  /** The action that they run, where it is one of the registry; a field of the window listens for the others itself. */
  readonly id?: string
  /** As shown to a person: `Ctrl+L`, `J`, `?`. Ctrl stands for Cmd on a Mac. */
  readonly keys: string
  /** The keys themselves, where `keys` names several. */
  readonly on?: readonly string[]
  readonly text: string
}

/** All keys of the window: what listens for them and the page that lists them read this table. */
export const shortcuts: readonly Shortcut[] = [
  { keys: 'Ctrl+K', id: 'palette', text: 'everything that can be done or opened' },
  { keys: 'Ctrl+L', text: 'dial bar' },
  { keys: 'Enter', text: 'call, in the dial bar' },
  { keys: 'A', id: 'call.answer', text: 'answer the call that rings' },
  { keys: 'Ctrl+E', id: 'call.hang-up', text: 'hang up' },
  { keys: 'S', id: 'call.talk', text: 'talk by the microphone, or no longer' },
  { keys: 'M', id: 'call.mute', text: 'mute' },
  { keys: 'H', id: 'call.hold', text: 'hold' },
  { keys: 'X', id: 'call.transfer', text: 'transfer' },
  { keys: '0-9 * #', on: [...'0123456789*#'], id: 'call.dtmf', text: 'DTMF, while a call is shown' },
  { keys: '/', id: 'calls.filter', text: 'filter calls' },
  { keys: 'J', id: 'ladder.next', text: 'next message' },
  { keys: 'K', id: 'ladder.previous', text: 'previous message' },
  { keys: '[', id: 'evidence.previous', text: 'previous evidence' },
  { keys: ']', id: 'evidence.next', text: 'next evidence' },
  { keys: 'R', id: 'message.raw', text: 'raw or parts' },
  { keys: 'D', id: 'message.diff', text: 'compare with the other message of its kind' },
  { keys: 'Escape', id: 'message.close', text: 'close the message that covers the ladder' },
  { keys: 'G', id: 'media.toggle', text: 'figures and charts' },
  { keys: 'C', id: 'call.command', text: 'copy as command' },
  { keys: 'T', id: 'call.ticket', text: 'copy ticket' },
  { keys: 'N', id: 'call.note', text: 'note on the call' },
  { keys: 'Ctrl+1', id: 'screen.calls', text: 'Calls' },
  { keys: 'Ctrl+2', id: 'screen.trunks', text: 'Trunks' },
  { keys: 'Ctrl+3', id: 'screen.agent', text: 'Agent' },
  { keys: 'Ctrl+4', id: 'screen.files', text: 'Files' },
  { keys: 'Ctrl+5', id: 'screen.settings', text: 'Settings' },
  { keys: '?', id: 'keys', text: 'all keys' },
]

/** The keys of an action, as shown to a person. */
export const keysOf = (id: string): string | undefined => shortcuts.find((shortcut) => shortcut.id === id)?.keys

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** `Ctrl+L` style name of a key event. */
function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${key}`
}

/**
 * Listens for keys while mounted. Plain characters do nothing while a person types into a field. What a key opens is
 * there, and has the focus, before the next key comes.
 */
export function useKeys(handlers: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (event.altKey || event.defaultPrevented) return
      const name = nameOf(event)
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
      if (!handler || (!name.startsWith('Ctrl+') && typing(event.target)) || document.querySelector('dialog[open]'))
        return
      event.preventDefault()
      drawAtOnce(handler)
    }
    document.addEventListener('keydown', down)
    return () => document.removeEventListener('keydown', down)
  })
}
