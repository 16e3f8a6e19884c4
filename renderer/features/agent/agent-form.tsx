import { useEffect, useState } from 'react'
import type { Behaviour, ListenerArgs } from '../../../shared/contract/agent-parts.ts'
import type { Settings } from '../../../shared/contract/commands.ts'
import type { PlayArgs } from '../../../shared/contract/persona.ts'
import { transports } from '../../../shared/model/transport.ts'
import type { Wrong } from '../../../shared/model/wrong.ts'
import { reasonPhrase } from '../../../shared/words/statuses.ts'
import { draftOf, editPersona, playOf, usePersonas, type PersonaDraft } from '../../state/personas.ts'
import { handOver } from '../../state/dial.ts'
import { useActions } from '../../state/actions.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { transportChoices } from '../../ui/choices.ts'
import { Act, Button, Choice, Field, Icon } from '../../ui/controls.tsx'
import { CheckField, WordsField } from '../../ui/fields.tsx'
import { SourceChoice } from '../../ui/source-choice.tsx'
import { Access } from './access.tsx'
import { PersonaChoice } from './persona-choice.tsx'
import { WrongChoice } from './wrong-choice.tsx'

export type AgentSettings = Settings['agent']

const behaviours = [
  ['answer', 'Answer automatically'],
  ['hand', 'Ring until I answer'],
  ['reject', 'Refuse'],
  ['ring', 'Ring and never answer'],
  ['ignore', 'Ignore'],
] as const
const codes = (['486', '480', '403', '404', '488', '503', '603'] as const).map(
  (code) => [code, `${code} ${reasonPhrase(Number(code))}`] as const,
)

/** Where the agent listens and how it answers, when it is started next. */
export function AgentForm({
  settings,
  wrong,
  onWrong,
}: {
  settings: Settings
  wrong: readonly Wrong[]
  onWrong: (wrong: readonly Wrong[]) => void
}) {
  const [draft, setDraft] = useState<AgentSettings>(settings.agent)
  const [password, setPassword] = useState('')
  const agents = useEngine((state) => state.agents)
  const kept = settings.agent.persona?.name ?? null
  const written = usePersonas((state) => state.draft)
  // What is kept stands there until something else is chosen.
  useEffect(() => {
    if (kept !== null && usePersonas.getState().draft === null) editPersona(draftOf(kept))
  }, [kept])
  const set = (change: Partial<AgentSettings>) => setDraft({ ...draft, ...change })
  const { behaviour, listeners } = draft
  const listener = (index: number, change: Partial<ListenerArgs>) =>
    set({ listeners: listeners.map((known, i) => (i === index ? { ...known, ...change } : known)) })
  const pick = (kind: Behaviour['kind']) =>
    set({
      behaviour:
        kind === 'answer' ? { kind, source: { kind: 'echo' } } : kind === 'reject' ? { kind, code: 486 } : { kind },
    })
  const start = async () => {
    const { user: _user, identifiers: _identifiers, persona: _persona, ...rest } = draft
    const { persona, play } = await played(written, settings.agent.persona?.name)
    // Who may call says the persona, where there is one.
    const agent = persona ? { ...rest, allow: [], persona } : { ...draft, persona: undefined }
    const keeps = useEngine.getState().hello?.profile !== null
    await execute('settings.save', {
      settings: { ...settings, agent: keeps ? agent : { ...agent, persona: undefined } },
      ...(password === '' ? {} : { agentPassword: password }),
      ...(play && keeps ? { agentPersona: play } : {}),
    })
    for (const { id } of agents.values()) await execute('agent.stop', { id })
    const { start: _, ...args } = agent
    await execute('agent.start', {
      ...args,
      ...(play ? { persona: play } : {}),
      wrong: [...wrong],
      ...(password === '' ? {} : { password }),
    })
  }
  useActions([
    {
      id: 'agent.apply',
      group: 'Agent',
      name: agents.size > 0 ? 'Apply and start the agent again' : 'Start the agent as set here',
      run: start,
    },
  ])
  return (
    <form className="section" aria-label="Agent settings" onSubmit={(event) => event.preventDefault()}>
      <h2>Settings</h2>
      <Field label="Listen on">
        {({ id }) => (
          <div className="agent-listeners" id={id}>
            {listeners.map(({ transport, address, port }, i) => (
              <span key={i}>
                <Choice
                  aria-label={`Transport of listener ${i + 1}`}
                  value={transport}
                  options={transportChoices}
                  onChange={(next) => listener(i, { transport: next })}
                />
                <input
                  className="mono"
                  aria-label={`Address of listener ${i + 1}`}
                  value={address}
                  onChange={(event) => listener(i, { address: event.target.value })}
                />
                <input
                  type="number"
                  aria-label={`Port of listener ${i + 1}`}
                  min={0}
                  max={65535}
                  value={port}
                  onChange={(event) => listener(i, { port: Number(event.target.value) })}
                />
                <Button
                  kind="quiet"
                  aria-label={`Remove listener ${i + 1}`}
                  disabled={listeners.length === 1}
                  onClick={() => set({ listeners: listeners.filter((_, n) => n !== i) })}
                >
                  <Icon name="close" />
                </Button>
              </span>
            ))}
            <Button
              onClick={() => set({ listeners: [...listeners, { transport: 'tcp', address: '127.0.0.1', port: 0 }] })}
            >
              Add listener
            </Button>
            <p className="hint">
              127.0.0.1 is reached from this computer only, 0.0.0.0 from everywhere; port 0 takes any free one.
            </p>
          </div>
        )}
      </Field>
      <PersonaChoice
        draft={written}
        kept={kept}
        listens={listeners.map(({ transport }) => transport)}
        onListen={({ transports: [first] }) =>
          set({ listeners: listeners.map((known) => ({ ...known, transport: first! })) })
        }
      />
      <Field label="Inbound calls">
        {(props) => <Choice {...props} value={behaviour.kind} options={behaviours} onChange={pick} />}
      </Field>
      {behaviour.kind === 'answer' && (
        <>
          <Field label="Send">
            {({ id }) => (
              <SourceChoice
                id={id}
                labelled
                value={behaviour.source}
                onChange={(source) => set({ behaviour: { kind: 'answer', source } })}
                handOver={handOver}
              />
            )}
          </Field>
          <Field label="Ring before" hint="Milliseconds until the answer.">
            {(props) => (
              <input
                {...props}
                type="number"
                min={0}
                max={120_000}
                step={100}
                value={draft.answerDelayMs}
                onChange={(event) => set({ answerDelayMs: Number(event.target.value) })}
              />
            )}
          </Field>
        </>
      )}
      {behaviour.kind === 'reject' && (
        <Field label="With">
          {(props) => (
            <Choice
              {...props}
              value={String(behaviour.code) as '486'}
              options={codes}
              onChange={(code) => set({ behaviour: { kind: 'reject', code: Number(code) } })}
            />
          )}
        </Field>
      )}
      {written === null && <Access draft={draft} set={set} password={password} onPassword={setPassword} />}
      {listeners.some(({ transport }) => transports[transport].webSocket) && (
        <WordsField
          label="Allowed origins"
          hint="Pages that may connect over a WebSocket beside those of this computer; * for all."
          value={draft.origins ?? []}
          onChange={(origins) => set({ origins: origins.length === 0 ? undefined : origins })}
        />
      )}
      <WrongChoice value={wrong} onChange={onWrong} />
      <CheckField label="With the window" checked={draft.start} onChange={(start) => set({ start })}>
        start the agent when Ringback starts
      </CheckField>
      <div className="actions">
        <Act kind="primary" run={start}>
          {agents.size > 0 ? 'Apply and start again' : 'Start the agent'}
        </Act>
      </div>
    </form>
  )
}

/** What the agent plays, as it is asked for; a draft in which nothing is written leaves what is kept of that name. */
async function played(
  written: PersonaDraft | null,
  kept: string | undefined,
): Promise<{ persona?: NonNullable<AgentSettings['persona']>; play?: PlayArgs }> {
  if (!written) return {}
  const { name, texts, webhook } = written
  const persona = { name, kept: true as const }
  if (name === kept && webhook === '' && texts.every((text) => text.trim() === '')) return { persona }
  return { persona, play: await playOf(written) }
}
