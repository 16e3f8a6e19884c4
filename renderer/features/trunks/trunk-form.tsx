import { useState } from 'react'
import type { StoredTrunk, Trunk } from '../../../shared/contract/commands.ts'
import { hiddenValue } from '../../../shared/contract/place-call.ts'
import { providerAt } from '../../../shared/providers/index.ts'
import { addressFault } from '../../../shared/words/dial.ts'
import { secretFault } from '../../../shared/words/own-headers.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { headerRow, type HeaderRow } from '../../state/ui.ts'
import { codecOrders, transports } from '../../ui/choices.ts'
import { Act, Button, Choice, Fault, Field, Foreign } from '../../ui/controls.tsx'
import { CheckField, EncryptionField, PasswordField } from '../../ui/fields.tsx'
import { HeaderEditor } from '../../ui/header-editor.tsx'
import { CheckSteps } from './check-steps.tsx'
import { Granted } from './granted.tsx'
import { registrationText } from './registration.ts'

const authentications = [
  ['digest', 'Digest (user name and password)'],
  ['ip', 'IP access list (no password)'],
] as const

/** The settings of one trunk, its registration and its check. */
export function TrunkForm({
  trunk,
  onSaved,
  onRemoved,
}: {
  trunk: StoredTrunk
  onSaved: (name: string) => void
  onRemoved: () => void
}) {
  const isNew = trunk.name === ''
  const [draft, setDraft] = useState<StoredTrunk>(trunk)
  const [rows, setRows] = useState<readonly HeaderRow[]>(() =>
    trunk.headers.map(({ name, value, secret }) => ({ ...headerRow(name, value), ...(secret && { secret }) })),
  )
  const [password, setPassword] = useState('')
  const registration = useEngine((state) => [...state.registrations.values()].find((view) => view.trunk === trunk.name))
  const set = (change: Partial<StoredTrunk>) => setDraft({ ...draft, ...change })
  const text = (name: 'user' | 'from' | 'displayName' | 'proxy' | 'tlsCa') => ({
    value: draft[name] ?? '',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) =>
      set({ [name]: event.target.value === '' ? undefined : event.target.value }),
  })
  const provider = providerAt(draft.address)
  const fault = draft.address === '' ? null : addressFault(draft.address)
  const proxyFault = draft.proxy === undefined ? null : addressFault(draft.proxy)
  const save = async () => {
    const { hasPassword: _, ...rest } = draft
    const saved = Object.fromEntries(
      Object.entries({
        ...rest,
        headers: rows
          .filter(({ name, value }) => name !== '' || value !== '')
          .map(({ name, value, secret }) => ({ name, value, ...(secret && { secret }) })),
      }).filter(([, value]) => value !== undefined),
    ) as Trunk
    await execute('trunk.save', { trunk: saved, replace: !isNew, ...(password === '' ? {} : { password }) })
    setPassword('')
    onSaved(saved.name)
  }
  const headersLost = trunk.lost?.includes('headers') && rows.some(({ value }) => value === hiddenValue)
  const unfinished = rows.some((row) => secretFault(row) !== null)
  const registered =
    registration &&
    registration.state !== 'idle' &&
    registration.state !== 'removing' &&
    !(registration.state === 'failed' && registration.final)
  return (
    <div className="page">
      <h1>{isNew ? 'New trunk' : trunk.name}</h1>
      {!isNew && (
        <div className="section">
          <div className="actions">
            <Act kind="primary" run={() => execute('trunk.check', { name: trunk.name })}>
              Check
            </Act>
            {registered ? (
              <Act run={() => execute('registration.stop', { id: registration.id })}>Un-register</Act>
            ) : (
              <Act run={() => execute('registration.start', { trunk: trunk.name })}>Register</Act>
            )}
            <span className={`tone-${registrationText(registration).tone}`} role="status">
              <Foreign text={registrationText(registration).text} />
            </span>
          </div>
          <CheckSteps name={trunk.name} />
        </div>
      )}
      <form className="section" aria-label="Trunk settings" onSubmit={(event) => event.preventDefault()}>
        {isNew && (
          <Field label="Name" hint="Letters, digits and . _ -">
            {(props) => (
              <input
                {...props}
                value={draft.name}
                spellCheck={false}
                onChange={(event) => set({ name: event.target.value })}
              />
            )}
          </Field>
        )}
        <Field
          label="Address"
          hint="Host or host:port, as the provider names it; not a URI."
          fault={fault?.text ?? null}
          correction={fault?.correction ?? null}
          onCorrect={(address) => set({ address })}
        >
          {(props) => (
            <input
              {...props}
              className="mono"
              placeholder="trunk.example.com"
              value={draft.address}
              spellCheck={false}
              onChange={(event) => set({ address: event.target.value })}
            />
          )}
        </Field>
        {provider && <Granted provider={provider} />}
        <Field label="Transport">
          {(props) => (
            <Choice
              {...props}
              value={draft.transport as 'udp'}
              options={transports}
              onChange={(transport) => set({ transport })}
            />
          )}
        </Field>
        <EncryptionField
          hint="Allowed offers SRTP and takes either; Required ends a call that would be in clear."
          value={draft.encryption}
          onChange={(encryption) => set({ encryption })}
        />
        <Field label="Authentication">
          {(props) => (
            <Choice
              {...props}
              value={draft.authentication}
              options={authentications}
              onChange={(authentication) => set({ authentication })}
            />
          )}
        </Field>
        {draft.authentication === 'digest' && (
          <>
            <Field label="User name" hint="That of the credentials, not the friendly name of their list.">
              {(props) => <input {...props} {...text('user')} autoComplete="off" />}
            </Field>
            <PasswordField
              fault={
                trunk.lost?.includes('password') && password === ''
                  ? 'The stored password can no longer be opened, its key is gone: type the password again.'
                  : null
              }
              hint={
                trunk.hasPassword
                  ? 'One is stored, encrypted; leave this empty to keep it.'
                  : 'Stored encrypted in the data folder; never shown again.'
              }
              placeholder={trunk.hasPassword ? 'stored' : ''}
              value={password}
              onChange={setPassword}
            />
            <CheckField label="Registration" checked={draft.register} onChange={(register) => set({ register })}>
              keep registered while Ringback runs
            </CheckField>
          </>
        )}
        <Field label="Caller ID" hint="A number or a URI for From.">
          {(props) => <input {...props} {...text('from')} className="mono" />}
        </Field>
        <Field label="Display name">{(props) => <input {...props} {...text('displayName')} />}</Field>
        <Field
          label="Outbound proxy"
          hint="Host or host:port, where it is not the address."
          fault={proxyFault?.text ?? null}
          correction={proxyFault?.correction ?? null}
          onCorrect={(proxy) => set({ proxy })}
        >
          {(props) => <input {...props} {...text('proxy')} className="mono" />}
        </Field>
        <Field label="Codecs">
          {(props) => (
            <Choice
              {...props}
              value={draft.codecs.join(',')}
              options={codecOrders}
              onChange={(order) => set({ codecs: order.split(',') })}
            />
          )}
        </Field>
        {draft.transport === 'tls' && (
          <>
            <Field
              label="CA certificate"
              hint="PEM; where the trunk's certificate is signed by nobody that this computer knows."
            >
              {(props) => <textarea {...props} {...text('tlsCa')} rows={3} className="mono" />}
            </Field>
            <CheckField
              label="Certificate"
              checked={draft.tlsInsecure}
              onChange={(tlsInsecure) => set({ tlsInsecure })}
            >
              accept any (insecure)
            </CheckField>
          </>
        )}
        <h2>Default headers</h2>
        {headersLost && (
          <div className="trunks-lost">
            <Fault text="The stored header values can no longer be opened, their key is another or is gone." />
            <Button
              onClick={() => {
                const asking = rows.map((row) =>
                  row.value === hiddenValue ? { ...row, value: '', secret: true } : row,
                )
                setRows(asking)
                const first = asking.find(({ value }) => value === '')
                document.getElementById(`header-${first?.key}-value`)?.focus()
              }}
            >
              Type the values again
            </Button>
          </div>
        )}
        <HeaderEditor rows={rows} onChange={setRows} make={headerRow} />
        <div className="actions trunks-save">
          <Act kind="primary" run={save} disabled={draft.name === '' || draft.address === '' || unfinished}>
            {isNew ? 'Add trunk' : 'Save'}
          </Act>
          {!isNew && (
            <Act
              kind="danger"
              run={async () => {
                await execute('trunk.remove', { name: trunk.name })
                onRemoved()
              }}
            >
              Remove
            </Act>
          )}
        </div>
      </form>
    </div>
  )
}
