import type { CallView } from '../../../shared/contract/views.ts'
import { useActions } from '../../state/actions.ts'
import { select, show } from '../../state/ui.ts'
import { silence, talk, useVoice } from '../../state/voice.ts'
import { Act, Button, Fault, Foreign, Icon } from '../../ui/controls.tsx'
import { Level } from '../../ui/level.tsx'
import './talk.css'

/** Whether the microphone of this window is for that call. */
const useTalking = (id: string) => useVoice(({ call, step }) => (call === id ? step : 'off'))

/** The button that brings the microphone of this window into a call, and takes it out again. */
export function TalkButton({ id }: { id: string }) {
  const step = useTalking(id)
  const toggle = () => (step === 'off' ? talk(id) : silence())
  useActions([{ id: 'call.talk', group: 'Call', name: step === 'off' ? 'Talk' : 'Stop talking', run: toggle }])
  return (
    <Act run={async () => toggle()} title="S">
      <Icon name="microphone" /> {step === 'off' ? 'Talk' : 'Stop talking'}
    </Act>
  )
}

/** Which microphone is in the call and how loud it is, or what keeps it out; nothing where nobody wants to talk. */
export function Talking({ view }: { view: CallView }) {
  const step = useTalking(view.id)
  const { microphone, level, fault } = useVoice()
  const isFaulty = fault?.call === view.id
  if (step === 'off' && !isFaulty && view.voice === null) return null
  return (
    <section className="talking" aria-label="Microphone">
      {isFaulty && (
        <Fault text={fault.text}>
          <Button kind="quiet" onClick={() => show('settings', 'microphone')}>
            Devices …
          </Button>
        </Fault>
      )}
      {step !== 'off' && (
        <p className={view.muted ? 'tone-warning' : ''} role="status">
          <Icon name="microphone" /> {saidOf(step, view)} <Foreign text={microphone ?? ''} />
        </p>
      )}
      {step !== 'off' && level !== null && <Level dbfs={level} label="Level of the microphone" />}
      {step === 'off' && view.voice !== null && <p role="status">Another window talks in this call.</p>}
      {view.voice !== null && (
        <Button kind="quiet" onClick={() => select(view.voice)}>
          Its own ladder and figures
        </Button>
      )}
      {step === 'talking' && (
        <Button kind="quiet" onClick={() => show('settings', 'microphone')}>
          Devices …
        </Button>
      )}
    </section>
  )
}

function saidOf(step: 'opening' | 'talking', { muted, state }: CallView): string {
  if (muted) return 'Muted:'
  if (step === 'talking') return 'You are heard by'
  return state === 'answered' ? 'The microphone is being opened …' : 'You are heard once the call is answered:'
}

/** On the page of a leg: what it is for. */
export function OfCall({ id }: { id: string }) {
  return (
    <section className="talking" aria-label="Microphone">
      <p>This leg brings the microphone of a window to a call.</p>
      <Button kind="quiet" onClick={() => select(id)}>
        Back to the call
      </Button>
    </section>
  )
}
