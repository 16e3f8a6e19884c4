import type { PersonaReport } from '../../shared/contract/persona.ts'
import { ControlView } from './control-view.tsx'
import { Foreign, Icon, type IconName } from './controls.tsx'
import { VariablesTable } from './variables-table.tsx'
import { WebhookView } from './webhook-view.tsx'
import { WouldRefuse } from './would-refuse.tsx'
import './persona.css'

const decisions: { readonly [Kind in PersonaReport['decision']]: readonly [icon: IconName, tone: string] } = {
  accepted: ['ok', 'ok'],
  refused: ['fault', 'fault'],
  challenged: ['unknown', 'unknown'],
  ignored: ['warning', 'warning'],
}

/**
 * What a persona made of a call: its decision, what to change where it refused, the variables, the webhook, and what
 * was compared on the way.
 */
export function PersonaView({ persona }: { persona: PersonaReport }) {
  const { name, provider, decision, because, next, path, got, variables, webhook, control, wouldRefuse } = persona
  const [icon, tone] = decisions[decision]
  const failed = path.find(({ holds }) => holds === false)
  return (
    <div className="persona">
      <p className="persona-decision">
        <b className={`tone-${tone}`}>
          <Icon name={icon} /> {decision}
        </b>{' '}
        by <Foreign text={provider} /> <span className="muted">(persona {name})</span>
        {because !== null && (
          <>
            : <Foreign text={because} />
          </>
        )}
      </p>
      {next !== null && (
        <p className="persona-next">
          <span className="muted">Next</span> <Foreign text={next} />
          {failed && (
            <span className="muted">
              {' '}
              <Foreign text={`${failed.subject}: ${failed.arrived} came, ${failed.wanted} was wanted.`} />
            </span>
          )}
        </p>
      )}
      {wouldRefuse && <WouldRefuse refusals={wouldRefuse} />}
      <div className="persona-parts">
        <section aria-label="Variables">
          <h3>Headers and variables</h3>
          <VariablesTable variables={variables} />
          {got.length > 0 && (
            <dl className="persona-got">
              {got.map((one, i) => (
                <div key={i}>
                  <dt>
                    <Foreign text={one.name} />
                  </dt>
                  <dd className="mono">
                    <Foreign text={one.value} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </section>
        {webhook && <WebhookView webhook={webhook} />}
        {control && <ControlView control={control} />}
      </div>
      {path.length > 0 && <Path path={path} decision={decision} tone={tone} />}
    </div>
  )
}

const marks = [
  { holds: true, icon: 'ok', word: 'holds' },
  { holds: false, icon: 'fault', word: 'does not hold' },
  { holds: null, icon: 'unknown', word: 'decides nothing' },
] as const

/** What was compared, in order, to the branch that was taken. */
function Path({ path, decision, tone }: Pick<PersonaReport, 'path' | 'decision'> & { tone: string }) {
  return (
    <section aria-label="Decision path">
      <h3>Decision path</h3>
      <div className="persona-scroll" tabIndex={0} role="group" aria-label="Steps of the decision">
        <table className="persona-path">
          <thead>
            <tr>
              <th>
                <span className="hidden">result</span>
              </th>
              <th>Looked at</th>
              <th>Arrived</th>
              <th>Wanted</th>
              <th>As says</th>
            </tr>
          </thead>
          <tbody>
            {path.map(({ subject, arrived, wanted, holds, source }, i) => {
              const mark = marks.find((one) => one.holds === holds)!
              return (
                <tr key={i} className={holds === false ? 'is-failed' : ''}>
                  <td>
                    <Icon name={mark.icon} />
                    <span className="hidden">{mark.word}</span>
                  </td>
                  <td>
                    <Foreign text={subject} />
                  </td>
                  <td className="mono">
                    <Foreign text={arrived} />
                  </td>
                  <td className="mono">
                    <Foreign text={wanted} />
                  </td>
                  <td className="muted">
                    {source ? (
                      <span title={source.url}>
                        <Foreign text={source.source} />, {source.asOf}
                      </span>
                    ) : (
                      'a choice of ours'
                    )}
                  </td>
                </tr>
              )
            })}
            <tr className={`persona-branch tone-${tone}`}>
              <td>
                <Icon name="leg" />
              </td>
              <td colSpan={4}>{decision}</td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  )
}
