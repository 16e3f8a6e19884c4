import type { PersonaReport } from '../../shared/contract/persona.ts'
import { Foreign } from './controls.tsx'

/** What a persona that only watches let a call in in spite of. */
export function WouldRefuse({ refusals }: { refusals: NonNullable<PersonaReport['wouldRefuse']> }) {
  return (
    <section aria-label="Would be refused">
      <h3>Would be refused</h3>
      <ul className="persona-refusals">
        {refusals.map(({ status, because, next }, i) => (
          <li key={i}>
            <b className="tone-warning numbers">{status}</b> <Foreign text={because} />
            <p className="persona-next">
              <span className="muted">Next</span> <Foreign text={next} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
