import { useState } from 'react'
import type { Proof, ProofPlan, Prove as ProveArgs } from '../../../shared/contract/proof.ts'
import { useActions } from '../../state/actions.ts'
import { execute } from '../../state/engine.ts'
import { select } from '../../state/ui.ts'
import { Act, Button, Foreign, Icon, type IconName } from '../../ui/controls.tsx'
import './proof.css'

type State =
  | { readonly kind: 'idle' }
  /** The calls go to another computer: a person is to confirm them. */
  | { readonly kind: 'asking'; readonly plan: ProofPlan }
  | { readonly kind: 'calling'; readonly plan: ProofPlan }
  | { readonly kind: 'done'; readonly proof: Proof }

/**
 * Proves a cause: the call again with one thing changed, both calls side by side. `what`: the rule of the finding that
 * names it, or the change itself. `asks`: for a user and a password, which are not known.
 */
export function Prove({ id, what, asks }: { id: string; what: Pick<ProveArgs, 'rule' | 'change'>; asks: boolean }) {
  const [state, setState] = useState<State>({ kind: 'idle' })
  const [credentials, setCredentials] = useState({ user: '', password: '' })
  const args: ProveArgs = { id, ...what, ...(asks && credentials.user !== '' && credentials) }
  const call = async (plan: ProofPlan) => {
    setState({ kind: 'calling', plan })
    try {
      setState({ kind: 'done', proof: await execute('call.prove', { ...args, confirmed: true }) })
    } catch (error) {
      setState({ kind: 'idle' })
      throw error
    }
  }
  const begin = async () => {
    const plan = await execute('call.proofPlan', args)
    if (plan.asks) setState({ kind: 'asking', plan })
    else await call(plan)
  }
  useActions([
    {
      id: `call.prove.${what.rule ?? ''}`,
      group: 'Call',
      name: state.kind === 'asking' ? 'Place the calls of the proof' : `Prove the cause, ${what.rule ?? 'as chosen'}`,
      run: () => (state.kind === 'asking' ? call(state.plan) : begin()),
    },
  ])
  return (
    <div className="proof">
      {asks && (
        <>
          <input
            aria-label="User name of the proof"
            placeholder="user name"
            autoComplete="off"
            value={credentials.user}
            onChange={({ target }) => setCredentials({ ...credentials, user: target.value })}
          />
          <input
            aria-label="Password of the proof"
            placeholder="password, not kept"
            type="password"
            autoComplete="new-password"
            value={credentials.password}
            onChange={({ target }) => setCredentials({ ...credentials, password: target.value })}
          />
        </>
      )}
      {state.kind === 'asking' && (
        <p>
          <Foreign text={`${state.plan.sentence}.`} />
        </p>
      )}
      {state.kind === 'asking' ? (
        <>
          <Act kind="primary" run={() => call(state.plan)}>
            Place the calls
          </Act>
          <Button onClick={() => setState({ kind: 'idle' })}>Not now</Button>
        </>
      ) : (
        <Act run={begin}>{state.kind === 'done' ? 'Prove it again' : 'Prove it'}</Act>
      )}
      <div role="status">
        {state.kind === 'calling' && <Foreign text={`${state.plan.sentence}.`} />}
        {state.kind === 'done' && <Result proof={state.proof} />}
      </div>
    </div>
  )
}

const signs: { readonly [Result in Proof['result']]: { readonly icon: IconName; readonly tone: string } } = {
  'cause-proven': { icon: 'ok', tone: 'ok' },
  'not-the-cause': { icon: 'fault', tone: 'fault' },
  'cannot-tell': { icon: 'unknown', tone: 'unknown' },
}
const roles = { before: 'Before', changed: 'Changed', unchanged: 'As it was, again' } as const

function Result({ proof: { result, sentence, calls, differed } }: { proof: Proof }) {
  const { icon, tone } = signs[result]
  return (
    <>
      <p className={`tone-${tone}`}>
        <Icon name={icon} /> <Foreign text={sentence} />
      </p>
      <table>
        <thead>
          <tr>
            <th>call</th>
            <th>outcome</th>
            <th>verdict</th>
          </tr>
        </thead>
        <tbody>
          {calls.map(({ role, id, outcome, status, verdict }) => (
            <tr key={role}>
              <td>{role === 'before' ? roles[role] : <Button onClick={() => select(id)}>{roles[role]}</Button>}</td>
              <td className="proof-outcome">{status ? `${outcome} ${status.code}` : outcome}</td>
              <td>
                <Foreign text={verdict.sentence} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th>what differed</th>
            <th>without the change</th>
            <th>with it</th>
          </tr>
        </thead>
        <tbody>
          {differed.map(({ what, before, changed }) => (
            <tr key={what}>
              <td>{what}</td>
              <td>
                <Foreign text={before} />
              </td>
              <td>
                <Foreign text={changed} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
