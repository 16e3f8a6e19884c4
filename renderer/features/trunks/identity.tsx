import type { StoredTrunk } from '../../../shared/contract/commands.ts'
import { Field } from '../../ui/controls.tsx'
import { CheckField, PasswordField } from '../../ui/fields.tsx'
import { textOf } from './text-of.ts'

/** Who we are to the trunk, and who calls. `trunk`: as it is stored. */
export function Identity({
  trunk,
  settings,
  set,
  fault,
  password,
  setPassword,
}: {
  trunk: StoredTrunk
  settings: StoredTrunk
  set: (change: Partial<StoredTrunk>) => void
  fault: string | null
  password: string
  setPassword: (password: string) => void
}) {
  const text = textOf(settings, set)
  return (
    <div className="section">
      <h2>Identity</h2>
      {settings.authentication === 'digest' && (
        <>
          <Field label="User name" fault={fault} hint="That of the credentials, not the friendly name of their list.">
            {(props) => <input {...props} {...text('user')} autoComplete="off" />}
          </Field>
          <PasswordField
            fault={
              trunk.lost?.includes('password') && password === ''
                ? 'The stored password can no longer be opened, its key is gone: type the password again.'
                : null
            }
            hint={
              trunk.hasPassword
                ? 'One is stored, encrypted; leave this empty to keep it.'
                : 'Stored encrypted in the data folder; never shown again.'
            }
            placeholder={trunk.hasPassword ? 'stored' : ''}
            value={password}
            onChange={setPassword}
          />
          <CheckField label="Registration" checked={settings.register} onChange={(register) => set({ register })}>
            keep registered while Ringback runs
          </CheckField>
        </>
      )}
      <Field label="Caller ID" hint="A number or a URI for From.">
        {(props) => <input {...props} {...text('from')} className="mono" />}
      </Field>
      <Field label="Display name">{(props) => <input {...props} {...text('displayName')} />}</Field>
    </div>
  )
}
