import { useEffect, useState, type ComponentProps } from 'react'
import type { Settings as SettingsValue } from '../../../shared/contract/commands.ts'
import { isIp } from '../../../shared/base/address.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { budgetNames, budgets, type BudgetName } from '../../../shared/model/budgets.ts'
import { Act, Button, Choice, Field, Foreign, Icon } from '../../ui/controls.tsx'
import { CheckField } from '../../ui/fields.tsx'
import { useUi } from '../../state/ui.ts'
import { settingPlaces } from '../../ui/setting-places.ts'
import { IncomingSettings } from './incoming-settings.tsx'
import { VoiceSettings } from './voice-settings.tsx'
import './settings.css'

const themes = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

export function Settings() {
  const settings = useEngine((state) => state.settings)
  return settings && <Form key={JSON.stringify(settings)} settings={settings} />
}

function Form({ settings }: { settings: SettingsValue }) {
  const hello = useEngine((state) => state.hello)
  useShownPart()
  const [draft, setDraft] = useState(settings)
  const set = (change: Partial<SettingsValue>) => setDraft({ ...draft, ...change })
  const { localAddress, rtpPorts, keepCalls, keepDays, maskNumbers } = draft
  const addressFault =
    localAddress !== null && !isIp(localAddress) ? `"${localAddress}" is no IP address of this computer` : null
  const limitsFault = budgetNames.some((name) => limitFault(name, draft.limits[name]) !== null)
  const callsFault = wholeFault(keepCalls, 10, 100_000)
  const daysFault = keepDays === null ? null : wholeFault(keepDays, 1, 3650)
  const portsFault =
    wholeFault(rtpPorts.first, 1024, 65_535) ??
    wholeFault(rtpPorts.last, 1024, 65_535) ??
    (rtpPorts.last - rtpPorts.first < 3
      ? 'the range needs at least two pairs of ports, from the lower to the higher'
      : null)
  return (
    <div className="page settings">
      <h1>Settings</h1>
      <form aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
        <div className="section">
          <h2 tabIndex={-1}>Window</h2>
          <Field label="Theme">
            {(props) => (
              <Choice
                {...props}
                value={settings.theme}
                options={themes}
                onChange={(theme) => void execute('settings.save', { settings: { ...settings, theme } })}
              />
            )}
          </Field>
          <IncomingSettings settings={settings} />
        </div>
        <div className="section">
          <h2 tabIndex={-1}>Network</h2>
          <Field
            label="Network address"
            hint="The IP address that calls leave from; empty: whichever reaches the peer."
            fault={addressFault}
          >
            {(props) => (
              <input
                {...props}
                className="mono"
                value={localAddress ?? ''}
                onChange={(event) =>
                  set({ localAddress: event.target.value.trim() === '' ? null : event.target.value.trim() })
                }
              />
            )}
          </Field>
          <Field label="First RTP port" fault={portsFault}>
            {(props) => (
              <PortInput
                {...props}
                value={rtpPorts.first}
                onChange={(first) => set({ rtpPorts: { ...rtpPorts, first } })}
              />
            )}
          </Field>
          <Field label="Last RTP port" hint="Firewalls must let UDP in on this range.">
            {(props) => (
              <PortInput
                {...props}
                value={rtpPorts.last}
                onChange={(last) => set({ rtpPorts: { ...rtpPorts, last } })}
              />
            )}
          </Field>
        </div>
        <VoiceSettings />
        <div className="section">
          <h2 tabIndex={-1}>Data</h2>
          <Field
            label="Data folder"
            hint="Chosen at the start, by the variable RINGBACK_PROFILE or as the README says."
          >
            {({ id }) => (
              <output id={id} className="mono">
                {hello?.profile ?? 'none: nothing is kept'}
              </output>
            )}
          </Field>
          <Field label="Keep calls" hint="As many of the newest; older ones are forgotten." fault={callsFault}>
            {(props) => (
              <input
                {...props}
                type="number"
                min={10}
                max={100_000}
                value={keepCalls}
                onChange={(event) => set({ keepCalls: Number(event.target.value) })}
              />
            )}
          </Field>
          <Field label="Keep days" hint="Empty: whatever their age." fault={daysFault}>
            {(props) => (
              <input
                {...props}
                type="number"
                min={1}
                max={3650}
                value={keepDays ?? ''}
                onChange={(event) => set({ keepDays: event.target.value === '' ? null : Number(event.target.value) })}
              />
            )}
          </Field>
          <CheckField
            label="Trace redaction"
            hint="Passwords, digests, tokens and SRTP keys are always masked."
            checked={maskNumbers}
            onChange={(mask) => set({ maskNumbers: mask })}
          >
            mask phone numbers in exports too
          </CheckField>
        </div>
        <Limits limits={draft.limits} onChange={(limits) => set({ limits })} />
        <div className="actions">
          <Act
            kind="primary"
            run={() => execute('settings.save', { settings: draft })}
            disabled={[addressFault, portsFault, callsFault, daysFault].some((fault) => fault !== null) || limitsFault}
          >
            Save
          </Act>
        </div>
      </form>
    </div>
  )
}

/** Brings the section or the field that the address names into view, and the keyboard to it. */
function useShownPart(): void {
  const part = useUi(({ screen, part: named }) => (screen === 'settings' ? named : null))
  useEffect(() => {
    const name = settingPlaces.find(({ id }) => id === part)?.name
    const found = [...document.querySelectorAll<HTMLElement>('.settings h2, .settings label')].find(
      ({ textContent }) => textContent === name,
    )
    if (name === undefined || !found) return
    const field = found instanceof HTMLLabelElement ? document.getElementById(found.htmlFor) : found
    found.scrollIntoView({ block: found === field ? 'start' : 'center' })
    field?.focus({ preventScroll: true })
  }, [part])
}

function PortInput({
  onChange,
  ...props
}: Omit<ComponentProps<'input'>, 'onChange'> & { onChange: (port: number) => void }) {
  return (
    <input {...props} type="number" min={1024} max={65535} onChange={(event) => onChange(Number(event.target.value))} />
  )
}

/** Why a number cannot be so; null when it can. */
function wholeFault(value: number, least: number, most: number): string | null {
  return Number.isInteger(value) && value >= least && value <= most
    ? null
    : `a whole number from ${least.toLocaleString('en')} to ${most.toLocaleString('en')} is needed`
}

const limitFault = (name: BudgetName, limit: number | undefined): string | null =>
  limit === undefined ? null : wholeFault(limit, 1, budgets[name].most)

/**
 * How much strangers may use before they are refused: the limit, what is used of it, and what was refused since the
 * start.
 */
function Limits({
  limits,
  onChange,
}: {
  limits: SettingsValue['limits']
  onChange: (limits: SettingsValue['limits']) => void
}) {
  const usage = useEngine((state) => state.limits)
  const faults = useEngine((state) => state.faults)
  const set = (name: BudgetName, text: string) => {
    const { [name]: _, ...others } = limits
    onChange(text === '' ? others : { ...others, [name]: Number(text) })
  }
  return (
    <div className="section limits">
      <h2 tabIndex={-1}>Limits</h2>
      <p className="muted">
        How much anyone who reaches this computer may use before they are refused. Calls within the limits are not
        affected by what is refused. Empty: the usual limit.
      </p>
      {budgetNames.map((name) => {
        const { title, initial, most, unit } = budgets[name]
        const { used = 0, refused = 0, text = null } = usage.find((one) => one.name === name) ?? {}
        return (
          <Field key={name} label={title} fault={limitFault(name, limits[name])}>
            {(props) => (
              <span className="limit numbers">
                <input
                  {...props}
                  type="number"
                  min={1}
                  max={most}
                  placeholder={String(initial)}
                  value={limits[name] ?? ''}
                  onChange={(event) => set(name, event.target.value)}
                />
                <span className="muted">
                  {unit}
                  {used > 0 ? `, ${used.toLocaleString('en')} now` : ''}
                </span>
                {refused > 0 && (
                  <span className="tone-warning">
                    <Icon name="warning" /> {refused.toLocaleString('en')} refused{text === null ? '' : `: ${text}`}
                  </span>
                )}
              </span>
            )}
          </Field>
        )
      })}
      <Button kind="quiet" disabled={Object.keys(limits).length === 0} onClick={() => onChange({})}>
        All as usual
      </Button>
      {faults.length > 0 && (
        <p className="tone-warning">
          <Icon name="warning" /> Faults inside that were dropped since the start:{' '}
          {faults.map(({ place, count }, i) => (
            <span key={place}>
              {i > 0 && ', '}
              <Foreign text={place} /> {count}
            </span>
          ))}
          . Set DEBUG=ringback:* before the start to see them.
        </p>
      )}
    </div>
  )
}
