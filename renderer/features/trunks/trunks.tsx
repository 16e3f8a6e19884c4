import { useRef, useState } from 'react'
import type { StoredTrunk, Trunk } from '../../../shared/contract/commands.ts'
import type { RegistrationView } from '../../../shared/contract/state.ts'
import { codecNames } from '../../../shared/model/codecs.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { Button, Empty, Fault, Foreign, Icon, saveFile } from '../../ui/controls.tsx'
import { registrationText } from './registration.ts'
import { TrunkForm } from './trunk-form.tsx'
import '../../ui/list-panel.css'
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
    <div className="list-screen trunks">
      <section className="list-panel" aria-label="Trunks">
        <div className="list-panel-head">
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
      <section aria-label="Trunk">
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
        {trunk.lost && (
          <span className="tone-fault">
            <Icon name="fault" /> {trunk.lost.join(' and ')} to be set again
          </span>
        )}
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
