import { usualCodecs } from '../../../shared/model/codecs.ts'
import { impairmentForms } from '../../../shared/model/impairments.ts'
import { callerWrongs } from '../../../shared/model/wrong.ts'
import { offeredSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import { draftFault } from '../../state/dial.ts'
import { useEngine } from '../../state/engine.ts'
import { edit, headerRow, useUi } from '../../state/ui.ts'
import {
  codecEntries,
  encryptionFormChoices,
  encryptions,
  packetTimes,
  suiteEntries,
  transportChoices,
} from '../../ui/choices.ts'
import { Choice, Field } from '../../ui/controls.tsx'
import { HeaderEditor } from '../../ui/header-editor.tsx'
import { OrderedChoice } from '../../ui/ordered-choice.tsx'
import { ScriptField } from './script-field.tsx'

/** What can be asked for, each with what comes of it where its name does not tell. */
const wrongForms = [
  `To the RTP that is sent, each one of: ${impairmentForms.map(({ example }) => example).join(', ')}.`,
  ...Object.entries(callerWrongs).map(([name, what]) => `${name}: ${what}.`),
].join('\n')

const none = '' as const
type OrNone<Value extends string> = Value | typeof none

/** What a call takes along beside its target: headers, and what differs from the trunk's settings. */
export function DialOptions() {
  const { draft } = useUi()
  const trunk = useEngine((state) => (draft.trunk === null ? undefined : state.trunks.get(draft.trunk)))
  const encryption = draft.encryption ?? trunk?.encryption ?? 'disabled'
  const fault = draftFault(draft)
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
              options={[[none, 'Usual (20 ms)'], ...packetTimes]}
              onChange={(value) => edit({ ptimeMs: value === none ? null : Number(value) })}
            />
          )}
        </Field>
        {encryption === 'allowed' && (
          <Field label="Encryption form" above>
            {(props) => (
              <Choice
                {...props}
                value={draft.encryptionForm ?? none}
                options={[usual, ...encryptionFormChoices]}
                onChange={(value) => edit({ encryptionForm: value === none ? null : value })}
              />
            )}
          </Field>
        )}
        <Field label="Goes wrong on purpose" above fault={fault?.of === 'impairments' ? fault.text : null}>
          {(props) => (
            <input
              {...props}
              className="mono"
              placeholder="like loss=5%, no-ack"
              title={wrongForms}
              value={draft.impairments}
              onChange={(event) => edit({ impairments: event.target.value })}
            />
          )}
        </Field>
        <div className="dial-wide">
          <ScriptField />
        </div>
        <div className="dial-wide">
          <Field label="Codecs" above>
            {(props) => (
              <OrderedChoice
                {...props}
                what="Codecs"
                entries={codecEntries}
                value={draft.codecs}
                usual={trunk?.codecs ?? usualCodecs()}
                usually={otherwise}
                onChange={(codecs) => edit({ codecs })}
              />
            )}
          </Field>
        </div>
        {encryption !== 'disabled' && (
          <div className="dial-wide">
            <Field label="SRTP suites" above>
              {(props) => (
                <OrderedChoice
                  {...props}
                  what="SRTP suites"
                  entries={suiteEntries}
                  value={draft.srtpSuites}
                  usual={trunk?.srtpSuites ?? offeredSuites}
                  usually={otherwise}
                  onChange={(suites) => edit({ srtpSuites: suites as SrtpSuite[] | null })}
                />
              )}
            </Field>
          </div>
        )}
      </div>
    </div>
  )
}
