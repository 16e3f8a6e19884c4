import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { edit, focusDial } from '../../state/ui.ts'
import { Act, Button, Foreign, Icon } from '../../ui/controls.tsx'
import type { ShownExchange } from './trunks.tsx'
import { CheckSteps } from './check-steps.tsx'
import { registrationText } from './registration.ts'

/** What a trunk is called, what can be done with it, how it stands. */
export function TrunkHead({
  trunk: { name },
  exchange,
  unsaved,
}: {
  trunk: StoredTrunk
  exchange: ShownExchange
  unsaved: boolean
}) {
  const registration = useEngine((state) => [...state.registrations.values()].find((view) => view.trunk === name))
  if (name === '') return <h1>New trunk</h1>
  const registered =
    registration &&
    registration.state !== 'idle' &&
    registration.state !== 'removing' &&
    !(registration.state === 'failed' && registration.final)
  const { tone, icon, text } = registrationText(registration)
  return (
    <>
      <h1>{name}</h1>
      <div className="section">
        <div className="actions">
          <Button
            kind="primary"
            onClick={() => {
              edit({ trunk: name })
              focusDial()
            }}
          >
            Call through this trunk
          </Button>
          <Act run={() => execute('trunk.check', { name })}>Check</Act>
          {registered ? (
            <Act run={() => execute('registration.stop', { id: registration.id })}>Un-register</Act>
          ) : (
            <Act run={() => execute('registration.start', { trunk: name })}>Register</Act>
          )}
          <span className={`tone-${tone}`} role="status">
            <Icon name={icon} /> <Foreign text={text} />
          </span>
          {unsaved && (
            <span className="tone-warning">
              <Icon name="warning" /> unsaved changes: these act on what is stored
            </span>
          )}
        </div>
        {registration && exchange(registration.messages, 'the registration')}
        <CheckSteps name={name} exchange={exchange} />
      </div>
    </>
  )
}
