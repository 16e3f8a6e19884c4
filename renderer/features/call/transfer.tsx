import { useState } from 'react'
import { execute, useEngine } from '../../state/engine.ts'
import { otherCalls, partyOf } from '../../state/other-end.ts'
import { Button, Fault, Foreign, Icon } from '../../ui/controls.tsx'
import './transfer.css'

type State =
  | { readonly kind: 'choosing' }
  | { readonly kind: 'asked'; readonly target: string }
  | { readonly kind: 'done'; readonly target: string; readonly status: number | null }
  | { readonly kind: 'failed'; readonly why: string }

/**
 * Hands the peer of a call on: to a URI or a number, or to the peer of another call that is answered. What came of it
 * stays there when the call is over. `talking`: the call goes on; `onClose` where nothing was asked.
 */
export function Transfer({ id, talking, onClose }: { id: string; talking: boolean; onClose: () => void }) {
  const [state, setState] = useState<State>({ kind: 'choosing' })
  const [to, setTo] = useState('')
  const calls = useEngine((known) => known.calls)
  const others = otherCalls(calls, id)
  const ask = async (target: string, args: { readonly to: string } | { readonly with: string }) => {
    setState({ kind: 'asked', target })
    try {
      const { status } = await execute('call.transfer', { id, ...args })
      setState({ kind: 'done', target, status })
    } catch (error) {
      setState({ kind: 'failed', why: (error as Error).message })
    }
  }
  const asks = state.kind === 'choosing' || state.kind === 'failed'
  if (!talking && state.kind === 'choosing') return null
  return (
    <form
      className="transfer"
      aria-label="Transfer"
      onSubmit={(event) => {
        event.preventDefault()
        if (to.trim() !== '') void ask(to.trim(), { to: to.trim() })
      }}
      onKeyDown={(event) => event.key === 'Escape' && asks && onClose()}
    >
      {asks && talking && (
        <>
          <input
            className="mono"
            aria-label="Transfer to"
            placeholder="number or sip:identifier@host"
            value={to}
            autoFocus
            spellCheck={false}
            onChange={(event) => setTo(event.target.value)}
          />
          <Button type="submit" disabled={to.trim() === ''}>
            Transfer
          </Button>
          {others.map((other) => (
            <Button
              key={other.id}
              title="The peer of this call takes our place in that one"
              onClick={() => void ask(partyOf(other), { with: other.id })}
            >
              To the call with {partyOf(other)}
            </Button>
          ))}
        </>
      )}
      {state.kind === 'failed' && <Fault text={`${state.why}${talking ? '; the call goes on' : ''}.`} />}
      <p role="status">
        {state.kind === 'asked' && (
          <>
            The peer is asked to call <Foreign text={state.target} /> …
          </>
        )}
        {state.kind === 'done' && <Outcome target={state.target} status={state.status} />}
      </p>
    </form>
  )
}

function Outcome({ target, status }: { target: string; status: number | null }) {
  return status === null ? (
    <span className="tone-unknown">
      <Icon name="unknown" /> The peer accepted the transfer to <Foreign text={target} />; what became of it is unknown,
      because it reports nothing.
    </span>
  ) : (
    <span className="tone-ok">
      <Icon name="ok" /> Transferred to <Foreign text={target} />: the peer reports {status}.
    </span>
  )
}
