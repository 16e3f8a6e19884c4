import { useState } from 'react'
import type { Settings } from '../../../shared/contract/commands.ts'
import { execute } from '../../state/engine.ts'
import { Act, Field } from '../../ui/controls.tsx'
import { CheckField } from '../../ui/fields.tsx'

/** How a call that comes in is told; each is kept at once. */
export function IncomingSettings({ settings }: { settings: Settings }) {
  const [permission, setPermission] = useState(() =>
    'Notification' in globalThis ? Notification.permission : ('denied' as const),
  )
  return (
    <>
      <CheckField
        label="Incoming calls"
        checked={settings.ringTone}
        onChange={(ringTone) => void execute('settings.save', { settings: { ...settings, ringTone } }).catch(() => {})}
      >
        ring while a call waits for its answer
      </CheckField>
      <Field label="Notifications">
        {({ id }) => (
          <div id={id}>
            {permission === 'default' ? (
              <Act run={async () => setPermission(await Notification.requestPermission())}>Allow notifications</Act>
            ) : (
              <span className="settings-said">
                {permission === 'granted'
                  ? 'An incoming call is told beside the window while it is not looked at.'
                  : 'Not allowed here: the browser or the system can allow them again.'}
              </span>
            )}
          </div>
        )}
      </Field>
    </>
  )
}
