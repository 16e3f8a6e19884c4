import { useRef, useState } from 'react'
import type { AgentSource, SourceArgs } from '../../shared/contract/place-call.ts'
import { mostSpeech } from '../../shared/model/speech.ts'
import { Fault } from './controls.tsx'
import { FileInput } from './file-input.tsx'
import { wavFault } from './wav-file.ts'

const kinds = [
  ['marker', 'marker'],
  ['tone', 'tone 440 Hz'],
  ['echo', 'echo'],
  ['silence', 'silence'],
  ['file', 'WAV file …'],
  ['speech', 'spoken text'],
] as const

/**
 * What a side sends. `onMicrophone`: a person could talk, and chose to. `handOver` brings a chosen file to the engine
 * and tells its path there; `labelled`: the word Send stands beside it.
 */
export function SourceChoice({
  value,
  onChange,
  onMicrophone,
  handOver,
  labelled = false,
  ...props
}: {
  'value': SourceArgs
  'onChange': (source: AgentSource) => void
  'onMicrophone'?: () => void
  'handOver': (file: File) => Promise<string | null>
  'labelled'?: boolean
  'id'?: string
  'aria-label'?: string
}) {
  const input = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<string | null>(null)
  const pick = (kind: SourceArgs['kind']) => {
    setFault(null)
    if (kind === 'file') input.current?.click()
    else if (kind === 'speech') onChange({ kind, text: '' })
    else if (kind === 'microphone') onMicrophone?.()
    else onChange(kind === 'tone' ? { kind, hz: 440 } : { kind })
  }
  const take = async (file: File | undefined) => {
    if (!file) return
    try {
      const wrong = await wavFault(file)
      if (wrong !== null) return setFault(wrong)
      const path = await handOver(
        file.name.toLowerCase().endsWith('.wav') ? file : new File([file], `${file.name}.wav`),
      )
      if (path !== null) onChange({ kind: 'file', path })
    } catch (error) {
      setFault((error as Error).message)
    }
  }
  const lead = labelled ? '' : 'Send: '
  const name = value.kind === 'file' ? value.path.split(/[\\/]/).at(-1)! : null
  return (
    <>
      <select
        {...props}
        value={name === null ? value.kind : 'chosen'}
        onChange={(event) => pick(event.target.value as SourceArgs['kind'])}
      >
        {name !== null && (
          <option value="chosen">
            {lead}
            {name}
          </option>
        )}
        {onMicrophone && <option value="microphone">{lead}microphone</option>}
        {kinds.map(([kind, text]) => (
          <option key={kind} value={kind}>
            {lead}
            {text}
          </option>
        ))}
      </select>
      <FileInput ref={input} label="WAV file" accept=".wav,audio/wav" onChosen={([file]) => take(file)} />
      {value.kind === 'speech' && (
        <input
          aria-label="Text to say"
          placeholder="what is said"
          maxLength={mostSpeech}
          value={value.text}
          onChange={(event) => onChange({ kind: 'speech', text: event.target.value })}
        />
      )}
      {fault && <Fault text={fault} />}
    </>
  )
}
