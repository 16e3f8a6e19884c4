import { edit, headerRow, useUi } from '../../state/ui.ts'
import { codecOrders, encryptions, transportChoices } from '../../ui/choices.ts'
import { Choice, Field } from '../../ui/controls.tsx'
import { HeaderEditor } from '../../ui/header-editor.tsx'

const none = '' as const
type OrNone<Value extends string> = Value | typeof none

/** What a call takes along beside its target: headers, and what differs from the trunk's settings. */
export function DialOptions() {
  const { draft } = useUi()
  const otherwise = draft.trunk === null ? 'Usual' : 'As the trunk says'
  const usual = [none, otherwise] as const
  return (
    <div id="dial-options" className="dial-options" role="group" aria-label="Options of the call">
      <HeaderEditor rows={draft.headers} onChange={(headers) => edit({ headers })} make={headerRow} />
      <div className="dial-more">
        <Field label="Caller ID" above>
          {(props) => (
            <input
              {...props}
              className="mono"
              placeholder={draft.trunk === null ? 'number or URI' : 'as the trunk says'}
              title="A number or a URI, for From"
              value={draft.from}
              onChange={(event) => edit({ from: event.target.value })}
            />
          )}
        </Field>
        <Field label="Display name" above>
          {(props) => (
            <input
              {...props}
              value={draft.displayName}
              onChange={(event) => edit({ displayName: event.target.value })}
            />
          )}
        </Field>
        <Field label="Media encryption" above>
          {(props) => (
            <Choice
              {...props}
              value={(draft.encryption ?? none) as OrNone<NonNullable<typeof draft.encryption>>}
              options={[usual, ...encryptions]}
              onChange={(value) => edit({ encryption: value === none ? null : value })}
            />
          )}
        </Field>
        <Field label="Codecs" above>
          {(props) => (
            <Choice
              {...props}
              value={draft.codecs?.join(',') ?? none}
              options={[usual, ...codecOrders(draft.codecs)]}
              onChange={(value) => edit({ codecs: value === none ? null : value.split(',') })}
            />
          )}
        </Field>
        <Field label="Transport" above>
          {(props) => (
            <Choice
              {...props}
              value={(draft.transport ?? none) as OrNone<(typeof transportChoices)[number][0]>}
              options={[[none, draft.trunk === null ? 'As the URI says' : otherwise], ...transportChoices]}
              onChange={(value) => edit({ transport: value === none ? null : value })}
            />
          )}
        </Field>
        <Field label="Packet time" above>
          {(props) => (
            <Choice
              {...props}
              value={draft.ptimeMs === null ? none : String(draft.ptimeMs)}
              options={[[none, 'Usual (20 ms)'], ...ptimes]}
              onChange={(value) => edit({ ptimeMs: value === none ? null : Number(value) })}
            />
          )}
        </Field>
      </div>
    </div>
  )
}

const ptimes = ['10', '20', '30', '40', '60'].map((ms) => [ms, `${ms} ms`] as const)
