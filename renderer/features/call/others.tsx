import type { CallView } from '../../../shared/contract/views.ts'
import { useActions, type Action } from '../../state/actions.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { otherCalls, partyOf } from '../../state/other-end.ts'
import { select } from '../../state/ui.ts'
import { talk, useVoice } from '../../state/voice.ts'
import { Act, Button, Foreign, Icon } from '../../ui/controls.tsx'
import { Menu } from '../../ui/menu.tsx'
import './talk.css'

/** What can be done with a call and others that are answered: to join them, to go over to one, to part again. */
export function OtherCalls({ view }: { view: CallView }) {
  const { id, joined } = view
  const calls = useEngine((known) => known.calls)
  const leave = () => execute('call.leave', { id })
  const items = otherCalls(calls, id).flatMap((other): Action[] => {
    const who = partyOf(other)
    const isJoined = joined.includes(other.id)
    const join = { id: `call.join-${other.id}`, name: `Join with ${who}`, run: () => joinWith(id, other) }
    const over = { id: `call.switch-${other.id}`, name: `Switch to ${who}`, run: () => switchTo(id, other) }
    return [...(isJoined ? [] : [join]), over].map((item) => ({ group: 'Call', ...item }))
  })
  useActions([
    ...items,
    ...(joined.length > 0 ? [{ id: 'call.leave', group: 'Call', name: 'Leave the joined calls', run: leave }] : []),
  ])
  return (
    <>
      {joined.length > 0 && (
        <Act run={leave} title="This call goes on by itself">
          Leave
        </Act>
      )}
      {items.length > 0 && (
        <Menu label="Other calls" items={items}>
          Other calls <Icon name="down" />
        </Menu>
      )}
    </>
  )
}

/** With which calls this one is joined; nothing where it is not. */
export function Joined({ view }: { view: CallView }) {
  const calls = useEngine((known) => known.calls)
  const others = view.joined.flatMap((id) => calls.get(id) ?? [])
  if (others.length === 0) return null
  return (
    <section className="talking" aria-label="Joined calls">
      <p role="status">Joined with, so that everybody hears the others:</p>
      {others.map((other) => (
        <Button key={other.id} kind="quiet" onClick={() => select(other.id)}>
          <Foreign text={partyOf(other)} />
        </Button>
      ))}
    </section>
  )
}

/** Where nobody talks by the microphone yet, what is said in this call is heard in all. */
async function joinWith(id: string, other: CallView): Promise<void> {
  const isHost = useVoice.getState().call !== other.id
  await execute('call.join', isHost ? { id, with: other.id } : { id: other.id, with: id })
}

/** This call is held, the other one goes on, and with it whoever talks by the microphone. */
async function switchTo(id: string, other: CallView): Promise<void> {
  await execute('call.hold', { id, on: true })
  if (other.held) await execute('call.hold', { id: other.id, on: false })
  const { call, step } = useVoice.getState()
  select(other.id)
  if (call === id && step !== 'off') await talk(other.id)
}
