import { useState } from 'react'
import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { usualCodecs } from '../../../shared/model/codecs.ts'
import { offeredSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'
import { transports } from '../../../shared/model/transport.ts'
import { addressFault } from '../../../shared/words/dial.ts'
import { useEngine } from '../../state/engine.ts'
import { encryptionFormChoices, encryptionFormHint, suiteEntries } from '../../ui/choices.ts'
import { Choice, Field } from '../../ui/controls.tsx'
import { CheckField, CodecsField } from '../../ui/fields.tsx'
import { OrderedChoice } from '../../ui/ordered-choice.tsx'
import { textOf } from './text-of.ts'
import type { TrunkFaults } from './trunk-faults.ts'

/** What most trunks need nothing of: closed, unless something is set there or a check asks for it. */
export function Advanced({
  trunk,
  settings,
  set,
  faults,
}: {
  trunk: StoredTrunk
  settings: StoredTrunk
  set: (change: Partial<StoredTrunk>) => void
  faults: TrunkFaults
}) {
  const remedy = useEngine((state) => state.checks.get(trunk.name)?.remedy?.code)
  const needed =
    settings.proxy !== undefined ||
    settings.webSocketResource !== undefined ||
    settings.tlsCa !== undefined ||
    settings.tlsInsecure ||
    settings.encryptionForm !== undefined ||
    settings.srtpSuites !== undefined ||
    settings.codecs.join() !== usualCodecs().join() ||
    remedy === 'trust-certificate' ||
    remedy === 'set-proxy'
  const [toggled, setToggled] = useState<boolean | null>(null)
  const text = textOf(settings, set)
  return (
    <details
      className="section"
      open={toggled ?? needed}
      onToggle={({ currentTarget }) => currentTarget.open !== (toggled ?? needed) && setToggled(currentTarget.open)}
    >
      <summary>
        <h2>Advanced</h2>{' '}
        <span className="muted">outbound proxy, codecs, forms of encryption, registration lifetime, certificates</span>
      </summary>
      <Field
        label="Outbound proxy"
        hint="Host or host:port, where it is not the address."
        fault={faults.proxy}
        correction={settings.proxy === undefined ? null : (addressFault(settings.proxy)?.correction ?? null)}
        onCorrect={(proxy) => set({ proxy })}
      >
        {(props) => <input {...props} {...text('proxy')} className="mono" />}
      </Field>
      {transports[settings.transport].webSocket && (
        <Field
          label="WebSocket path"
          hint="Where the trunk opens WebSockets; / where it says nothing of one."
          fault={faults.webSocketResource}
        >
          {(props) => <input {...props} {...text('webSocketResource')} className="mono" />}
        </Field>
      )}
      <CodecsField
        hint="In the order in which they are offered; others are not accepted."
        value={settings.codecs}
        onChange={(codecs) => set({ codecs })}
      />
      {settings.encryption === 'allowed' && (
        <Field label="Encryption form" hint={encryptionFormHint}>
          {(props) => (
            <Choice
              {...props}
              value={settings.encryptionForm ?? 'one-line'}
              options={encryptionFormChoices}
              onChange={(encryptionForm) => set({ encryptionForm })}
            />
          )}
        </Field>
      )}
      {settings.encryption !== 'disabled' && (
        <Field
          label="SRTP suites"
          hint="Of keys in the session description, in the order in which they are offered; others are not accepted."
        >
          {(props) => (
            <OrderedChoice
              {...props}
              what="SRTP suites"
              entries={suiteEntries}
              value={settings.srtpSuites ?? null}
              usual={offeredSuites}
              usually="As usual"
              onChange={(suites) => set({ srtpSuites: suites === null ? undefined : (suites as SrtpSuite[]) })}
            />
          )}
        </Field>
      )}
      <Field label="Registration lifetime" hint="Seconds to ask for; the registrar may grant less.">
        {(props) => (
          <input
            {...props}
            type="number"
            min={1}
            value={settings.expiresS}
            onChange={(event) => set({ expiresS: Math.max(1, Math.floor(Number(event.target.value))) })}
          />
        )}
      </Field>
      <Field
        label="CA certificate"
        hint="PEM; for TLS, where the trunk's certificate is signed by nobody that this computer knows."
      >
        {(props) => <textarea {...props} {...text('tlsCa')} rows={3} className="mono" />}
      </Field>
      <CheckField label="Certificate" checked={settings.tlsInsecure} onChange={(tlsInsecure) => set({ tlsInsecure })}>
        accept any over TLS (insecure)
      </CheckField>
    </details>
  )
}
