import { variablesOf } from '../../../shared/providers/variables.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { useEngine } from '../../state/engine.ts'
import { select } from '../../state/ui.ts'
import { Button, Foreign, useNow } from '../../ui/controls.tsx'
import { duration, party } from '../../../shared/shown/format.ts'

/** A call that the agent has now: who, for how long, the headers that become variables, the digits that came. */
export function LiveCall({ call: { id, from, to, displayName, state, answeredAt } }: { call: CallView }) {
  const report = useEngine((known) => known.reports.get(id))
  const now = useNow(1000, true)
  const headers = variablesOf(report?.headers.received ?? [])
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
        <span className="tone-live">{state}</span>
        {answeredAt !== null && <span className="numbers">{duration((now - Date.parse(answeredAt)) / 1000)}</span>}
        <Button kind="quiet" onClick={() => select(id)}>
          Show
        </Button>
      </div>
      {headers.length > 0 ? (
        <table>
          <thead>
            <tr>
              <th>Header</th>
              <th>Value</th>
              <th>Variable</th>
            </tr>
          </thead>
          <tbody>
            {headers.map(({ name, value, variable, note }, i) => (
              <tr key={i} className="mono">
                <td>
                  <Foreign text={name} />
                </td>
                <td>
                  <Foreign text={value} />
                </td>
                <td>
                  {variable !== null && <Foreign text={variable} />}
                  {note !== null && <span className="muted"> {note}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        report && <p className="muted">No header of this call becomes a variable.</p>
      )}
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
