import { useState } from 'react'
import { useEngine } from '../../state/engine.ts'
import { dial, draftFault, handOver } from '../../state/dial.ts'
import { edit, headerRow, useUi } from '../../state/ui.ts'
import { drawAtOnce } from '../../ui/at-once.ts'
import { Button, Choice, Icon } from '../../ui/controls.tsx'
import { useKeys } from '../../ui/keys.ts'
import { SourceChoice } from '../../ui/source-choice.tsx'
import { DialOptions } from './dial-options.tsx'
import { Said, useQuiet } from './said.tsx'
import { UriField } from './uri-field.tsx'
import './dial-bar.css'

/** A person who is still typing is not corrected. */
const pauseMs = 600

/** Always on top, like a browser's address bar: where to call, through which trunk, with what. */
export function DialBar() {
  const { draft, dialOptions } = useUi()
  const trunks = useEngine((state) => state.trunks)
  const connected = useEngine((state) => state.connection === 'open')
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  /** Call was asked for with the draft as it is. */
  const [asked, setAsked] = useState(false)
  const [choosing, setChoosing] = useState(false)
  const quiet = useQuiet(draft.uri, pauseMs)
  const fault = draftFault(draft)
  const faultyOption = fault !== null && fault.of !== 'uri'
  const active = draft.headers.filter(({ enabled }) => enabled).length

  const place = async () => {
    setAsked(true)
    setRefused(null)
    const wrong = draftFault(useUi.getState().draft)
    if (wrong && wrong.of !== 'uri') return showFaultyOption()
    if (wrong || !connected) return
    setBusy(true)
    try {
      await dial()
      useUi.setState({ dialOptions: false })
    } catch (error) {
      setRefused((error as Error).message)
    }
    setBusy(false)
  }
  useKeys({ 'Ctrl+L': () => document.getElementById('dial-uri')?.focus() })

  const said = fault?.of === 'uri' && (asked || (quiet && draft.uri !== '')) ? fault : null
  const correct = (uri: string, caret: number | null, headers: readonly { name: string; value: string }[]) => {
    const rows = headers.map(({ name, value }) => headerRow(name, value))
    drawAtOnce(() => {
      edit({ uri, headers: [...draft.headers, ...rows] })
      if (rows.length > 0) useUi.setState({ dialOptions: true })
      setAsked(false)
    })
    const field = document.getElementById('dial-uri') as HTMLInputElement | null
    field?.focus()
    field?.setSelectionRange(caret ?? uri.length, caret ?? uri.length)
  }
  return (
    <header className="dial">
      <form
        className="dial-row"
        onSubmit={(event) => {
          event.preventDefault()
          void place()
        }}
        aria-label="Dial"
      >
        <Choice
          id="dial-trunk"
          aria-label="Trunk"
          value={draft.trunk !== null && trunks.has(draft.trunk) ? draft.trunk : ''}
          options={[['', 'No trunk'], ...[...trunks.keys()].map((name) => [name, name] as const)]}
          onChange={(name) => edit({ trunk: name === '' ? null : name })}
        />
        <div className="dial-target">
          <UriField
            fault={said !== null}
            dialable={fault?.of !== 'uri'}
            onSubmit={() => void place()}
            onChoosing={setChoosing}
            onEdit={() => {
              setRefused(null)
              setAsked(false)
            }}
          />
          <Said fault={choosing ? null : said} refused={refused} onCorrect={correct} />
        </div>
        <Button
          className={faultyOption ? 'dial-faulty' : ''}
          aria-expanded={dialOptions}
          aria-controls="dial-options"
          onClick={() => useUi.setState({ dialOptions: !dialOptions })}
        >
          {faultyOption && <Icon name="fault" />}
          <Icon name={dialOptions ? 'up' : 'down'} /> Options{' '}
          <span className="numbers muted">
            {active} {active === 1 ? 'header' : 'headers'}
          </span>
        </Button>
        <SourceChoice
          aria-label="Send"
          value={draft.source}
          onChange={(source) => edit({ source })}
          onMicrophone={() => edit({ source: { kind: 'microphone' } })}
          handOver={handOver}
        />
        <button
          type="submit"
          className="button primary"
          disabled={busy || !connected}
          title={connected ? undefined : 'The engine is not connected'}
          aria-busy={busy || undefined}
        >
          Call
        </button>
      </form>
      {dialOptions && <DialOptions />}
    </header>
  )
}

/** The options, at the first that cannot be used. */
function showFaultyOption(): void {
  drawAtOnce(() => useUi.setState({ dialOptions: true }))
  document.querySelector<HTMLElement>('#dial-options [aria-invalid="true"]')?.focus()
}
