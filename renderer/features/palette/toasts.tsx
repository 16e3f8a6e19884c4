import { unsay, useRegistry } from '../../state/actions.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'
import './palette.css'

/** What was done or went wrong a moment ago, read aloud too; with the way back where there is one. */
export function Toasts() {
  const said = useRegistry((state) => state.said)
  return (
    <div className="toasts" role="region" aria-label="What happened" aria-live="polite">
      {said.map(({ id, text, tone, undo }) => (
        <div key={id} className="toast">
          <Icon name={tone === 'fault' ? 'fault' : 'ok'} />
          <span className={tone === 'fault' ? 'tone-fault' : ''}>
            <Foreign text={text} />
          </span>
          {undo && (
            <Button
              onClick={() => {
                undo()
                unsay(id)
              }}
            >
              Undo
            </Button>
          )}
          <Button kind="quiet" aria-label="Dismiss this" onClick={() => unsay(id)}>
            <Icon name="close" />
          </Button>
        </div>
      ))}
    </div>
  )
}
