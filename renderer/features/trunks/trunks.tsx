import { useRef, useState } from 'react'
import type { StoredTrunk, Trunk } from '../../../shared/contract/commands.ts'
import type { RegistrationView } from '../../../shared/contract/state.ts'
import { codecNames } from '../../../shared/model/codecs.ts'
import { addressFault } from '../../../shared/words/dial.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { headerRow, type HeaderRow } from '../../state/ui.ts'
import { encryptions, transports } from '../../ui/choices.ts'
import { Act, Button, Choice, Empty, Fault, Field, Foreign, Icon, saveFile } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'
import { HeaderEditor } from '../../ui/header-editor.tsx'
import './trunks.css'

const fresh: StoredTrunk = {
  name: '',
  address: '',
  transport: 'udp',
  authentication: 'digest',
  encryption: 'disabled',
  codecs: codecNames(),
  headers: [],
  expiresS: 600,
  tlsInsecure: false,
  register: false,
  hasPassword: false,
}

/** The other side's SIP services: what we know of them, whether they know us. */
export function Trunks() {
  const trunks = useEngine((state) => state.trunks)
  const registrations = useEngine((state) => state.registrations)
  const [open, setOpen] = useState<string | null>(null)
  const known = [...trunks.values()].sort((a, b) => a.name.localeCompare(b.name))
  const shown = open === '' || known.length === 0 ? fresh : known.find(({ name }) => name === open)
  return (
    <div className="trunks">
      <section className="trunks-list" aria-label="Trunks">
        <div className="trunks-head">
          <h1>Trunks</h1>
          <Button kind="primary" onClick={() => setOpen('')}>
            Add trunk
          </Button>
        </div>
        {known.length === 0 ? (
          <Empty title="No trunks yet" action={<Button onClick={() => setOpen('')}>Add a trunk</Button>}>
            A trunk is the SIP service of a provider or of your PBX: its address, how it knows you, and what every call
            through it carries.
          </Empty>
        ) : (
          <ul className="list">
            {known.map((trunk) => (
              <TrunkRow
                key={trunk.name}
                trunk={trunk}
                registration={[...registrations.values()].find((view) => view.trunk === trunk.name)}
                open={trunk.name === open}
                onOpen={() => setOpen(trunk.name)}
              />
            ))}
          </ul>
        )}
        <Exchange trunks={known} />
      </section>
      <section className="trunks-one" aria-label="Trunk">
        {shown ? (
          <TrunkForm key={shown.name} trunk={shown} onSaved={setOpen} onRemoved={() => setOpen(null)} />
        ) : (
          known.length > 0 && (
            <Empty title="No trunk selected">
              Choose one to see its settings, to register, or to check it step by step.
            </Empty>
          )
        )}
      </section>
    </div>
  )
}

function registrationText(view: RegistrationView | undefined): {
  text: string
  tone: string
  icon: 'ok' | 'fault' | 'live' | 'unknown'
} {
  switch (view?.state) {
    case 'registered':
      return { text: `registered since ${timeOf(view.since)}, for ${view.expiresS} s`, tone: 'ok', icon: 'ok' }
    case 'failed':
      return { text: view.text ?? 'registration failed', tone: 'fault', icon: 'fault' }
    case 'registering':
      return { text: 'registering', tone: 'live', icon: 'live' }
    case 'removing':
      return { text: 'un-registering', tone: 'live', icon: 'live' }
    default:
      return { text: 'not registered', tone: 'unknown', icon: 'unknown' }
  }
}

function TrunkRow({
  trunk,
  registration,
  open,
  onOpen,
}: {
  trunk: StoredTrunk
  registration: RegistrationView | undefined
  open: boolean
  onOpen: () => void
}) {
  const { text, tone, icon } = registrationText(registration)
  return (
    <li aria-current={open}>
      <button type="button" className="plain-row" onClick={onOpen}>
        <span className="elide">
          <b>{trunk.name}</b>{' '}
          <span className="muted mono">
            {trunk.transport} <Foreign text={trunk.address} />
          </span>
        </span>
        <span className={`tone-${tone}`}>
          <Icon name={icon} /> <Foreign text={text} />
        </span>
      </button>
    </li>
  )
}

/** Trunks as a file, to bring to another machine. Passwords stay here. */
function Exchange({ trunks }: { trunks: readonly StoredTrunk[] }) {
  const input = useRef<HTMLInputElement>(null)
  const [said, setSaid] = useState<{ fault: boolean; text: string } | null>(null)
  const save = () => {
    const plain = trunks.map(({ hasPassword: _hasPassword, ...trunk }) => trunk)
    saveFile(
      'ringback-trunks.json',
      'application/json',
      btoa(String.fromCharCode(...new TextEncoder().encode(`${JSON.stringify({ trunks: plain }, null, 2)}\n`))),
    )
  }
  const load = async (file: File | undefined) => {
    if (!file) return
    setSaid(null)
    const problems: string[] = []
    let count = 0
    try {
      const { trunks: found } = JSON.parse(await file.text()) as { trunks: Trunk[] }
      for (const trunk of found) {
        try {
          await execute('trunk.save', { trunk, replace: trunks.some(({ name }) => name === trunk.name) })
          count++
        } catch (error) {
          problems.push(`${String(trunk.name)}: ${(error as Error).message}`)
        }
      }
    } catch {
      problems.push(`${file.name} is not a list of trunks as Ringback exports it`)
    }
    setSaid({
      fault: problems.length > 0,
      text: [`${count} imported; passwords are not in such files and must be set here`, ...problems].join('. '),
    })
  }
  return (
    <div className="actions trunks-exchange">
      <Button onClick={() => input.current?.click()}>Import …</Button>
      <Button onClick={save} disabled={trunks.length === 0}>
        Export without passwords
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Trunks to import"
        onChange={(event) => {
          void load(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      {said &&
        (said.fault ? (
          <Fault text={said.text} />
        ) : (
          <p className="hint" role="status">
            <Foreign text={said.text} />
          </p>
        ))}
    </div>
  )
}

const authentications = [
  ['digest', 'Digest (user name and password)'],
  ['ip', 'IP access list (no password)'],
] as const
/** Each codec before the others, then each alone. */
const codecOrders: readonly (readonly [value: string, label: string])[] = [
  ...codecNames().map((first) => {
    const order = [first, ...codecNames().filter((name) => name !== first)]
    return [order.join(','), order.join(', then ')] as const
  }),
  ...codecNames().map((name) => [name, `${name} only`] as const),
]

function TrunkForm({
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
    trunk.headers.map(({ name, value }) => headerRow(name, value)),
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
  const fault = draft.address === '' ? null : addressFault(draft.address)
  const proxyFault = draft.proxy === undefined ? null : addressFault(draft.proxy)
  const save = async () => {
    const { hasPassword: _, ...rest } = draft
    const saved = Object.fromEntries(
      Object.entries({
        ...rest,
        headers: rows
          .filter(({ name, value }) => name !== '' || value !== '')
          .map(({ name, value }) => ({ name, value })),
      }).filter(([, value]) => value !== undefined),
    ) as Trunk
    await execute('trunk.save', { trunk: saved, replace: !isNew, ...(password === '' ? {} : { password }) })
    setPassword('')
    onSaved(saved.name)
  }
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
        <Field
          label="Media encryption"
          hint="Allowed offers SRTP and takes either; Required ends a call that would be in clear."
        >
          {(props) => (
            <Choice
              {...props}
              value={draft.encryption}
              options={encryptions}
              onChange={(encryption) => set({ encryption })}
            />
          )}
        </Field>
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
            <Field
              label="Password"
              hint={
                trunk.hasPassword
                  ? 'One is stored, encrypted; leave this empty to keep it.'
                  : 'Stored encrypted in the data folder; never shown again.'
              }
            >
              {(props) => (
                <input
                  {...props}
                  type="password"
                  autoComplete="new-password"
                  placeholder={trunk.hasPassword ? 'stored' : ''}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
            <Field label="Registration">
              {(props) => (
                <label className="check">
                  <input
                    {...props}
                    type="checkbox"
                    checked={draft.register}
                    onChange={(event) => set({ register: event.target.checked })}
                  />{' '}
                  keep registered while Ringback runs
                </label>
              )}
            </Field>
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
            <Field label="Certificate">
              {(props) => (
                <label className="check">
                  <input
                    {...props}
                    type="checkbox"
                    checked={draft.tlsInsecure}
                    onChange={(event) => set({ tlsInsecure: event.target.checked })}
                  />{' '}
                  accept any (insecure)
                </label>
              )}
            </Field>
          </>
        )}
        <h2>Default headers</h2>
        <HeaderEditor rows={rows} onChange={setRows} make={headerRow} />
        <div className="actions trunks-save">
          <Act kind="primary" run={save} disabled={draft.name === '' || draft.address === ''}>
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

/** The steps of the last check, as they happen. */
function CheckSteps({ name }: { name: string }) {
  const check = useEngine((state) => state.checks.get(name))
  if (!check)
    return (
      <p className="hint">
        Check resolves the address, connects, shows the TLS chain, and asks with OPTIONS and REGISTER; each step appears
        here.
      </p>
    )
  return (
    <div className="check-steps" aria-label="Check" role="group">
      <ol>
        {check.steps.map(({ at, kind, ok, text }, i) => (
          <li key={i} title={at}>
            <Icon name={ok ? 'ok' : 'fault'} />
            <span className="muted">{kind}</span>
            <Foreign text={text} />
          </li>
        ))}
      </ol>
      <p role="status">
        {check.done ? (
          <b className={check.ok ? 'tone-ok' : 'tone-fault'}>
            <Icon name={check.ok ? 'ok' : 'fault'} /> <Foreign text={check.sentence} />
          </b>
        ) : (
          'Checking …'
        )}
      </p>
    </div>
  )
}
