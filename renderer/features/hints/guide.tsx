import { callGuide, endGuide, nextStep, useGuide } from '../../state/guide.ts'
import { Act, Button } from '../../ui/controls.tsx'
import { HintCard } from './hint-card.tsx'

const steps = [
  [
    'It was refused.',
    'The verdict at the top says by whom and with which status; the finding below it says why, in a sentence for ' +
      'a ticket.',
  ],
  [
    'The evidence.',
    'The finding rests on numbered messages: press ] to go through them. The offer (INVITE) has RTP/AVP, media in ' +
      'clear; the answer is 488.',
  ],
  [
    'Change one thing.',
    'The agent of this minute demands encrypted media. Call it again with media encryption required, and nothing ' +
      'else changed.',
  ],
  ['Proven.', 'The same call with that one change is answered, and audio goes both ways: the cause is found.'],
] as const
const change = 2

/** The minute with a fault, a step at a time. */
export function GuideHint() {
  const step = useGuide((state) => state.step)
  if (step === null) return null
  const [title, text] = steps[step]!
  const last = step === steps.length - 1
  return (
    <HintCard title={title} text={text} step={step} of={steps.length} skip={endGuide}>
      {step === change ? (
        <Act
          kind="primary"
          run={async () => {
            await callGuide('required')
            nextStep(steps.length)
          }}
        >
          Call again, encrypted
        </Act>
      ) : (
        <Button kind="primary" onClick={() => nextStep(steps.length)}>
          {last ? 'Done' : 'Next'}
        </Button>
      )}
    </HintCard>
  )
}
