import type { CallReport } from '../../../shared/contract/report.ts'
import { scriptProgress, type ScriptProgress } from '../../../shared/shown/script.ts'
import { execute } from '../../state/engine.ts'
import { Act, Foreign, Icon, type IconName } from '../../ui/controls.tsx'
import './script.css'

const signs: { readonly [State in ScriptProgress['state']]: readonly [icon: IconName, tone: string, word: string] } = {
  waiting: ['more', 'unknown', 'not yet'],
  running: ['live', 'live', 'now'],
  done: ['ok', 'ok', 'done'],
  failed: ['fault', 'fault', 'failed'],
  left: ['unknown', 'unknown', 'not done: the call was over'],
}

/** The script of a call, line by line, and how far it is. */
export function Script({ report, live }: { report: CallReport; live: boolean }) {
  const steps = scriptProgress(report)
  if (steps.length === 0) return null
  const done = steps.filter(({ state }) => state === 'done').length
  const now = steps.find(({ state }) => state === 'running' || state === 'failed')
  return (
    <section className="script" aria-label="Script">
      <details open={live || undefined}>
        <summary>
          <h3>Script</h3>{' '}
          <span className="numbers">
            {done} of {steps.length} lines done
          </span>{' '}
          {now && (
            <span className={`tone-${signs[now.state][1]}`} role="status">
              <Icon name={signs[now.state][0]} /> <Foreign text={now.text} />
            </span>
          )}
        </summary>
        <ol tabIndex={0} aria-label="Lines of the script">
          {steps.map(({ text, state, why }, i) => {
            const [icon, tone, word] = signs[state]
            return (
              <li key={i} aria-current={state === 'running' ? 'step' : undefined}>
                <span className={`tone-${tone}`} title={word}>
                  <Icon name={icon} />
                  <span className="hidden">{word}</span>
                </span>
                <code>
                  <Foreign text={text} />
                </code>
                {why !== null && (
                  <span className="tone-fault">
                    <Foreign text={why} />
                  </span>
                )}
              </li>
            )
          })}
        </ol>
      </details>
      {live && (
        <Act kind="danger" run={() => execute('call.hangUp', { id: report.id })}>
          Stop the script and hang up
        </Act>
      )}
    </section>
  )
}
