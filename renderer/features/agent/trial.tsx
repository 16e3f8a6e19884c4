import { useState } from 'react'
import type { TrialStep, TrialView } from '../../../shared/contract/trial.ts'
import { useActions } from '../../state/actions.ts'
import { execute, useEngine } from '../../state/engine.ts'
import { usePersonas } from '../../state/personas.ts'
import { select } from '../../state/ui.ts'
import { Act, Button, Choice, Foreign, Icon, type IconName } from '../../ui/controls.tsx'

const signs: { readonly [State in TrialStep['state']]: readonly [icon: IconName, tone: string, word: string] } = {
  'waiting': ['more', 'unknown', 'waiting'],
  'running': ['live', 'live', 'under way'],
  'done': ['ok', 'ok', 'done'],
  'failed': ['fault', 'fault', 'failed'],
  'not-part': ['unknown', 'unknown', 'no part of it'],
}

/** One button: this computer calls a persona that it plays, with a webhook of its own; each step as it goes. */
export function Trial() {
  const personas = usePersonas((state) => state.all)
  const trial = useEngine((state) => [...state.trials.values()].at(-1))
  const [chosen, setChosen] = useState<string | null>(null)
  const persona = chosen ?? trial?.persona ?? personas[0]?.name
  const runs = trial !== undefined && !trial.done
  const start = async () => {
    if (persona !== undefined) await execute('trial.start', { persona })
  }
  const stop = async () => {
    if (trial) await execute('trial.stop', { id: trial.id })
  }
  useActions([
    runs
      ? { id: 'agent.trial', group: 'Agent', name: 'Stop the trial', run: stop }
      : { id: 'agent.trial', group: 'Agent', name: 'Try it against yourself', run: start },
  ])
  if (persona === undefined) return null
  return (
    <section className="section" aria-label="Try it against yourself">
      <h2>Try it against yourself</h2>
      <div className="actions">
        <Choice
          aria-label="Persona that is tried"
          value={persona}
          disabled={runs}
          options={personas.map(({ name, provider }) => [name, provider] as const)}
          onChange={setChosen}
        />
        {runs ? (
          <Act kind="danger" run={stop}>
            Stop
          </Act>
        ) : (
          <Act run={start}>{trial ? 'Try again' : 'Try it'}</Act>
        )}
        <span className="muted">
          Call, persona, webhook, variables, audio both ways: all on this computer, about five seconds.
        </span>
      </div>
      {trial && <Steps trial={trial} />}
    </section>
  )
}

function Steps({ trial: { steps, calls, done, stopped, provider } }: { trial: TrialView }) {
  const failed = steps.filter(({ state }) => state === 'failed').length
  const whole = steps.every(({ state }) => state === 'done' || state === 'not-part')
  return (
    <>
      <ol className="trial" aria-label={`Steps of the trial with ${provider}`}>
        {steps.map(({ name, title, state, text, source }) => {
          const [icon, tone, word] = signs[state]
          return (
            <li key={name} aria-current={state === 'running' ? 'step' : undefined}>
              <span className={`tone-${tone}`}>
                <Icon name={icon} /> {word}
              </span>
              <span>{title}</span>
              <span className={state === 'failed' ? 'tone-fault' : ''}>{text !== null && <Foreign text={text} />}</span>
              <span className="muted" title={source?.url}>
                {source ? (
                  <>
                    <Foreign text={source.source} />, {source.asOf}
                  </>
                ) : (
                  'measured here'
                )}
              </span>
            </li>
          )
        })}
      </ol>
      {done && (
        <p role="status" className={`tone-${whole ? 'ok' : failed > 0 ? 'fault' : 'unknown'}`}>
          <Icon name={whole ? 'ok' : failed > 0 ? 'fault' : 'unknown'} />{' '}
          {whole ? 'Every step went through.' : stopped ? 'It was stopped.' : 'It did not go through.'}
        </p>
      )}
      <div className="actions">
        {calls.caller !== null && (
          <Button kind="quiet" onClick={() => select(calls.caller)}>
            The call as placed
          </Button>
        )}
        {calls.agent !== null && (
          <Button kind="quiet" onClick={() => select(calls.agent)}>
            The call as it came in
          </Button>
        )}
      </div>
    </>
  )
}
