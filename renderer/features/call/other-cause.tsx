import { useState } from 'react'
import type { Change } from '../../../shared/contract/change.ts'
import type { Placed } from '../../../shared/contract/place-call.ts'
import { usualCodecs } from '../../../shared/model/codecs.ts'
import { anyLocalAddress } from '../../../shared/model/local-address.ts'
import { useActions } from '../../state/actions.ts'
import { codecEntries, encryptions, packetTimes, transportChoices } from '../../ui/choices.ts'
import { Button, Choice, Field } from '../../ui/controls.tsx'
import { OrderedChoice } from '../../ui/ordered-choice.tsx'
import { Prove } from './proof.tsx'

type What = Change['what']

const kinds: readonly (readonly [What, string])[] = [
  ['transport', 'Transport'],
  ['encryption', 'Media encryption'],
  ['codecs', 'Codecs'],
  ['number', 'Number'],
  ['headers', 'Headers that stay'],
  ['digest', 'Credentials'],
  ['caller-id', 'Caller ID'],
  ['local-address', 'Local address'],
  ['ptime', 'Packet time'],
]

/** What each is to be where nothing is chosen yet: another than it was, where that is known. */
function firstOf(what: What, placed: Placed): Change {
  switch (what) {
    case 'transport':
      return { what, to: placed.transport === 'tcp' ? 'udp' : 'tcp' }
    case 'encryption':
      return { what, to: placed.encryption === 'required' ? 'disabled' : 'required' }
    case 'codecs':
      return { what, to: placed.codecs ?? usualCodecs() } as Change
    case 'number':
      return { what, to: '+' }
    case 'headers':
      return { what, to: [] }
    case 'digest':
      return { what, to: 'on' }
    case 'caller-id':
      return { what, to: placed.from ?? '' }
    case 'local-address':
      return { what, to: anyLocalAddress }
    case 'ptime':
      return { what, to: placed.ptimeMs === undefined || placed.ptimeMs === 20 ? 30 : 20 }
  }
}

const hints: { readonly [Of in What]?: string } = {
  'number': 'The user part; a plus alone adds one to the number, or takes it away.',
  'headers': 'Names, separated by spaces; all others that were added are left out.',
  'local-address': 'An address of this computer; any: whichever reaches the peer.',
}

/** Any one thing of a call that failed, to prove whether it is the cause. */
export function OtherCause({ id, placed }: { id: string; placed: Placed }) {
  const [change, setChange] = useState<Change | null>(null)
  const open = () => setChange(firstOf('transport', placed))
  useActions([{ id: 'call.prove-other', group: 'Call', name: 'Try another cause', run: open }])
  if (!change)
    return (
      <Button kind="quiet" onClick={open}>
        Try another cause …
      </Button>
    )
  return (
    <form className="other-cause" aria-label="Another cause" onSubmit={(event) => event.preventDefault()}>
      <Field label="Change" above>
        {(props) => (
          <Choice
            {...props}
            value={change.what}
            options={kinds}
            onChange={(what) => setChange(firstOf(what, placed))}
          />
        )}
      </Field>
      <Field label="To" above hint={hints[change.what]}>
        {(props) => <To {...props} change={change} onChange={setChange} />}
      </Field>
      <Prove id={id} what={{ change }} asks={change.what === 'digest' && change.to === 'on' && !placed.trunk} />
    </form>
  )
}

/** What the thing is to be. */
function To({
  change,
  onChange,
  ...props
}: {
  'change': Change
  'onChange': (change: Change) => void
  'id': string
  'aria-describedby': string | undefined
}) {
  switch (change.what) {
    case 'transport':
      return (
        <Choice
          {...props}
          value={change.to}
          options={transportChoices}
          onChange={(to) => onChange({ what: 'transport', to })}
        />
      )
    case 'encryption':
      return (
        <Choice
          {...props}
          value={change.to}
          options={encryptions}
          onChange={(to) => onChange({ what: 'encryption', to })}
        />
      )
    case 'codecs':
      return (
        <OrderedChoice
          {...props}
          what="Codecs"
          entries={codecEntries}
          value={change.to}
          onChange={(to) => onChange({ what: 'codecs', to } as Change)}
        />
      )
    case 'digest':
      return (
        <Choice {...props} value={change.to} options={answers} onChange={(to) => onChange({ what: 'digest', to })} />
      )
    case 'ptime':
      return (
        <Choice
          {...props}
          value={String(change.to)}
          options={packetTimes}
          onChange={(ms) => onChange({ what: 'ptime', to: Number(ms) })}
        />
      )
    case 'headers':
      return (
        <input
          {...props}
          className="mono"
          defaultValue={change.to.join(' ')}
          onChange={({ target }) => onChange({ what: 'headers', to: target.value.match(/\S+/g) ?? [] })}
        />
      )
    default: {
      const { what } = change
      return (
        <input
          {...props}
          className="mono"
          value={change.to}
          onChange={({ target }) => onChange({ what, to: target.value.trim() })}
        />
      )
    }
  }
}

const answers = [
  ['on', 'challenges are answered'],
  ['off', 'challenges are not answered'],
] as const
