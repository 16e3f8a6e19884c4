import { useEffect, useId, useRef, useState, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { visible } from '../../shared/base/text.ts'

/**
 * Text that came from outside: nothing in it is hidden, and it turns no text beside it around. Titles and labels take
 * `visible` alone.
 */
export function Foreign({ text }: { text: string }) {
  return <bdi>{visible(text)}</bdi>
}

export function Button({
  kind = 'plain',
  busy = false,
  ...props
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: 'plain' | 'primary' | 'danger' | 'quiet'; busy?: boolean }) {
  return (
    <button
      type="button"
      {...props}
      className={`button ${kind} ${props.className ?? ''}`}
      disabled={props.disabled || busy}
      aria-busy={busy || undefined}
    />
  )
}

/**
 * A labelled row of a form, its label `above` where room is short. `hint` explains; `fault` says what is wrong, and may
 * offer a correction.
 */
export function Field({
  id: own,
  label,
  above = false,
  hint,
  fault,
  correction,
  onCorrect,
  children,
}: {
  id?: string
  label: string
  above?: boolean
  hint?: ReactNode
  fault?: string | null
  correction?: string | null
  onCorrect?: (text: string) => void
  children: (props: { 'id': string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ReactNode
}) {
  const made = useId()
  const id = own ?? made
  const described = fault || hint ? `${id}-note` : undefined
  return (
    <div className={above ? 'field above' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <div>
        {children({ id, 'aria-describedby': described, 'aria-invalid': Boolean(fault) })}
        {fault ? (
          <Fault id={described} text={fault} correction={correction ?? null} onCorrect={onCorrect} />
        ) : hint ? (
          <p className="hint" id={described}>
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  )
}

/** What is wrong, where it is wrong. */
export function Fault({
  id,
  text,
  correction = null,
  onCorrect,
  children,
}: {
  id?: string | undefined
  text: string
  correction?: string | null
  onCorrect?: ((text: string) => void) | undefined
  /** What mends it. */
  children?: ReactNode
}) {
  return (
    <p className="fault" id={id} role="alert">
      <Icon name="fault" /> <Foreign text={text} />
      {correction !== null && onCorrect && (
        <>
          {' '}
          <Button kind="quiet" onClick={() => onCorrect(correction)}>
            Use <Foreign text={correction} />
          </Button>
        </>
      )}{' '}
      {children}
    </p>
  )
}

export function Choice<Value extends string>({
  value,
  options,
  onChange,
  ...props
}: {
  'value': Value
  /** The third says whether it cannot be chosen. */
  'options': readonly (readonly [value: Value, text: string, disabled?: boolean])[]
  'onChange': (value: Value) => void
  'id'?: string
  'aria-label'?: string
  'aria-describedby'?: string | undefined
  'disabled'?: boolean
}) {
  return (
    <select {...props} value={value} onChange={(event) => onChange(event.target.value as Value)}>
      {options.map(([name, text, disabled = false]) => (
        <option key={name} value={name} disabled={disabled}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** A command's button: busy while it runs, what went wrong beside it. */
export function Act({
  run,
  children,
  kind,
  disabled,
  title,
}: {
  run: () => Promise<unknown> | void
  children: ReactNode
  kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  disabled?: boolean
  title?: string
}) {
  const [state, setState] = useState<{ busy: boolean; fault: string | null }>({ busy: false, fault: null })
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => void (alive.current = false)
  }, [])
  const click = async () => {
    setState({ busy: true, fault: null })
    let fault: string | null = null
    try {
      await run()
    } catch (error) {
      fault = (error as Error).message
    }
    if (alive.current) setState({ busy: false, fault })
  }
  return (
    <>
      <Button
        {...(kind ? { kind } : {})}
        busy={state.busy}
        disabled={disabled}
        title={title}
        onClick={() => void click()}
      >
        {children}
      </Button>
      {state.fault && <Fault text={state.fault} />}
    </>
  )
}

const icons = {
  microphone: 'M8 2a2 2 0 0 0-2 2v4a2 2 0 0 0 4 0V4a2 2 0 0 0-2-2zM4 7.5a4 4 0 0 0 8 0M8 11.5V14M5.5 14h5',
  ok: 'M3 8.5 6.5 12 13 4.5',
  fault: 'M4 4l8 8M12 4l-8 8',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.4',
  unknown: 'M5.6 6.2a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M8 12v.4',
  out: 'M4 12 12 4M6 4h6v6',
  in: 'M12 4 4 12M4 6v6h6',
  leg: 'M4 3v6h8M9 6l3 3-3 3',
  live: 'M8 4.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 0 0 0-7.6z',
  seen: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6z',
  star: 'M8 2.200l1.800 3.700 4 .600-2.900 2.800.700 4L8 11.400l-3.600 1.900.700-4L2.200 6.500l4-.600z',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  rows: 'M3 4h10M3 8h10M3 12h10',
  more: 'M3.500 8h.1M8 8h.1M12.500 8h.1',
  left: 'M10 4 6 8l4 4',
  right: 'M6 4l4 4-4 4',
  find: 'M7 3a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM10 10l3.500 3.500',
  calls:
    'M4.2 2.5h2l1 3-1.4 1a7 7 0 0 0 3.700 3.700l1-1.400 3 1v2c0 .7-.6 1.200-1.300 1.200A10 10 0 0 1 3 ' +
    '3.800c0-.7.5-1.300 1.200-1.300z',
  trunks: 'M2.500 4h11v3h-11zM2.500 9h11v3h-11zM5 5.500h.1M5 10.500h.1',
  agent: 'M8 2.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 0 0 0-5zM3 13.500c.4-2.600 2.400-4 5-4s4.600 1.400 5 4',
  files: 'M4 2.500h5l3 3v8H4zM9 2.500v3h3',
  settings: 'M3 4.500h6M12 4.500h1M3 11.500h1M7 11.500h6M10.500 3v3M5.500 10v3',
} as const
export type IconName = keyof typeof icons

/** Decoration beside a word; never the only sign. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={icons[name]} />
    </svg>
  )
}

/** An empty list: what belongs here, and the way to it. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  )
}

/** Copies a text; says so for a moment, and is as wide as before. */
export function Copy({
  text,
  copy,
  children,
  title,
}: {
  text: () => string
  copy: (text: string) => Promise<void>
  children: ReactNode
  title?: string
}) {
  const [done, setDone] = useState(false)
  const run = async () => {
    await copy(text())
    setDone(true)
    setTimeout(() => setDone(false), 1500)
  }
  return (
    <Act run={run} {...(title ? { title } : {})}>
      <span className="copy">
        <span style={{ visibility: done ? 'hidden' : 'visible' }}>{children}</span>
        <span style={{ visibility: done ? 'visible' : 'hidden' }} aria-hidden={!done}>
          Copied
        </span>
      </span>
    </Act>
  )
}

/** Hands a file to the person. */
export function saveFile(name: string, mediaType: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes], { type: mediaType }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Now, again and again: for spans that grow by themselves. */
export function useNow(everyMs: number, on: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!on) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, on])
  return now
}
