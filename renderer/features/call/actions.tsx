import { useState } from 'react'
import { callCommand } from '../../../shared/contract/command-line.ts'
import type { ExportFormat } from '../../../shared/contract/commands.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { execute } from '../../state/engine.ts'
import { redial } from '../../state/ui.ts'
import { copyText } from '../../bridge.ts'
import { Act, Button, Copy, Foreign, saveFile } from '../../ui/controls.tsx'
import { useKeys } from '../../ui/keys.ts'
import './actions.css'

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const
const modes = [
  ['rfc4733', 'RFC 4733'],
  ['info', 'SIP INFO'],
  ['inband', 'in-band'],
] as const

/** What can be done with a call. `view`: while the engine has it. */
export function Actions({ report, view }: { report: CallReport; view: CallView | undefined }) {
  const [pad, setPad] = useState(false)
  const [mode, setMode] = useState<(typeof modes)[number][0]>('rfc4733')
  const [fault, setFault] = useState<string | null>(null)
  const [note, setNote] = useState<string | null>(null)
  const { id, placed } = report
  const live = view !== undefined && view.state !== 'ended'
  const talking = live && view.state === 'answered'
  const quietly = (promise: Promise<unknown>) =>
    void promise.then(
      () => setFault(null),
      (error: Error) => setFault(error.message),
    )
  const press = (digit: string) => quietly(execute('call.dtmf', { id, digits: digit, mode }))
  const hold = () => execute('call.hold', { id, on: !view?.held })
  const mute = () => execute('call.mute', { id, on: !view?.muted })
  const save = async (format: ExportFormat) => {
    const { name, mediaType, base64, note: said } = await execute('call.export', { id, format })
    saveFile(name, mediaType, base64)
    setNote(said)
  }
  const hangUp = () => execute('call.hangUp', { id })
  useKeys({
    'Ctrl+E': () => live && quietly(hangUp()),
    'H': () => talking && quietly(hold()),
    'M': () => talking && quietly(mute()),
    'C': () => placed && quietly(copyText(callCommand(placed))),
    ...(talking ? Object.fromEntries(digits.map((digit) => [digit, () => press(digit)])) : {}),
  })
  return (
    <div className="call-actions" role="group" aria-label="Call">
      {live && (
        <Act kind="danger" run={hangUp} title="Ctrl+E" disabled={view.state === 'ending'}>
          {talking ? 'Hang up' : view.waiting ? 'Refuse' : 'Cancel'}
        </Act>
      )}
      {talking && (
        <>
          <Act run={hold} title="H">
            {view.held ? 'Resume' : 'Hold'}
          </Act>
          <Act run={mute} title="M">
            {view.muted ? 'Unmute' : 'Mute'}
          </Act>
          <Button aria-expanded={pad} onClick={() => setPad(!pad)}>
            DTMF
          </Button>
          <Act run={() => execute('call.record', { id, on: view.recording === null })}>
            {view.recording === null ? 'Record' : 'Stop recording'}
          </Act>
        </>
      )}
      {!live && placed && <Button onClick={() => redial(placed)}>Dial again …</Button>}
      {placed && (
        <Copy title="C" copy={copyText} text={() => callCommand(placed)}>
          Copy as command
        </Copy>
      )}
      <Act run={() => save('pcap')}>Save pcap</Act>
      <Act run={() => save('json')}>Save JSON</Act>
      <Act run={() => save('html')}>Save HTML</Act>
      {view?.recorded && view.recording === null && <Act run={() => save('wav')}>Save recording</Act>}
      {(view?.held || view?.muted || view?.recording) && live && (
        <span role="status" className="tone-warning">
          {[view.held && 'on hold', view.muted && 'muted', view.recording && 'recording'].filter(Boolean).join(', ')}
        </span>
      )}
      {note && (
        <span className="muted" role="status">
          <Foreign text={note} />
        </span>
      )}
      {fault && (
        <span className="tone-fault" role="alert">
          <Foreign text={fault} />
        </span>
      )}
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
            <Button key={digit} className="mono" onClick={() => press(digit)}>
              {digit}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}
