import type { ControlReport } from '../../shared/contract/persona.ts'
import { Foreign } from './controls.tsx'

/** What the server of those who own the call said is to become of it, and when. */
export function ControlView({ control: { callId, acceptedAfterMs, requests } }: { control: ControlReport }) {
  return (
    <section aria-label="Control">
      <h3>The owner’s server</h3>
      <p>
        call <code>{callId}</code>{' '}
        <span className="muted">
          {acceptedAfterMs === null ? 'not accepted' : `accepted after ${Math.round(acceptedAfterMs)} ms`}
        </span>
      </p>
      {requests.length === 0 ? (
        <p className="muted">It has called nothing.</p>
      ) : (
        <table className="variables numbers">
          <thead>
            <tr>
              <th>Action</th>
              <th>After</th>
              <th>Status</th>
            </tr>
          </thead>
          <tbody>
            {requests.map(({ action, afterMs, status, error }, i) => (
              <tr key={i}>
                <td>{action}</td>
                <td>{Math.round(afterMs)} ms</td>
                <td>
                  {status}
                  {error !== null && (
                    <span className="tone-fault">
                      {' '}
                      <Foreign text={error} />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
