import { useState } from 'react'
import { callCommand } from '../../../shared/contract/command-line.ts'
import type { ExportFormat } from '../../../shared/contract/commands.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { run, say, useActions, type Action } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { redial } from '../../state/ui.ts'
import { copyText } from '../../bridge.ts'
import { Act, Button, Icon, saveFile } from '../../ui/controls.tsx'
import { keysOf } from '../../ui/keys.ts'
import { Menu } from '../../ui/menu.tsx'
import { OtherCalls } from './others.tsx'
import { TalkButton } from './talk.tsx'
import { ticketOf } from './ticket.ts'
import { Transfer } from './transfer.tsx'
import './actions.css'

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const
const modes = [
  ['rfc4733', 'RFC 4733'],
  ['info', 'SIP INFO'],
  ['inband', 'in-band'],
] as const
const formats: readonly (readonly [ExportFormat, string])[] = [
  ['pcap', 'Save pcap'],
  ['pcapng', 'Save pcapng'],
  ['html', 'Save HTML report'],
  ['json', 'Save JSON'],
  ['wav', 'Save recording'],
]

/** What can be done with a call: buttons for what is done most, menus for the rest. `view`: while the engine has it. */
export function Actions({
  report,
  view,
  onCompare,
}: {
  report: CallReport
  view: CallView | undefined
  onCompare: (() => void) | null
}) {
  const [pad, setPad] = useState(false)
  const [transferring, setTransferring] = useState(false)
  const [mode, setMode] = useState<(typeof modes)[number][0]>('rfc4733')
  const { id, placed } = report
  const live = view !== undefined && view.state !== 'ended'
  const talking = live && view.state === 'answered'
  const press = (digit: string) => execute('call.dtmf', { id, digits: digit, mode })
  const hold = () => execute('call.hold', { id, on: !view?.held })
  const mute = () => execute('call.mute', { id, on: !view?.muted })
  const hangUp = () => execute('call.hangUp', { id })
  const share: Action[] = [
    ...formats
      .filter(([format]) => format !== 'wav' || (view?.recorded === true && view.recording === null))
      .map(([format, name]) => ({ id: `call.save-${format}`, group: 'Call', name, run: () => save(id, format) })),
    {
      id: 'call.ticket',
      group: 'Call',
      name: 'Copy ticket',
      run: () => copied(ticketOf(report, view), 'The ticket is copied as Markdown.'),
    },
    ...(placed
      ? [
          {
            id: 'call.command',
            group: 'Call',
            name: 'Copy as command',
            run: () => copied(callCommand(placed), 'The command is copied.'),
          },
        ]
      : []),
  ]
  useActions([
    ...(live ? [{ id: 'call.hang-up', group: 'Call', name: talking ? 'Hang up' : 'Cancel', run: hangUp }] : []),
    ...(talking
      ? [
          { id: 'call.hold', group: 'Call', name: view.held ? 'Resume' : 'Hold', run: hold },
          { id: 'call.mute', group: 'Call', name: view.muted ? 'Unmute' : 'Mute', run: mute },
          {
            id: 'call.dtmf',
            group: 'Call',
            name: 'DTMF digit',
            run: (key?: string) => (key === undefined ? setPad(true) : press(key)),
          },
          { id: 'call.transfer', group: 'Call', name: 'Transfer', run: () => setTransferring(true) },
        ]
      : []),
    ...(!live && placed ? [{ id: 'call.again', group: 'Call', name: 'Dial again', run: () => redial(placed) }] : []),
    ...(onCompare ? [{ id: 'call.compare', group: 'Call', name: 'Compare with another call', run: onCompare }] : []),
    ...share,
  ])
  const state = [view?.held && 'on hold', view?.muted && 'muted', view?.recording && 'recording'].filter(Boolean)
  return (
    <>
      <div className="call-actions" role="group" aria-label="Call">
        {live && state.length > 0 && (
          <span role="status" className="tone-warning">
            {state.join(', ')}
          </span>
        )}
        {talking && (
          <>
            <Act run={hold} title="H">
              {view.held ? 'Resume' : 'Hold'}
            </Act>
            <TalkButton id={id} />
            <Act run={mute} title="M">
              {view.muted ? 'Unmute' : 'Mute'}
            </Act>
            <Button aria-expanded={pad} onClick={() => setPad(!pad)}>
              DTMF
            </Button>
            <Button aria-expanded={transferring} title="X" onClick={() => setTransferring(!transferring)}>
              Transfer
            </Button>
            <OtherCalls view={view} />
            <Act run={() => execute('call.record', { id, on: view.recording === null })}>
              {view.recording === null ? 'Record' : 'Stop recording'}
            </Act>
          </>
        )}
        {!live && placed && <Button onClick={() => redial(placed)}>Dial again …</Button>}
        {!live && onCompare && <Button onClick={onCompare}>Compare …</Button>}
        <Menu label="Share" items={share.map((action) => ({ ...action, keys: keysOf(action.id) }))}>
          Share <Icon name="down" />
        </Menu>
        <Button title="Note (N)" onClick={() => run('call.note')}>
          Note
        </Button>
        {live && (
          <Act kind="danger" run={hangUp} title="Ctrl+E" disabled={view.state === 'ending'}>
            {talking ? 'Hang up' : view.waiting ? 'Refuse' : 'Cancel'}
          </Act>
        )}
      </div>
      {transferring && <Transfer id={id} talking={talking} onClose={() => setTransferring(false)} />}
      {pad && talking && (
        <div className="dtmf" role="group" aria-label="DTMF">
          <select aria-label="DTMF mode" value={mode} onChange={(event) => setMode(event.target.value as typeof mode)}>
            {modes.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
          {digits.map((digit) => (
            <Act key={digit} run={() => press(digit)}>
              <span className="mono">{digit}</span>
            </Act>
          ))}
        </div>
      )}
    </>
  )
}

async function save(id: string, format: ExportFormat): Promise<void> {
  const { name, mediaType, base64, note } = await execute('call.export', { id, format })
  saveFile(name, mediaType, base64)
  say(note === null ? `${name} is saved.` : `${name} is saved; ${note}.`)
}

async function copied(text: string, done: string): Promise<void> {
  await copyText(text)
  say(done)
}
