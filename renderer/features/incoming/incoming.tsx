import { execute, useEngine } from '../../state/engine.ts'
import { select, useUi } from '../../state/ui.ts'
import { handOver } from '../../state/dial.ts'
import { talk } from '../../state/voice.ts'
import { Act, Foreign, Icon } from '../../ui/controls.tsx'
import { SourceChoice } from '../../ui/source-choice.tsx'
import { party } from '../../../shared/shown/format.ts'
import { useActions } from '../../state/actions.ts'
import { useRinging } from './ringing.ts'
import { useState } from 'react'
import { elide } from '../../../shared/base/text.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import type { SourceArgs } from '../../../shared/contract/place-call.ts'

/** Calls that ring until a person decides, whatever screen is shown. */
export function Incoming() {
  const calls = useEngine((state) => state.calls)
  const waiting = [...calls.values()].filter((call) => call.waiting)
  useRinging(waiting)
  return (
    <div role="region" aria-label="Incoming calls">
      {waiting.map((call, i) => (
        <Ringing key={call.id} call={call} first={i === 0} />
      ))}
    </div>
  )
}

/** `first`: the key answers this one. */
function Ringing({ call: { id, from, to, displayName }, first }: { call: CallView; first: boolean }) {
  const [source, setSource] = useState<SourceArgs>({ kind: 'marker' })
  const shown = useUi((state) => state.call === id && state.screen === 'calls')
  const answer = async () => {
    await execute('call.answer', { id, source })
    select(id)
    if (source.kind === 'microphone') void talk(id)
  }
  const refuse = () => execute('call.reject', { id })
  const who = elide(party(from), 40)
  useActions([
    { id: first ? 'call.answer' : `call.answer.${id}`, group: 'Call', name: `Answer ${who}`, run: answer },
    { id: `call.refuse.${id}`, group: 'Call', name: `Refuse ${who}`, run: refuse },
  ])
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
      <SourceChoice
        aria-label="Answer with"
        value={source}
        onChange={setSource}
        onMicrophone={() => setSource({ kind: 'microphone' })}
        handOver={handOver}
      />
      <Act kind="primary" run={answer}>
        Answer {first && <kbd aria-hidden="true">A</kbd>}
      </Act>
      <Act kind="danger" run={refuse}>
        Refuse
      </Act>
    </div>
  )
}
