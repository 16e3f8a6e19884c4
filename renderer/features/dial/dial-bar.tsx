import { useCombobox } from 'downshift'
import { useMemo, useState } from 'react'
import { useEngine } from '../../state/engine.ts'
import { agentUri, dial, draftFault, handOver } from '../../state/dial.ts'
import { useHistory } from '../../state/history.ts'
import { edit, headerRow, useUi } from '../../state/ui.ts'
import { encryptions } from '../../ui/choices.ts'
import { Button, Choice, Fault, Field, Foreign, Icon } from '../../ui/controls.tsx'
import { HeaderEditor } from '../../ui/header-editor.tsx'
import { useKeys } from '../../ui/keys.ts'
import { SourceChoice } from '../../ui/source-choice.tsx'
import './dial-bar.css'

/** Always on top, like a browser's address bar: where to call, through which trunk, with what. */
export function DialBar() {
  const { draft, dialOptions } = useUi()
  const trunks = useEngine((state) => state.trunks)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const [touched, setTouched] = useState(false)
  const fault = draftFault(draft)
  const active = draft.headers.filter(({ enabled }) => enabled).length

  const place = async () => {
    setTouched(true)
    setRefused(null)
    if (draftFault(useUi.getState().draft)) return
    setBusy(true)
    try {
      await dial()
    } catch (error) {
      setRefused((error as Error).message)
    }
    setBusy(false)
  }
  useKeys({ 'Ctrl+L': () => document.getElementById('dial-uri')?.focus() })

  const said = fault && (touched || draft.uri !== '') ? fault : null
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
          aria-label="Trunk"
          value={draft.trunk ?? ''}
          options={[['', 'No trunk'], ...[...trunks.keys()].map((name) => [name, name] as const)]}
          onChange={(name) => edit({ trunk: name === '' ? null : name })}
        />
        <UriField
          fault={said !== null}
          onSubmit={() => void place()}
          onEdit={() => {
            setRefused(null)
            setTouched(false)
          }}
        />
        <Button
          aria-expanded={dialOptions}
          aria-controls="dial-options"
          onClick={() => useUi.setState({ dialOptions: !dialOptions })}
        >
          <Icon name={dialOptions ? 'up' : 'down'} /> Headers <span className="numbers">{active}</span>
        </Button>
        <SourceChoice
          aria-label="Send"
          value={draft.source}
          onChange={(source) => edit({ source })}
          handOver={handOver}
        />
        <button type="submit" className="button primary" disabled={busy} aria-busy={busy || undefined}>
          Call
        </button>
      </form>
      <div className="dial-said" role="status">
        {said && draft.uri !== '' && (
          <Fault text={said.text} correction={said.correction} onCorrect={(uri) => edit({ uri })} />
        )}
        {said && draft.uri === '' && touched && <Fault text={said.text} />}
        {refused && <Fault text={refused} />}
      </div>
      {dialOptions && (
        <div id="dial-options" className="dial-options">
          <HeaderEditor rows={draft.headers} onChange={(headers) => edit({ headers })} make={headerRow} />
          <div className="dial-more">
            <Field label="Media encryption">
              {(props) => (
                <Choice
                  {...props}
                  value={draft.encryption ?? ''}
                  options={[['', 'As the trunk says'], ...encryptions]}
                  onChange={(value) => edit({ encryption: value === '' ? null : value })}
                />
              )}
            </Field>
            <Field label="Caller ID" hint="A number or a URI, for From; empty: as the trunk says.">
              {(props) => (
                <input
                  {...props}
                  className="mono"
                  value={draft.from}
                  onChange={(event) => edit({ from: event.target.value })}
                />
              )}
            </Field>
            <Field label="Display name">
              {(props) => (
                <input
                  {...props}
                  value={draft.displayName}
                  onChange={(event) => edit({ displayName: event.target.value })}
                />
              )}
            </Field>
          </div>
        </div>
      )}
    </header>
  )
}

const mostSuggestions = 8

/** Where calls went before, the built-in agent first. */
function useSuggestions(typed: string): string[] {
  const pages = useHistory((state) => state.pages)
  const calls = useEngine((state) => state.calls)
  const agents = useEngine((state) => state.agents)
  return useMemo(() => {
    const agent = agents.size > 0 ? agentUri() : null
    const placed = [...calls.values()]
      .toReversed()
      .filter(({ direction }) => direction === 'outbound')
      .map(({ to }) => to)
    const past = (pages.get(0) ?? []).filter(({ direction }) => direction === 'outbound').map(({ to }) => to)
    const all = [...new Set([...placed, ...past, ...(agent === null ? [] : [agent])])].filter((uri) =>
      /^sips?:/.test(uri),
    )
    return all
      .filter((uri) => uri !== typed && uri.toLowerCase().includes(typed.toLowerCase()))
      .slice(0, mostSuggestions)
  }, [pages, calls, agents, typed])
}

function UriField({ fault, onSubmit, onEdit }: { fault: boolean; onSubmit: () => void; onEdit: () => void }) {
  const uri = useUi((state) => state.draft.uri)
  const items = useSuggestions(uri)
  const { isOpen, highlightedIndex, getInputProps, getMenuProps, getItemProps, closeMenu } = useCombobox({
    items,
    inputValue: uri,
    selectedItem: null,
    onSelectedItemChange: ({ selectedItem }) =>
      selectedItem !== null && selectedItem !== undefined && edit({ uri: selectedItem }),
  })
  const open = isOpen && items.length > 0
  return (
    <div className="dial-uri">
      <input
        {...getInputProps({
          'id': 'dial-uri',
          'aria-label': 'SIP URI',
          'aria-invalid': fault,
          'placeholder': 'sip:identifier@host',
          'spellCheck': false,
          'autoComplete': 'off',
          // In the event itself: downshift tells of changes in an effect, and what is set there may be outrun by fast
          // typing.
          'onChange': ({ currentTarget }) => {
            onEdit()
            edit({ uri: currentTarget.value })
          },
          // Without a suggestion chosen, Enter places the call.
          'onKeyDown': (event) => {
            if (event.key !== 'Enter' || highlightedIndex >= 0) return
            Object.assign(event.nativeEvent, { preventDownshiftDefault: true })
            event.preventDefault()
            closeMenu()
            onSubmit()
          },
        })}
        className="mono"
      />
      <ul {...getMenuProps({ 'aria-label': 'Earlier calls' })} hidden={!open}>
        {open &&
          items.map((item, index) => (
            <li
              key={item}
              {...getItemProps({ item, index })}
              className={`mono elide${index === highlightedIndex ? ' highlighted' : ''}`}
            >
              <Foreign text={item} />
            </li>
          ))}
      </ul>
    </div>
  )
}
