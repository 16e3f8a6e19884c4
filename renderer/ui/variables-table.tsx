import { Foreign } from './controls.tsx'

/** Headers of a call and the variables that they become. */
export function VariablesTable({
  variables,
}: {
  variables: readonly {
    readonly name: string
    readonly value: string
    readonly variable: string | null
    readonly note: string | null
  }[]
}) {
  if (variables.length === 0) return <p className="muted">No header of this call becomes a variable.</p>
  return (
    <table className="variables">
      <thead>
        <tr>
          <th>Header</th>
          <th>Value</th>
          <th>Variable</th>
        </tr>
      </thead>
      <tbody>
        {variables.map(({ name, value, variable, note }, i) => (
          <tr key={i} className="mono">
            <td>
              <Foreign text={name} />
            </td>
            <td>
              <Foreign text={value} />
            </td>
            <td>
              {variable !== null && <Foreign text={variable} />}
              {note !== null && (
                <span className="muted">
                  {' '}
                  <Foreign text={note} />
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
