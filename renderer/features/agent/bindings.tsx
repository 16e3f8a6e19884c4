import type { BindingView } from '../../../shared/contract/agent-parts.ts'
import { Foreign } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'

/** Who is registered with an agent that has a registrar. */
export function Bindings({ bindings }: { bindings: readonly BindingView[] }) {
  if (bindings.length === 0) return <p className="muted">Nobody is registered here.</p>
  return (
    <table className="agent-bindings">
      <caption>Registered here</caption>
      <thead>
        <tr>
          <th>User</th>
          <th>Contact</th>
          <th>REGISTER from</th>
          <th>User agent</th>
          <th>Until</th>
        </tr>
      </thead>
      <tbody>
        {bindings.map(({ user, contact, source, userAgent, until }) => (
          <tr key={`${user} ${contact}`}>
            <td>
              <Foreign text={user} />
            </td>
            <td className="mono">
              <Foreign text={contact} />
            </td>
            <td className="mono">
              <Foreign text={source} />
            </td>
            <td>{userAgent !== null && <Foreign text={userAgent} />}</td>
            <td>{timeOf(until)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
