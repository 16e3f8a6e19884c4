import { useEffect, useMemo, useRef, useState } from 'react'
import type { StoredTrunk, Trunk } from '../../../shared/contract/commands.ts'
import { hiddenValue } from '../../../shared/model/hidden-value.ts'
import { ownProviders, providerOfTrunk } from '../../../shared/providers/index.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import { secretFault } from '../../../shared/words/own-headers.ts'
import { useActions } from '../../state/actions.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { readProviders, useProviders } from '../../state/providers.ts'
import { draftOf, dropDraft, keepDraft, useTrunkDrafts, type TrunkDraft } from '../../state/trunk-drafts.ts'
import { headerRow } from '../../state/ui.ts'
import { drawAtOnce } from '../../ui/at-once.ts'
import { Act, Button, Choice, Fault, Field } from '../../ui/controls.tsx'
import { HeaderEditor } from '../../ui/header-editor.tsx'
import { Advanced } from './advanced.tsx'
import { Connection } from './connection.tsx'
import { Identity } from './identity.tsx'
import { Remove } from './remove.tsx'
import { trunkFaults, usualName } from './trunk-faults.ts'
import type { ShownExchange } from './trunks.tsx'
import { TrunkHead } from './trunk-head.tsx'

/** The settings of one trunk, its registration and its check. */
export function TrunkForm({
  trunk,
  exchange,
  onSaved,
  onRemoved,
}: {
  trunk: StoredTrunk
  exchange: ShownExchange
  onSaved: (name: string) => void
  onRemoved: () => void
}) {
  const isNew = trunk.name === ''
  const names = useEngine((state) => state.trunks)
  const kept = useTrunkDrafts(({ drafts }) => drafts.get(trunk.name))
  const stored = useMemo(() => draftOf(trunk), [trunk])
  const { settings, rows, password } = kept ?? stored
  const [asked, setAsked] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { all: providers, problems } = useProviders()
  // The files may have changed meanwhile.
  useEffect(() => void readProviders().catch(() => {}), [])
  const change = (changed: Partial<TrunkDraft>) => keepDraft(trunk.name, { settings, rows, password, ...changed })
  const set = (changed: Partial<StoredTrunk>) => change({ settings: { ...settings, ...changed } })
  const suggested = usualName(settings.address, settings.provider, [...names.keys()])
  const name = isNew && settings.name === '' ? suggested : settings.name
  const faults = trunkFaults({ ...settings, name }, rows)
  const save = async () => {
    if (Object.values(faults).some((fault) => fault !== null)) {
      drawAtOnce(() => setAsked(true))
      return form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
    }
    const { hasPassword: _hasPassword, lost: _lost, ...rest } = settings
    const saved = Object.fromEntries(
      Object.entries({
        ...rest,
        name,
        headers: rows
          .filter((row) => row.name !== '' || row.value !== '')
          .map((row) => ({ name: row.name, value: row.value, ...(row.secret && { secret: true }) })),
      }).filter(([, value]) => value !== undefined),
    ) as Trunk
    await execute('trunk.save', { trunk: saved, replace: !isNew, ...(password === '' ? {} : { password }) })
    dropDraft(trunk.name)
    onSaved(saved.name)
  }
  const headersLost = trunk.lost?.includes('headers') && rows.some(({ value }) => value === hiddenValue)
  const preset = (name: string) => {
    const chosen = providers.find((provider) => provider.name === name)
    const found = chosen?.preset ?? { address: chosen?.targets[0]?.address ?? '' }
    const { transport, encryption, authentication } = trunk
    const usual = { transport, encryption, authentication, provider: name === '' ? undefined : name }
    drawAtOnce(() => set({ ...usual, ...found } as Partial<StoredTrunk>))
    const address = document.getElementById('trunk-address') as HTMLInputElement | null
    address?.focus()
    address?.setSelectionRange(0, 0)
  }
  useActions([
    { id: 'trunk.save', group: 'Trunk', name: isNew ? 'Add this trunk' : `Save ${trunk.name}`, run: save },
    ...(kept
      ? [{ id: 'trunk.discard', group: 'Trunk', name: 'Discard changes', run: () => dropDraft(trunk.name) }]
      : []),
  ])
  return (
    <div className="page trunk">
      <TrunkHead trunk={trunk} exchange={exchange} unsaved={kept !== undefined} />
      <form
        ref={form}
        aria-label="Trunk settings"
        onSubmit={(event) => {
          event.preventDefault()
          // The button says what goes wrong.
          form.current?.querySelector<HTMLElement>('.trunks-save .primary')?.click()
        }}
      >
        {isNew && (
          <div className="section trunk-provider">
            <Field label="Provider" above hint="What it publishes is filled in; each can be changed.">
              {(props) => (
                <Choice
                  {...props}
                  value={providerOfTrunk(settings)?.name ?? ''}
                  options={[['', 'Another provider'], ...providers.map(choiceOf)]}
                  onChange={preset}
                />
              )}
            </Field>
            <Field
              label="Name"
              above
              fault={settings.name === '' ? null : faults.name}
              hint="Letters, digits and . _ -"
            >
              {(props) => (
                <input
                  {...props}
                  value={settings.name}
                  placeholder={suggested}
                  spellCheck={false}
                  onChange={(event) => set({ name: event.target.value })}
                />
              )}
            </Field>
          </div>
        )}
        {isNew && problems.map((text) => <Fault key={text} text={text} />)}
        <div className="trunk-groups">
          <Connection settings={settings} set={set} fault={faults.address} asked={asked} />
          <Identity
            trunk={trunk}
            settings={settings}
            set={set}
            fault={asked ? faults.user : null}
            password={password}
            setPassword={(text) => change({ password: text })}
          />
        </div>
        <div className="section">
          <h2>Headers of every call</h2>
          {headersLost && (
            <div className="trunks-lost">
              <Fault text="The stored header values can no longer be opened, their key is another or is gone." />
              <Button
                onClick={() => {
                  const asking = rows.map((row) =>
                    row.value === hiddenValue ? { ...row, value: '', secret: true } : row,
                  )
                  change({ rows: asking })
                  const first = asking.find(({ value }) => value === '')
                  document.getElementById(`header-${first?.key}-value`)?.focus()
                }}
              >
                Type the values again
              </Button>
            </div>
          )}
          <HeaderEditor rows={rows} onChange={(next) => change({ rows: next })} make={headerRow} />
        </div>
        <Advanced trunk={trunk} settings={settings} set={set} faults={faults} />
        <button type="submit" hidden>
          Save
        </button>
        <div className="actions trunks-save">
          <Act kind="primary" run={save} disabled={rows.some((row) => secretFault(row) !== null)}>
            {isNew ? 'Add trunk' : 'Save'}
          </Act>
          {kept && <Button onClick={() => dropDraft(trunk.name)}>Discard changes</Button>}
          {!isNew && <Remove name={trunk.name} onRemoved={onRemoved} />}
        </div>
      </form>
    </div>
  )
}

const choiceOf = ({ name }: Provider) =>
  [name, ownProviders().some((one) => one.name === name) ? `${name} (yours)` : name] as const
