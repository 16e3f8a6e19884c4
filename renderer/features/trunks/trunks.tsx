import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import type { ReactNode } from 'react'
import type { LadderMessage } from '../../../shared/contract/report.ts'
import type { RegistrationView } from '../../../shared/contract/state.ts'
import { usualCodecs } from '../../../shared/model/codecs.ts'
import { useEngine } from '../../state/engine.ts'
import { newTrunk, show, useUi } from '../../state/ui.ts'
import { Button, Empty, Foreign, Icon } from '../../ui/controls.tsx'
import { useTrunkDrafts } from '../../state/trunk-drafts.ts'
import { registrationText } from './registration.ts'
import { Exchange } from './trunk-exchange.tsx'
import { TrunkForm } from './trunk-form.tsx'
import '../../ui/list-panel.css'
import './trunks.css'

const fresh: StoredTrunk = {
  name: '',
  address: '',
  transport: 'udp',
  authentication: 'digest',
  encryption: 'disabled',
  codecs: usualCodecs(),
  headers: [],
  expiresS: 600,
  tlsInsecure: false,
  register: false,
  hasPassword: false,
}

/** Draws messages; they are of what `name` says. */
export type ShownExchange = (messages: readonly LadderMessage[], name: string) => ReactNode

/** The other side's SIP services: what we know of them, whether they know us. */
export function Trunks({ exchange }: { exchange: ShownExchange }) {
  const trunks = useEngine((state) => state.trunks)
  const registrations = useEngine((state) => state.registrations)
  const open = useUi((state) => state.part)
  const setOpen = (name: string | null) => show('trunks', name)
  const known = [...trunks.values()].sort((a, b) => a.name.localeCompare(b.name))
  const shown = open === newTrunk || known.length === 0 ? fresh : known.find(({ name }) => name === open)
  return (
    <div className="list-screen trunks">
      <section className="list-panel" aria-label="Trunks">
        <div className="list-panel-head">
          <h1>Trunks</h1>
          {known.length > 0 && <Button onClick={() => setOpen(newTrunk)}>Add trunk</Button>}
        </div>
        {known.length === 0 ? (
          <Empty title="No trunks yet">
            A trunk is the SIP service of a provider or of your PBX: its address, how it knows you, and what every call
            through it carries. Beside this, choose the provider first.
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
          <TrunkForm
            key={shown.name}
            trunk={shown}
            exchange={exchange}
            onSaved={setOpen}
            onRemoved={() => setOpen(null)}
          />
        ) : (
          known.length > 0 && (
            <Empty title={open === null ? 'No trunk selected' : 'No such trunk'}>
              {open !== null && `There is no trunk of the name ${open.slice(0, 64)} any more. `}
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
  const unsaved = useTrunkDrafts(({ drafts }) => drafts.has(trunk.name))
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
        {unsaved && (
          <span className="tone-warning">
            <Icon name="warning" /> unsaved changes
          </span>
        )}
        {trunk.lost && (
          <span className="tone-fault">
            <Icon name="fault" /> {trunk.lost.join(' and ')} to be set again
          </span>
        )}
      </button>
    </li>
  )
}
