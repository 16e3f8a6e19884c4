import { useEffect, useState } from 'react'
import { Agent } from './features/agent/agent.tsx'
import { CallsScreen } from './calls-screen.tsx'
import { OwnExchange } from './features/call/exchange.tsx'
import { DialBar } from './features/dial/dial-bar.tsx'
import { Palette } from './features/palette/palette.tsx'
import { Toasts } from './features/palette/toasts.tsx'
import { Files } from './features/files/files.tsx'
import { Hints } from './features/hints/hints.tsx'
import { Incoming } from './features/incoming/incoming.tsx'
import { Settings } from './features/settings/settings.tsx'
import { FirstStart } from './features/start/first-start.tsx'
import { StatusBar } from './features/status/status.tsx'
import { Trunks } from './features/trunks/trunks.tsx'
import { Keys, RegisteredKeys } from './keys.tsx'
import { useDroppedFiles } from './dropped-files.ts'
import { StandingActions } from './standing-actions.tsx'
import { useActions } from './state/actions.ts'
import { execute, useEngine } from './state/engine.ts'
import { onElectron } from './bridge.ts'
import { edit, focusDial, openPalette, remember, show, useUi, type Screen } from './state/ui.ts'
import { Button, Empty, Foreign, Icon, type IconName } from './ui/controls.tsx'
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
    if (remember.get('density') === 'compact') document.documentElement.dataset['density'] = 'compact'
  }, [])
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
  const palette = useUi((state) => state.palette)
  useActions([
    { id: 'palette', group: 'Window', name: 'Everything that can be done', run: () => openPalette('all') },
    { id: 'keys', group: 'Window', name: 'All keys', run: () => setKeys(true) },
    ...screens.map(([name, title]) => ({
      id: `screen.${name}`,
      group: 'Window',
      name: `Go to ${title}`,
      run: () => show(name),
    })),
    { id: 'density', group: 'Window', name: 'Compact or comfortable rows', run: switchDensity },
  ])
  const over = useDroppedFiles()
  useAskBeforeClosing()
  useElectron()
  if (connection === 'locked')
    return (
      <main className="locked">
        <Empty title="This window is locked">
          It was signed out, half a day has passed since its link was opened, or Ringback was restarted with another
          data folder. Press Enter in the terminal where it runs: it prints a link that opens this window again.
        </Empty>
      </main>
    )
  return (
    <div className={`app${connection === 'open' ? '' : ' cut'}${over ? ' over' : ''}`} data-hint={hint ?? undefined}>
      <StandingActions />
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
          {screen === 'calls' && <CallsScreen none={<FirstStart />} />}
          {screen === 'trunks' && (
            <Trunks exchange={(messages, name) => <OwnExchange messages={messages} name={name} />} />
          )}
          {screen === 'agent' && <Agent />}
          {screen === 'files' && <Files />}
          {screen === 'settings' && <Settings />}
        </main>
        {screen === 'calls' && <Hints />}
        <StatusBar />
      </div>
      <Keys open={keys} onClose={() => setKeys(false)} />
      {palette && <Palette key={palette} onClose={() => openPalette(null)} />}
      <Toasts />
      <RegisteredKeys />
    </div>
  )
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

function switchDensity(): void {
  const root = document.documentElement
  const compact = root.dataset['density'] !== 'compact'
  if (compact) root.dataset['density'] = 'compact'
  else delete root.dataset['density']
  remember.set('density', compact ? 'compact' : 'comfortable')
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
