import { variablesOf } from '../../../shared/providers/variables.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { useEngine } from '../../state/engine.ts'
import { select } from '../../state/ui.ts'
import { Button, Foreign, Icon, useNow } from '../../ui/controls.tsx'
import { PersonaView } from '../../ui/persona-view.tsx'
import { VariablesTable } from '../../ui/variables-table.tsx'
import { duration, party } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'

/**
 * A call that the agent has or had last: who, for how long, what the persona made of it or the headers that become
 * variables, the digits that came.
 */
export function LiveCall({ call }: { call: CallView }) {
  const { id, from, to, displayName, state, startedAt, answeredAt, verdict } = call
  const report = useEngine((known) => known.reports.get(id))
  const live = state !== 'ended'
  const now = useNow(1000, live)
  const digits = report ? digitsOf(report) : ''
  return (
    <li className="agent-live">
      <div className="actions">
        <b>
          <Foreign text={displayName} />{' '}
          <span className="mono">
            <Foreign text={party(from)} />
          </span>{' '}
          →{' '}
          <span className="mono">
            <Foreign text={party(to)} />
          </span>
        </b>
        {live ? (
          <span className="tone-live">
            <Icon name="live" /> {state}
          </span>
        ) : (
          <span className="muted">{timeOf(startedAt)}</span>
        )}
        {live && answeredAt !== null && (
          <span className="numbers">{duration((now - Date.parse(answeredAt)) / 1000)}</span>
        )}
        <Button kind="quiet" onClick={() => select(id)}>
          Show
        </Button>
      </div>
      {!live && (
        <p className="muted">
          <Foreign text={verdict.sentence} />
        </p>
      )}
      {report &&
        (report.persona ? (
          <PersonaView persona={report.persona} />
        ) : (
          <VariablesTable variables={variablesOf(report.headers.received)} />
        ))}
      {digits !== '' && (
        <p>
          Digits received <b className="mono">{digits}</b>
        </p>
      )}
    </li>
  )
}

/** The digits that came in, in their order, however they came. */
function digitsOf({ observations }: CallReport): string {
  return observations
    .filter(({ kind }) => kind === 'digit-received')
    .map(({ value, text }) => value ?? /^digit ([0-9*#A-Da-d])\b/.exec(text)?.[1] ?? '')
    .join('')
}
