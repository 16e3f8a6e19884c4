import type { ShownExchange } from './trunks.tsx'
import { useEngine } from '../../state/engine.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import { withPlace } from '../../ui/remedies.ts'

/** The steps of the last check, as they happen. */
export function CheckSteps({ name, exchange }: { name: string; exchange: ShownExchange }) {
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
            <span className="muted numbers">{Math.round(Date.parse(at) - Date.parse(check.steps[0]!.at))} ms</span>
            <Icon name={ok ? 'ok' : 'fault'} />
            <span className="muted">{kind}</span>
            <Foreign text={text} />
          </li>
        ))}
      </ol>
      <p role="status">
        {check.done ? (
          <b className={check.ok ? 'tone-ok' : 'tone-fault'}>
            <Icon name={check.ok ? 'ok' : 'fault'} /> <Foreign text={withPlace(check.sentence, check.remedy)} />
          </b>
        ) : (
          'Checking …'
        )}
      </p>
      {exchange(check.messages, 'the check')}
    </div>
  )
}
