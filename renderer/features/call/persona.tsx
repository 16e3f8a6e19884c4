import type { CallReport } from '../../../shared/contract/report.ts'
import { Foreign } from '../../ui/controls.tsx'
import { PersonaView } from '../../ui/persona-view.tsx'
import './persona.css'

/** What the persona that the agent plays made of the call: in short until it is opened. */
export function Persona({ persona }: Pick<CallReport, 'persona'>) {
  if (!persona) return null
  const { decision, provider, path, webhook } = persona
  return (
    <details className="call-persona">
      <summary>
        <h3>Persona</h3>{' '}
        <span className="muted">
          <Foreign text={provider} />: {decision} after {path.length} {path.length === 1 ? 'step' : 'steps'}
          {webhook && (
            <>
              , webhook{' '}
              {webhook.response ? `${webhook.response.status} after ${webhook.tookMs} ms` : 'without an answer'}
            </>
          )}
        </span>
      </summary>
      <div tabIndex={0} role="group" aria-label="What the persona made of the call">
        <PersonaView persona={persona} />
      </div>
    </details>
  )
}
