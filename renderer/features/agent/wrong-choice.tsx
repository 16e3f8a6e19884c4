import { wrongNames, wrongs, type Wrong } from '../../../shared/model/wrong.ts'

/** What the agent does wrong on purpose. It holds until the agent is started again without: nothing of it is kept. */
export function WrongChoice({
  value,
  onChange,
}: {
  value: readonly Wrong[]
  onChange: (value: readonly Wrong[]) => void
}) {
  return (
    <details className="agent-wrong" open={value.length > 0 ? true : undefined}>
      <summary>
        <h3>Wrong on purpose</h3> <span className="muted">to see how the other side takes it; not kept</span>
      </summary>
      <ul>
        {wrongNames.map((name) => (
          <li key={name}>
            <label className="check">
              <input
                type="checkbox"
                checked={value.includes(name)}
                onChange={({ target }) =>
                  onChange(wrongNames.filter((other) => (other === name ? target.checked : value.includes(other))))
                }
              />{' '}
              {wrongs[name]}
            </label>
          </li>
        ))}
      </ul>
    </details>
  )
}
