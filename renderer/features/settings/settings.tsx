import { useState } from 'react'
import type { Settings as SettingsValue } from '../../../shared/contract/commands.ts'
import { isIp } from '../../../shared/base/address.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { Act, Choice, Field } from '../../ui/controls.tsx'

const themes = [['system', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const

export function Settings() {
  const settings = useEngine((state) => state.settings)
  return settings && <Form key={JSON.stringify(settings)} settings={settings} />
}

function Form({ settings }: { settings: SettingsValue }) {
  const hello = useEngine((state) => state.hello)
  const [draft, setDraft] = useState(settings)
  const set = (change: Partial<SettingsValue>) => setDraft({ ...draft, ...change })
  const { localAddress, rtpPorts, keepCalls, keepDays, maskNumbers } = draft
  const addressFault = localAddress !== null && !isIp(localAddress) ? `"${localAddress}" is no IP address of this computer` : null
  const portsFault = rtpPorts.last - rtpPorts.first < 3 ? 'the range needs at least two pairs of ports, from the lower to the higher' : null
  return (
    <div className="page">
      <h1>Settings</h1>
      <form aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
        <div className="section">
          <h2>Window</h2>
          <Field label="Theme">{(props) => <Choice {...props} value={settings.theme} options={themes} onChange={(theme) => void execute('settings.save', { settings: { ...settings, theme } })} />}</Field>
        </div>
        <div className="section">
          <h2>Network</h2>
          <Field label="Network address" hint="The IP address that calls leave from; empty: whichever reaches the peer." fault={addressFault}>{(props) => <input {...props} className="mono" value={localAddress ?? ''} onChange={(event) => set({ localAddress: event.target.value.trim() === '' ? null : event.target.value.trim() })} />}</Field>
          <Field label="First RTP port" fault={portsFault}>{(props) => <input {...props} type="number" min={1024} max={65535} value={rtpPorts.first} onChange={(event) => set({ rtpPorts: { ...rtpPorts, first: Number(event.target.value) } })} />}</Field>
          <Field label="Last RTP port" hint="Firewalls must let UDP in on this range.">{(props) => <input {...props} type="number" min={1024} max={65535} value={rtpPorts.last} onChange={(event) => set({ rtpPorts: { ...rtpPorts, last: Number(event.target.value) } })} />}</Field>
        </div>
        <div className="section">
          <h2>Audio</h2>
          <p className="muted">Each call chooses what it sends: the marker, a tone, a WAV file, echo or silence. The microphone and the speaker of this computer are not used in this version.</p>
        </div>
        <div className="section">
          <h2>Data</h2>
          <Field label="Data folder" hint="Chosen at the start: npm start -- --profile DIR, or the variable RINGBACK_PROFILE.">{({ id }) => <output id={id} className="mono">{hello?.profile ?? 'none: nothing is kept'}</output>}</Field>
          <Field label="Keep calls" hint="The newest so many.">{(props) => <input {...props} type="number" min={10} max={100_000} value={keepCalls} onChange={(event) => set({ keepCalls: Number(event.target.value) })} />}</Field>
          <Field label="Keep days" hint="Empty: whatever their age.">{(props) => <input {...props} type="number" min={1} max={3650} value={keepDays ?? ''} onChange={(event) => set({ keepDays: event.target.value === '' ? null : Number(event.target.value) })} />}</Field>
          <Field label="Trace redaction" hint="Passwords, digests, tokens and SRTP keys are always masked.">{(props) => <label className="check"><input {...props} type="checkbox" checked={maskNumbers} onChange={(event) => set({ maskNumbers: event.target.checked })} /> mask phone numbers in exports too</label>}</Field>
        </div>
        <div className="actions"><Act kind="primary" run={() => execute('settings.save', { settings: draft })} disabled={addressFault !== null || portsFault !== null}>Save</Act></div>
      </form>
    </div>
  )
}
