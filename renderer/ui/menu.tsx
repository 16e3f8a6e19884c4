import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Button, Fault } from './controls.tsx'
import './menu.css'

export interface MenuItem {
  readonly name: string
  readonly keys?: string | undefined
  run(): Promise<unknown> | void
}

/** A button with choices under it: opened and walked through by keys too. What goes wrong stands beside it. */
export function Menu({ children, label, items }: { children: ReactNode; label?: string; items: readonly MenuItem[] }) {
  const [open, setOpen] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const box = useRef<HTMLSpanElement>(null)
  const id = useId()
  useEffect(() => {
    if (!open) return
    box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
    const outside = ({ target }: Event) => box.current?.contains(target as Node) || setOpen(false)
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const close = () => {
    setOpen(false)
    box.current?.querySelector<HTMLElement>('button')?.focus()
  }
  const choose = (item: MenuItem) => {
    close()
    setFault(null)
    Promise.resolve()
      .then(() => item.run())
      .catch((error: Error) => setFault(error.message))
  }
  const keyed = (event: KeyboardEvent) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (event.key === 'Escape' || event.key === 'Tab') close()
    else if (to === undefined) return
    else all.at(to % all.length)?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
  if (items.length === 0) return null
  return (
    <span className="menu" ref={box}>
      <Button
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {children}
      </Button>
      {open && (
        <div className="menu-items" role="menu" id={id} aria-label={label} onKeyDown={keyed}>
          {items.map((item) => (
            <button key={item.name} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(item)}>
              <span>{item.name}</span>
              {item.keys && <kbd aria-hidden="true">{item.keys}</kbd>}
            </button>
          ))}
        </div>
      )}
      {fault && <Fault text={fault} />}
    </span>
  )
}
