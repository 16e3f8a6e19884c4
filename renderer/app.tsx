import { useEffect, useRef, useState } from 'react'
import type { CallReport } from '../shared/contract/report.ts'
import { Agent } from './features/agent/agent.tsx'
import { Call } from './features/call/call.tsx'
import { Calls } from './features/calls/calls.tsx'
import { DialBar } from './features/dial/dial-bar.tsx'
import { Files } from './features/files/files.tsx'
import { Hints } from './features/hints/hints.tsx'
import { Incoming } from './features/incoming/incoming.tsx'
import { Settings } from './features/settings/settings.tsx'
import { FirstStart } from './features/start/first-start.tsx'
import { StatusBar } from './features/status/status.tsx'
import { Trunks } from './features/trunks/trunks.tsx'
import { placeTestCall } from './state/dial.ts'
import { execute, useEngine, watch } from './state/engine.ts'
import { onElectron } from './bridge.ts'
import { edit, focusDial, remember, show, useUi, type Screen } from './state/ui.ts'
import { Button, Empty, Fault, Foreign, Icon, type IconName } from './ui/controls.tsx'
import { shortcuts, useKeys } from './ui/keys.ts'
import { Split } from './ui/split.tsx'
import './app.css'

const screens: readonly (readonly [Screen, string, IconName])[] = [
  ['calls', 'Calls', 'calls'],
  ['trunks', 'Trunks', 'trunks'],
  ['agent', 'Agent', 'agent'],
  ['files', 'Files', 'files'],
  ['settings', 'Settings', 'settings'],
]

export function App() {
  const screen = useUi((state) => state.screen)
  const theme = useEngine((state) => state.settings?.theme ?? 'system')
  const connection = useEngine((state) => state.connection)
  const hint = useUi((state) => state.hint)
  const [keys, setKeys] = useState(false)
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
  useKeys({
    '?': () => setKeys(true),
    ...Object.fromEntries(screens.map(([name], i) => [`Ctrl+${i + 1}`, () => show(name)])),
  })
  useAskBeforeClosing()
  useElectron()
  if (connection === 'locked')
    return (
      <main className="locked">
        <Empty title="This window is locked">
          It was signed out, half a day has passed since its link was opened, or Ringback was started anew with another
          data folder. Press Enter in the terminal where it runs: it prints a link that opens this window again.
        </Empty>
      </main>
    )
  return (
    <div className={`app${connection === 'open' ? '' : ' cut'}`} data-hint={hint ?? undefined}>
      <nav className="rail" aria-label="Screens">
        {screens.map(([name, title, icon], i) => (
          <button
            key={name}
            type="button"
            aria-current={screen === name ? 'page' : undefined}
            title={`${title} (Ctrl+${i + 1})`}
            onClick={() => show(name)}
          >
            <Icon name={icon} />
            <span>{title}</span>
          </button>
        ))}
        <button type="button" className="rail-keys" title="All keys (?)" onClick={() => setKeys(true)}>
          <kbd>?</kbd>
          <span>Keys</span>
        </button>
      </nav>
      <div className="app-body">
        <DialBar />
        <Notices />
        <Incoming />
        <main className="app-screen">
          {screen === 'calls' && <CallsScreen />}
          {screen === 'trunks' && <Trunks />}
          {screen === 'agent' && <Agent />}
          {screen === 'files' && <Files show={(id) => <OneCall key={id} id={id} kept={false} />} />}
          {screen === 'settings' && <Settings />}
        </main>
        {screen === 'calls' && <Hints />}
        <StatusBar />
      </div>
      <Keys open={keys} onClose={() => setKeys(false)} />
    </div>
  )
}

function CallsScreen() {
  const id = useUi((state) => state.call)
  const list = (
    <>
      <h1 className="hidden">Calls</h1>
      <Calls place={placeTestCall} />
    </>
  )
  return (
    <Split
      label="Width of the call list"
      axis="x"
      size={remember.number('calls', 280)}
      least={200}
      most={520}
      onResize={(size) => remember.set('calls', String(size))}
      first={list}
      second={id === null ? <FirstStart /> : <OneCall key={id} id={id} kept />}
    />
  )
}

/** A call that the engine has by its state; else, where it may be `kept`, from the history. */
function OneCall({ id, kept }: { id: string; kept: boolean }) {
  const view = useEngine((state) => state.calls.get(id))
  const live = useEngine((state) => state.reports.get(id))
  const samples = useEngine((state) => state.samples.get(id))
  const connection = useEngine((state) => state.connection)
  const [past, setPast] = useState<CallReport | { readonly fault: string } | null>(null)
  const known = view !== undefined || !kept
  useEffect(() => {
    watch([id])
    return () => watch([])
  }, [id])
  useEffect(() => {
    if (known || connection !== 'open') return
    let current = true
    execute('history.show', { id }).then(
      (report) => current && setPast(report),
      (error: Error) => current && setPast({ fault: error.message }),
    )
    return () => void (current = false)
  }, [id, known, connection])
  const report = live ?? (past && 'fault' in past ? null : past)
  if (report) return <Call report={report} view={view} samples={samples ?? []} />
  return past && 'fault' in past ? (
    <div className="page">
      <Fault text={past.fault} />
    </div>
  ) : null
}

/** What a person must know of the engine: how it started, that it is gone, that the disk is full. */
function Notices() {
  const { connection, hello, storageFault, callsLost } = useEngine()
  const [seen, setSeen] = useState<string | null>(null)
  return (
    <>
      {connection === 'lost' && (
        <div className="notice bad" role="alert">
          <Icon name="fault" />
          <span>The engine does not answer: what is shown is how it was. Connecting again …</span>
        </div>
      )}
      {storageFault && (
        <div className="notice bad" role="alert">
          <Icon name="fault" />
          <span>
            <Foreign text={storageFault} />. Calls go on; those that could not be written are kept in memory and written
            when it works again.
          </span>
        </div>
      )}
      {callsLost > 0 && (
        <div className="notice bad" role="alert">
          <Icon name="fault" />
          <span>
            {callsLost === 1 ? '1 call' : `${callsLost} calls`} of this run could not be kept in the history: more were
            waiting than memory holds, or a report could not be written. What has to be kept can be exported from the
            calls that are still listed.
          </span>
        </div>
      )}
      {hello && hello.startedAt !== seen && hello.notices.length > 0 && (
        <div className="notice" role="status">
          <Icon name="warning" />
          <span>
            <Foreign text={hello.notices.join(' ')} />
          </span>
          <Button kind="quiet" onClick={() => setSeen(hello.startedAt)}>
            Dismiss
          </Button>
        </div>
      )}
    </>
  )
}

function Keys({ open, onClose }: { open: boolean; onClose: () => void }) {
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

/** Links from other programs and the native menu. */
function useElectron(): void {
  useEffect(
    () =>
      onElectron({
        dial: (uri) => {
          edit({ uri })
          focusDial()
        },
        action: (name) => {
          const { call } = useUi.getState()
          if (name === 'dial') focusDial()
          else if (name !== 'hang-up') show(name as Screen)
          else if (call !== null) void execute('call.hangUp', { id: call }).catch(() => {})
        },
      }),
    [],
  )
}

/** A window that is closed ends the calls that were placed or answered here: so it asks. */
function useAskBeforeClosing(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const { calls, connection } = useEngine.getState()
      if (connection === 'open' && [...calls.values()].some(({ state, agent }) => state !== 'ended' && agent === null))
        event.preventDefault()
    }
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [])
}
