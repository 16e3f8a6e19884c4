import type { ClipboardEvent } from 'react'
import { flushSync } from 'react-dom'
import { visible } from '../../shared/base/text.ts'
import { variableOf } from '../../shared/providers/variables.ts'
import { customHeaderFault, secretFault } from '../../shared/words/own-headers.ts'
import { Button, Fault, Icon } from './controls.tsx'
import './header-editor.css'

export interface EditedHeader {
  readonly key: number
  readonly name: string
  readonly value: string
  readonly enabled: boolean
  readonly secret?: boolean
}

const quick = ['X-CALL-ID', 'X-CALLER-ID'] as const

/**
 * Custom headers: sent as typed, in this order. What a voice platform makes of each is shown beside it. `make`: a new
 * row.
 */
export function HeaderEditor({
  rows,
  onChange,
  make,
}: {
  rows: readonly EditedHeader[]
  onChange: (rows: EditedHeader[]) => void
  make: (name?: string, value?: string) => EditedHeader
}) {
  const set = (key: number, change: Partial<EditedHeader>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)))
  const move = (index: number, by: number) => {
    const next = [...rows]
    next.splice(index + by, 0, ...next.splice(index, 1))
    onChange(next)
  }
  const add = (name = '') => {
    const row = make(name)
    flushSync(() => onChange([...rows, row]))
    document.getElementById(`header-${row.key}-${name === '' ? 'name' : 'value'}`)?.focus()
  }
  /** Several lines `Name: value` become as many rows. */
  const paste = (event: ClipboardEvent, at: number) => {
    const lines = event.clipboardData
      .getData('text')
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
    if (lines.length < 2 && !/^[\w-]+:\s/.test(lines[0] ?? '')) return
    event.preventDefault()
    const pasted = lines.map((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? make(line.trim()) : make(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
    })
    const old = rows[at]
    const replaces = old && old.name === '' && old.value === ''
    onChange([...rows.slice(0, replaces ? at : at + 1), ...pasted, ...rows.slice(at + 1)])
  }
  return (
    <div className="headers" role="group" aria-label="Custom headers">
      {rows.length > 0 && (
        <ol>
          {rows.map((row, index) => {
            const { key, name, value, enabled } = row
            const fault =
              enabled && (name !== '' || value !== '')
                ? (secretFault(row) ?? customHeaderFault(name, value)?.text ?? null)
                : null
            const variable = variableOf(name)
            const label = name === '' ? `header ${index + 1}` : visible(name)
            return (
              <li key={key}>
                <input
                  type="checkbox"
                  checked={enabled}
                  aria-label={`Send ${label}`}
                  onChange={(event) => set(key, { enabled: event.target.checked })}
                />
                <input
                  id={`header-${key}-name`}
                  className="mono"
                  aria-label={`Name of header ${index + 1}`}
                  aria-invalid={fault !== null}
                  placeholder="X-Name"
                  value={name}
                  spellCheck={false}
                  onPaste={(event) => paste(event, index)}
                  onChange={(event) => set(key, { name: event.target.value })}
                />
                <input
                  id={`header-${key}-value`}
                  className="mono"
                  aria-label={`Value of ${label}`}
                  aria-invalid={fault !== null}
                  placeholder={row.secret ? 'secret: type it again' : 'value'}
                  value={value}
                  spellCheck={false}
                  onPaste={(event) => paste(event, index)}
                  onChange={(event) => set(key, { value: event.target.value })}
                />
                <span
                  className="mono muted elide"
                  title={
                    variable === null
                      ? 'Voice platforms make no variable of this header'
                      : `Voice platforms pass it on as ${variable}`
                  }
                >
                  {variable === null ? 'no variable' : `→ ${variable}`}
                </span>
                <span className="headers-tools">
                  <Button
                    kind="quiet"
                    aria-label={`Move ${label} up`}
                    disabled={index === 0}
                    onClick={() => move(index, -1)}
                  >
                    <Icon name="up" />
                  </Button>
                  <Button
                    kind="quiet"
                    aria-label={`Move ${label} down`}
                    disabled={index === rows.length - 1}
                    onClick={() => move(index, 1)}
                  >
                    <Icon name="down" />
                  </Button>
                  <Button
                    kind="quiet"
                    aria-label={`Remove ${label}`}
                    onClick={() => onChange(rows.filter((row) => row.key !== key))}
                  >
                    <Icon name="close" />
                  </Button>
                </span>
                {fault && <Fault text={fault} />}
              </li>
            )
          })}
        </ol>
      )}
      <div className="actions">
        <Button onClick={() => add()}>Add header</Button>
        {quick.map((name) => (
          <Button
            key={name}
            kind="quiet"
            disabled={rows.some((row) => row.name.toUpperCase() === name)}
            onClick={() => add(name)}
          >
            + {name}
          </Button>
        ))}
        <span className="hint">Sent as typed, in this order. Paste several lines at once.</span>
      </div>
    </div>
  )
}
