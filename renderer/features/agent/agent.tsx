import { formatAddress } from '../../../shared/base/address.ts'
import type { ListenerArgs } from '../../../shared/contract/agent-parts.ts'
import type { AgentView } from '../../../shared/contract/state.ts'
import { wrongs, type Wrong } from '../../../shared/model/wrong.ts'
import { useEffect, useState } from 'react'
import { say, useActions } from '../../state/actions.ts'
import { execute, useEngine, watch } from '../../state/engine.ts'
import { select } from '../../state/ui.ts'
import { copyText } from '../../bridge.ts'
import { Act, Copy, Empty, Foreign, Icon } from '../../ui/controls.tsx'
import { party } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import { AgentForm } from './agent-form.tsx'
import { Bindings } from './bindings.tsx'
import { LiveCall } from './live-call.tsx'
import { Trial } from './trial.tsx'
import { Webhooks } from './webhooks.tsx'
import './agent.css'

/** As many are shown with their headers; the others stand in the list. */
const mostLive = 5

/** The local agent endpoint: what it listens on, how it answers, who calls. */
export function Agent() {
  const agents = useEngine((state) => state.agents)
  const settings = useEngine((state) => state.settings)
  const calls = useEngine((state) => state.calls)
  const taken = [...calls.values()].filter(({ agent }) => agent !== null)
  const live = taken.filter(({ state }) => state !== 'ended').slice(-mostLive)
  const shown = live.length > 0 ? live : taken.slice(-1)
  const [wrong, setWrong] = useState<readonly Wrong[]>(() => [...agents.values()].flatMap((agent) => agent.wrong ?? []))
  const ids = shown.map(({ id }) => id).join(' ')
  useEffect(() => {
    watch(ids === '' ? [] : ids.split(' '))
    return () => watch([])
  }, [ids])
  useActions(
    [...agents.values()].flatMap(({ addresses }) =>
      addresses.map((address) => ({
        id: `agent.copy.${uriOf(address)}`,
        group: 'Agent',
        name: `Copy ${uriOf(address)}`,
        run: async () => {
          await copyText(uriOf(address))
          say('The URI is copied.')
        },
      })),
    ),
  )
  return (
    <div className="page">
      <h1>Agent</h1>
      <p className="muted">
        Answers calls on this computer as a voice platform would. Point a trunk, a softphone or a platform at one of its
        addresses.
      </p>
      {shown.length > 0 && (
        <div className="section">
          <h2>{live.length > 0 ? 'Calls now' : 'The last call'}</h2>
          <ul className="list">
            {shown.toReversed().map((call) => (
              <LiveCall key={call.id} call={call} />
            ))}
          </ul>
        </div>
      )}
      <div className="section">
        <h2>Listening</h2>
        {agents.size === 0 ? (
          <Empty title="No agent runs">
            Start one below: it then takes calls at its addresses until it is stopped.
          </Empty>
        ) : (
          <ul className="list">
            {[...agents.values()].map((agent) => (
              <Running key={agent.id} agent={agent} />
            ))}
          </ul>
        )}
      </div>
      <Trial />
      <Webhooks />
      <Inbound />
      {settings && (
        <AgentForm key={JSON.stringify(settings.agent)} settings={settings} wrong={wrong} onWrong={setWrong} />
      )}
    </div>
  )
}

const uriOf = ({ transport, address, port }: ListenerArgs) =>
  `sip:agent@${formatAddress({ host: address, port })}${transport === 'udp' ? '' : `;transport=${transport}`}`

const answeringWords: Readonly<Record<string, string>> = {
  hand: 'rings until you answer',
  reject: 'refuses',
  ring: 'rings only',
  ignore: 'ignores',
}

function Running({
  agent: { id, addresses, answering, calls, activeCalls, wrong = [], persona, api, bindings },
}: {
  agent: AgentView
}) {
  return (
    <li className="agent-running">
      <Icon name="ok" />
      <span className="agent-addresses">
        {addresses.map((listener) => {
          const { transport, address, port } = listener
          const uri = uriOf(listener)
          return (
            <span key={uri}>
              <span className="mono">
                {transport} {formatAddress({ host: address, port })}
              </span>{' '}
              <Copy copy={copyText} text={() => uri} title={uri}>
                Copy URI
              </Copy>
            </span>
          )
        })}
      </span>
      <span className="muted numbers">
        {persona !== undefined && `plays ${persona} · `}
        {answeringWords[answering] ?? `answers with ${answering}`} · {calls} {calls === 1 ? 'call' : 'calls'},{' '}
        {activeCalls} now
      </span>
      <Act kind="danger" run={() => execute('agent.stop', { id })}>
        Stop
      </Act>
      {api !== undefined && (
        <p>
          The server that accepts its calls reaches it at <span className="mono">{api}</span>{' '}
          <Copy copy={copyText} text={() => api} title={api}>
            Copy URL
          </Copy>
        </p>
      )}
      {bindings && <Bindings bindings={bindings} />}
      {wrong.length > 0 && (
        <p className="tone-warning">
          <Icon name="warning" /> Wrong on purpose: {wrong.map((name) => wrongs[name]).join('; ')}.
        </p>
      )}
    </li>
  )
}

/** Calls that agents took, newest first, as they arrive. */
function Inbound() {
  const calls = useEngine((state) => state.calls)
  const inbound = [...calls.values()]
    .filter(({ agent, direction }) => agent !== null || direction === 'inbound')
    .toReversed()
    .slice(0, 20)
  return (
    <div className="section">
      <h2>Inbound calls</h2>
      {inbound.length === 0 ? (
        <p className="muted">
          None since the engine started. They appear here as they arrive; all of them are under Calls.
        </p>
      ) : (
        <ul className="list">
          {inbound.map(({ id, from, displayName, to, startedAt, state, verdict }) => (
            <li key={id}>
              <button type="button" className="plain-row" onClick={() => select(id)}>
                <span className="elide">
                  <Foreign text={displayName} />{' '}
                  <span className="mono">
                    <Foreign text={party(from)} /> → <Foreign text={party(to)} />
                  </span>
                </span>
                <span className="muted elide">
                  {timeOf(startedAt)} · {state === 'ended' ? <Foreign text={verdict.sentence} /> : state}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
