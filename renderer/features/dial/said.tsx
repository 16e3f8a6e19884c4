import { useEffect, useState } from 'react'
import type { DialFault } from '../../../shared/words/dial.ts'
import { draftAdvice, draftLeadsTo } from '../../state/dial.ts'
import { useEngine } from '../../state/engine.ts'
import { edit, newTrunk, show, useUi } from '../../state/ui.ts'
import { Button, Fault, Foreign } from '../../ui/controls.tsx'

/** Whether a value has stayed the same for so long. */
export function useQuiet(value: unknown, ms: number): boolean {
  const [quiet, setQuiet] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return quiet === value
}

const mostTrunks = 3

/**
 * Under the field, over what is below it, so that nothing moves: why the draft cannot be dialled with what mends it, or
 * the request URI that a number leads to.
 */
export function Said({
  fault,
  refused,
  onCorrect,
}: {
  fault: DialFault | null
  refused: string | null
  onCorrect: (uri: string, caret: number | null, headers: readonly { name: string; value: string }[]) => void
}) {
  const draft = useUi((state) => state.draft)
  const trunks = useEngine((state) => state.trunks)
  const uri = fault || refused ? null : draftLeadsTo(draft)
  const [advice] = fault || refused ? [] : draftAdvice(draft)
  const { correction = null, caret = null, headers = [], remedy } = fault ?? {}
  return (
    <div className="dial-said" role="status">
      {fault && (
        <Fault text={fault.text}>
          {correction !== null && (
            <Button kind="quiet" onClick={() => onCorrect(correction, caret, headers)}>
              Use <Foreign text={correction} />
              {headers.length > 0 && <Foreign text={` and ${headers.map(({ name }) => name).join(', ')} as headers`} />}
            </Button>
          )}
          {remedy?.code === 'choose-trunk' &&
            [...trunks.keys()].slice(0, mostTrunks).map((name) => (
              <Button key={name} kind="quiet" onClick={() => edit({ trunk: name })}>
                Through <Foreign text={name} />
              </Button>
            ))}
          {remedy?.code === 'choose-trunk' && trunks.size === 0 && (
            <Button kind="quiet" onClick={() => show('trunks', newTrunk)}>
              Add a trunk
            </Button>
          )}
        </Fault>
      )}
      {refused && <Fault text={refused} />}
      {uri !== null && (
        <p className="hint dial-leads">
          Calls{' '}
          <span className="mono">
            <Foreign text={uri} />
          </span>
        </p>
      )}
      {advice !== undefined && (
        <p className="hint">
          <Foreign text={advice} />
        </p>
      )}
    </div>
  )
}
