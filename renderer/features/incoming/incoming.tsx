import { execute, useEngine } from '../../state/engine.ts'
import { select, useUi } from '../../state/ui.ts'
import { handOver } from '../../state/dial.ts'
import { Act, Foreign, Icon } from '../../ui/controls.tsx'
import { SourceChoice } from '../../ui/source-choice.tsx'
import { party } from '../../ui/format.ts'
import { useState } from 'react'
import type { CallView } from '../../../shared/contract/views.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'

/** Calls that ring until a person decides, whatever screen is shown. */
export function Incoming() {
  const calls = useEngine((state) => state.calls)
  const waiting = [...calls.values()].filter((call) => call.waiting)
  return (
    <div role="region" aria-label="Incoming calls">
      {waiting.map((call) => (
        <Ringing key={call.id} call={call} />
      ))}
    </div>
  )
}

function Ringing({ call: { id, from, to, displayName } }: { call: CallView }) {
  const [source, setSource] = useState<SourceArgs>({ kind: 'marker' })
  const shown = useUi((state) => state.call === id && state.screen === 'calls')
  const answer = async () => {
    await execute('call.answer', { id, source })
    select(id)
  }
  return (
    <div className="notice" role="alert">
      <Icon name="in" />
      <span>
        Incoming call from{' '}
        {displayName !== '' && (
          <>
            <Foreign text={displayName} />{' '}
          </>
        )}
        <b className="mono">
          <Foreign text={party(from)} />
        </b>{' '}
        to{' '}
        <span className="mono">
          <Foreign text={party(to)} />
        </span>
      </span>
      {!shown && (
        <button type="button" className="button quiet" onClick={() => select(id)}>
          Show
        </button>
      )}
      <SourceChoice aria-label="Answer with" value={source} onChange={setSource} handOver={handOver} />
      <Act kind="primary" run={answer}>
        Answer
      </Act>
      <Act kind="danger" run={() => execute('call.reject', { id })}>
        Refuse
      </Act>
    </div>
  )
}
