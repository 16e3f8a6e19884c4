import { useEffect, useState } from 'react'
import { choose, listDevices, useVoice } from '../../state/voice.ts'
import { openMicrophone, stopStream, watchLevel, type Device } from '../../voice/devices.ts'
import { Button, Choice, Fault, Field } from '../../ui/controls.tsx'
import { CheckField } from '../../ui/fields.tsx'
import { Level } from '../../ui/level.tsx'

const switches = [
  ['echoCancellation', 'Echo cancellation', 'take out of the microphone what the speaker says'],
  ['noiseSuppression', 'Noise suppression', 'take out what is no voice'],
  ['autoGainControl', 'Automatic gain', 'make a voice louder or quieter as needed'],
] as const

const preferred = 'As the system prefers'

/** Which devices a person talks with, heard and seen before a call. Chosen for this browser, at once. */
export function VoiceSettings() {
  const { choice, inputs, outputs } = useVoice()
  useEffect(() => {
    void listDevices()
    if (!('mediaDevices' in navigator)) return
    const changed = () => void listDevices()
    navigator.mediaDevices.addEventListener('devicechange', changed)
    return () => navigator.mediaDevices.removeEventListener('devicechange', changed)
  }, [])
  return (
    <div className="section">
      <h2 tabIndex={-1}>Microphone</h2>
      <p className="muted">
        Each call sends what is chosen for it: the marker, a tone, a WAV file, echo, silence, or the microphone. While
        you talk in a call, the microphone is sent in place of that. These choices are kept in this browser.
      </p>
      <Field label="Microphone used" hint="Names are shown once the browser has let this page use a microphone.">
        {(props) => (
          <Choice
            {...props}
            value={choice.input}
            options={optionsOf(inputs, choice.input)}
            onChange={(input) => choose({ input })}
          />
        )}
      </Field>
      <Try key={JSON.stringify(choice)} />
      <Field label="Speaker used">
        {(props) => (
          <Choice
            {...props}
            value={choice.output}
            options={optionsOf(outputs, choice.output)}
            onChange={(output) => choose({ output })}
          />
        )}
      </Field>
      {switches.map(([name, label, text]) => (
        <CheckField key={name} label={label} checked={choice[name]} onChange={(on) => choose({ [name]: on })}>
          {text}
        </CheckField>
      ))}
    </div>
  )
}

/** One that is chosen and not there stays chosen, and is called so. */
function optionsOf(devices: readonly Device[], chosen: string): (readonly [string, string])[] {
  const known = chosen === '' || devices.some(({ id }) => id === chosen)
  return [
    ['', preferred],
    ...devices.map(({ id, name }) => [id, name] as const),
    ...(known ? [] : [[chosen, 'the one chosen before, which is not there'] as const]),
  ]
}

/** Opens the microphone while its level is looked at, and not longer. */
function Try() {
  const [on, setOn] = useState(false)
  const [level, setLevel] = useState<number | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  useEffect(() => {
    if (!on) return
    let stop = () => {}
    let wanted = true
    openMicrophone(useVoice.getState().choice).then(
      (stream) => {
        if (!wanted) return stopStream(stream)
        const unwatch = watchLevel(stream, setLevel)
        stop = () => {
          unwatch()
          stopStream(stream)
        }
        void listDevices()
      },
      (error: Error) => {
        setFault(error.message)
        setOn(false)
      },
    )
    return () => {
      wanted = false
      stop()
      setLevel(null)
    }
  }, [on])
  const toggle = () => {
    setFault(null)
    setOn(!on)
  }
  return (
    <Field label="Level">
      {({ id }) => (
        <div id={id} className="settings-level">
          <Button aria-pressed={on} onClick={toggle}>
            {on ? 'Stop' : 'Try the microphone'}
          </Button>{' '}
          {level !== null && <Level dbfs={level} label="Level of the microphone" />}
          {fault && <Fault text={fault} />}
        </div>
      )}
    </Field>
  )
}
