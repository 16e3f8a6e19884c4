import { useUi } from '../../state/ui.ts'
import { Button } from '../../ui/controls.tsx'
import { GuideHint } from './guide.tsx'
import { HintCard } from './hint-card.tsx'

const hints = [
  [
    'The verdict',
    'The line above the ladder says whether audio went both ways, or why not, with the evidence and the next step.',
  ],
  [
    'The ladder',
    'Every message with its time; select one, or press J and K, to see what each header is for. Double lines are RTP.',
  ],
  [
    'The media',
    'Below: both directions side by side as they arrive. The marker that is sent comes back through the ' +
      'agent’s echo, which proves the round trip.',
  ],
] as const

/** After the first test call: three things to look at. Else the step of the minute with a fault, while it goes on. */
export function Hints() {
  const hint = useUi((state) => state.hint)
  if (hint === null) return <GuideHint />
  const [title, text] = hints[hint]
  const last = hint === hints.length - 1
  const close = () => useUi.setState({ hint: null })
  return (
    <HintCard title={title} text={text} step={hint} of={hints.length} skip={close}>
      <Button kind="primary" onClick={() => (last ? close() : useUi.setState({ hint: (hint + 1) as 1 | 2 }))}>
        {last ? 'Done' : 'Next'}
      </Button>
    </HintCard>
  )
}
