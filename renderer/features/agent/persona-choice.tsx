import { useEffect, useRef, useState } from 'react'
import type { CheckedPersona, ListedPersona } from '../../../shared/contract/persona.ts'
import { transports } from '../../../shared/model/transport.ts'
import { execute } from '../../state/engine.ts'
import { draftOf, editPersona, usePersonas, type PersonaDraft } from '../../state/personas.ts'
import { Button, Choice, Fault, Field, Foreign, Icon } from '../../ui/controls.tsx'
import { FileInput } from '../../ui/file-input.tsx'
import { PasswordField } from '../../ui/fields.tsx'

const none = ''
/** A mistake is said when nothing was typed for so long. */
const pauseMs = 400

/** Which platform the agent plays, and by which configuration, as the tools of the platform write it. */
export function PersonaChoice({
  draft,
  kept,
  listens,
  onListen,
}: {
  draft: PersonaDraft | null
  /** The persona whose configuration is kept with the settings. */
  kept: string | null
  /** Over which transports the agent listens. */
  listens: readonly string[]
  /** Listens as the persona does. */
  onListen: (persona: ListedPersona) => void
}) {
  const all = usePersonas((state) => state.all)
  const persona = all.find(({ name }) => name === draft?.name)
  const pick = (name: string) => editPersona(name === none ? null : draftOf(name))
  const foreign = persona && listens.some((one) => !persona.transports.some((taken) => taken === one))
  return (
    <>
      <Field
        label="Persona"
        hint={
          persona ? (
            <>
              Plays <Foreign text={persona.title} />.{' '}
              {persona.source && (
                <>
                  As <Foreign text={persona.source.source} /> says, read {persona.source.asOf}.
                </>
              )}
            </>
          ) : (
            'A voice platform or a trunk whose rules decide what becomes of a call. None: as it is set here.'
          )
        }
      >
        {(props) => (
          <Choice
            {...props}
            value={draft?.name ?? none}
            options={[[none, 'None'], ...all.map(({ name, provider }) => [name, `${provider} (${name})`] as const)]}
            onChange={pick}
          />
        )}
      </Field>
      {persona && draft && (
        <>
          {foreign && (
            <p className="agent-foreign tone-warning">
              <Icon name="warning" /> <Foreign text={persona.provider} /> takes{' '}
              {persona.transports.map((name) => transports[name].label).join(', ')}: calls over another transport are
              refused.{' '}
              <Button kind="quiet" onClick={() => onListen(persona)}>
                Listen on {transports[persona.transports[0]!].label}
              </Button>
            </p>
          )}
          <Configuration key={persona.name} persona={persona} draft={draft} kept={kept === persona.name} />
        </>
      )}
    </>
  )
}

function Configuration({ persona, draft, kept }: { persona: ListedPersona; draft: PersonaDraft; kept: boolean }) {
  const { texts, webhook, secrets } = draft
  const checked = useChecked(draft)
  const input = useRef<HTMLInputElement>(null)
  const set = (change: Partial<PersonaDraft>) => editPersona({ ...draft, ...change })
  const [unread, setUnread] = useState<string | null>(null)
  const open = async (files: readonly File[]) => {
    setUnread(null)
    const large = files.find(({ size }) => size > mostBytes)
    if (large) return setUnread(`${large.name} has ${large.size} bytes: a configuration has at most ${mostBytes}`)
    const read = await Promise.all(files.map((file) => file.text()))
    set({ texts: [...texts.filter((text) => text.trim() !== ''), ...read].slice(0, persona.mostDocuments) })
  }
  const together = checked?.faults.filter(({ text }) => text === null) ?? []
  return (
    <>
      {texts.map((text, n) => (
        <Document
          key={n}
          n={n}
          of={texts.length}
          text={text}
          kept={kept}
          faults={checked?.faults.filter((fault) => fault.text === n) ?? []}
          onChange={(next) => set({ texts: texts.map((one, i) => (i === n ? next : one)) })}
          onRemove={() => set({ texts: texts.filter((_, i) => i !== n) })}
        />
      ))}
      <Field label="Files">
        {({ id }) => (
          <div className="actions" id={id}>
            <Button onClick={() => input.current?.click()}>Open JSON …</Button>
            <Button onClick={() => set({ texts: [...texts.filter((one) => one.trim() !== ''), persona.example] })}>
              Begin with an example
            </Button>
            {texts.length < persona.mostDocuments && (
              <Button onClick={() => set({ texts: [...texts, ''] })}>Add a document</Button>
            )}
            <FileInput
              ref={input}
              label="Configuration of the persona"
              accept=".json,application/json"
              multiple={persona.mostDocuments > 1}
              onChosen={open}
            />
          </div>
        )}
      </Field>
      {unread !== null && <Fault text={unread} />}
      {together.map(({ sentence }) => (
        <Fault key={sentence} text={sentence} />
      ))}
      {persona.asksWebhook && (
        <Field label="Webhook" hint="Instead of the URL in the configuration: https, or http to this computer.">
          {(props) => (
            <input
              {...props}
              className="mono"
              placeholder="http://127.0.0.1:8080/hook"
              value={webhook}
              onChange={(event) => set({ webhook: event.target.value })}
            />
          )}
        </Field>
      )}
      {checked?.secrets.map((name) => (
        <PasswordField
          key={name}
          label={name}
          hint="Its value, which the configuration names; kept encrypted."
          value={secrets[name] ?? ''}
          onChange={(value) => set({ secrets: { ...secrets, [name]: value } })}
        />
      ))}
    </>
  )
}

const mostBytes = 1024 * 1024

function Document({
  n,
  of,
  text,
  kept,
  faults,
  onChange,
  onRemove,
}: {
  n: number
  of: number
  text: string
  kept: boolean
  faults: CheckedPersona['faults']
  onChange: (text: string) => void
  onRemove: () => void
}) {
  const area = useRef<HTMLTextAreaElement>(null)
  /** The line stands marked in the text. */
  const goTo = (line: number) => {
    const lines = text.split('\n')
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
    area.current?.focus()
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
  }
  return (
    <Field
      label={of > 1 ? `Configuration ${n + 1}` : 'Configuration'}
      hint={
        kept && text === ''
          ? 'What was given before is kept encrypted; empty keeps it.'
          : 'JSON, as the tools of the platform write it. Empty: what is usual.'
      }
    >
      {(props) => (
        <>
          <div className="agent-document">
            <textarea
              {...props}
              ref={area}
              className="mono"
              rows={text === '' ? 3 : Math.min(14, text.split('\n').length + 1)}
              spellCheck={false}
              aria-invalid={faults.length > 0}
              value={text}
              onChange={(event) => onChange(event.target.value)}
            />
            {of > 1 && (
              <Button kind="quiet" aria-label={`Remove configuration ${n + 1}`} onClick={onRemove}>
                <Icon name="close" />
              </Button>
            )}
          </div>
          {faults.map(({ line, sentence }) => (
            <Fault key={`${line} ${sentence}`} text={line === null ? sentence : `line ${line}: ${sentence}`}>
              {line !== null && (
                <Button kind="quiet" onClick={() => goTo(line)}>
                  Go to line {line}
                </Button>
              )}
            </Fault>
          ))}
        </>
      )}
    </Field>
  )
}

/** What is wrong with the draft; null until that is known. */
function useChecked({ name, texts, webhook }: PersonaDraft): CheckedPersona | null {
  const [checked, setChecked] = useState<CheckedPersona | null>(null)
  const asked = JSON.stringify([name, texts, webhook.trim()])
  useEffect(() => {
    let stale = false
    const [of, written, url] = JSON.parse(asked) as [string, string[], string]
    const timer = setTimeout(() => {
      void execute('persona.check', { name: of, texts: written, ...(url === '' ? {} : { webhook: url }) }).then(
        (result) => stale || setChecked(result),
        () => {},
      )
    }, pauseMs)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [asked])
  return checked
}
