import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { encryptionBound, transportBound } from '../../../shared/providers/advice.ts'
import { providerOfTrunk } from '../../../shared/providers/index.ts'
import { addressFault } from '../../../shared/words/dial.ts'
import { transportChoices } from '../../ui/choices.ts'
import { Choice, Field } from '../../ui/controls.tsx'
import { EncryptionField } from '../../ui/fields.tsx'
import { Granted } from './granted.tsx'
import { Region } from './region.tsx'

const authentications = [
  ['digest', 'Digest (user name and password)'],
  ['ip', 'IP access list (no password)'],
] as const

/** Where the trunk is and how it is spoken to. */
export function Connection({
  settings,
  set,
  fault,
  asked,
}: {
  settings: StoredTrunk
  set: (change: Partial<StoredTrunk>) => void
  fault: string | null
  asked: boolean
}) {
  const provider = providerOfTrunk(settings)
  const bound = provider && transportBound(provider, settings.transport)
  const media = provider && encryptionBound(provider, settings.encryption, settings.transport)
  return (
    <div className="section">
      <h2>Connection</h2>
      <Field
        id="trunk-address"
        label="Address"
        hint="Host or host:port, as the provider names it; not a URI."
        fault={settings.address === '' && !asked ? null : fault}
        correction={addressFault(settings.address)?.correction ?? null}
        onCorrect={(address) => set({ address })}
      >
        {(props) => (
          <input
            {...props}
            className="mono"
            placeholder="trunk.example.com"
            value={settings.address}
            spellCheck={false}
            onChange={(event) => set({ address: event.target.value })}
          />
        )}
      </Field>
      {provider && <Region provider={provider} address={settings.address} onChange={(address) => set({ address })} />}
      <Field
        label="Transport"
        fault={bound?.offered === false ? bound.text : null}
        hint={bound?.text ?? provider?.notOffered.map(({ because }) => because).join(' ')}
      >
        {(props) => (
          <Choice
            {...props}
            value={settings.transport}
            options={transportChoices.map(([name, text]) => {
              const offered = !provider || transportBound(provider, name).offered
              return [name, offered ? text : `${text}, not offered`, !offered && name !== settings.transport] as const
            })}
            onChange={(transport) => set({ transport })}
          />
        )}
      </Field>
      <EncryptionField
        hint={media?.text ?? 'Allowed offers SRTP and takes either; Required ends a call that would be in clear.'}
        value={settings.encryption}
        onChange={(encryption) => set({ encryption })}
      />
      <Field
        label="Authentication"
        hint={provider?.authentication?.find(({ kind }) => kind === settings.authentication)?.note}
      >
        {(props) => (
          <Choice
            {...props}
            value={settings.authentication}
            options={authentications}
            onChange={(authentication) => set({ authentication })}
          />
        )}
      </Field>
      {provider && <Granted provider={provider} />}
    </div>
  )
}
