import type { RelatedCall } from '../../../shared/contract/report.ts'
import { useActions } from '../../state/actions.ts'
import { compareWith, select } from '../../state/ui.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'

/** Its number in the capture, which a report and a list name too. */
const nameOf = ({ call }: RelatedCall) => `call ${call.slice(call.lastIndexOf('.') + 1)}`

/** The other legs of a captured call, how sure that is and why; each is opened, or put beside this one. */
export function Legs({ legs }: { legs: readonly RelatedCall[] }) {
  useActions(
    legs.map((leg) => ({
      id: `call.leg.${leg.call}`,
      group: 'Call',
      name: `Open the other leg, ${nameOf(leg)}`,
      run: () => select(leg.call),
    })),
  )
  if (legs.length === 0) return null
  return (
    <section className="call-legs" aria-label="Other legs">
      <b>{legs.length === 1 ? 'Other leg' : 'Other legs'}</b>
      <ul>
        {legs.map((leg) => (
          <li key={leg.call}>
            <Icon name="leg" />
            <Button kind="quiet" title={`Call-ID ${leg.callId}`} onClick={() => select(leg.call)}>
              {nameOf(leg)}
            </Button>
            <span className="muted">
              {leg.certainty}: <Foreign text={leg.reason} />
            </span>
            <Button kind="quiet" onClick={() => compareWith(leg.call)}>
              Compare
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
