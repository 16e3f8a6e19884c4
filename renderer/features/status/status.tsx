import { useMemo } from 'react'
import { visible } from '../../../shared/base/text.ts'
import { publicAddress } from '../../../shared/shown/seen-as.ts'
import { useEngine } from '../../state/engine.ts'
import { show } from '../../state/ui.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import './status.css'

/** What runs, in one line at the bottom. */
export function StatusBar() {
  const { connection, agents, registrations, settings, calls, reports, hello } = useEngine()
  const live = [...calls.values()].filter(({ state }) => state !== 'ended').length
  const local = hello?.addresses ?? []
  const seen = useMemo(
    () => [...registrations.values(), ...reports.values()].map(({ messages }) => publicAddress(messages)).find(Boolean),
    [registrations, reports],
  )
  const listening = [...agents.values()].flatMap(({ addresses }) =>
    addresses.map(({ transport, port }) => `${transport} ${port}`),
  )
  return (
    <footer className="status numbers">
      <span className={connection === 'open' ? 'tone-ok' : 'tone-fault'}>
        <Icon name={connection === 'open' ? 'ok' : 'fault'} /> engine{' '}
        {connection === 'open' ? 'ok' : connection === 'connecting' ? 'connecting' : 'not connected'}
      </span>
      <button type="button" onClick={() => show('agent')}>
        agent {listening.length > 0 ? listening.join(', ') : 'stopped'}
      </button>
      {[...registrations.values()].map(({ id, trunk, state }) => (
        <button
          key={id}
          type="button"
          onClick={() => show('trunks', trunk)}
          className={state === 'failed' ? 'tone-fault' : ''}
        >
          {state === 'failed' && <Icon name="fault" />} <Foreign text={trunk} />{' '}
          {state === 'idle' ? 'not registered' : state}
        </button>
      ))}
      <button
        type="button"
        title="The network address that calls leave from"
        onClick={() => show('settings', 'network-address')}
      >
        {settings?.localAddress ?? (local.length > 0 ? local.join(', ') : 'this computer only')}
      </button>
      {seen && (
        <span title={visible(`Where others see this computer, as ${seen.by} says (received and rport of our Via)`)}>
          public <Foreign text={seen.address} />
        </span>
      )}
      <span>{live} live</span>
      <span className="status-version">Ringback {hello?.version}</span>
    </footer>
  )
}
