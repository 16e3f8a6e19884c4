import { copyText } from '../../bridge.ts'
import { agentUri, placeTestCall } from '../../state/dial.ts'
import { useEngine } from '../../state/engine.ts'
import { startGuide } from '../../state/guide.ts'
import { newTrunk, show } from '../../state/ui.ts'
import { Act, Button, Copy, Icon } from '../../ui/controls.tsx'
import './first-start.css'

/** Nothing is selected: the ways in. */
export function FirstStart() {
  const running = useEngine((state) => state.agents.size > 0)
  const uri = running ? agentUri() : null
  return (
    <div className="first">
      <h2>Four ways in</h2>
      <ul className="first-ways">
        <li>
          <h3>
            <Icon name="calls" /> {running ? 'The built-in agent is running' : 'The built-in agent is stopped'}
          </h3>
          <p>
            {uri === null ? (
              'Start it to place a test call on this computer.'
            ) : (
              <>
                It answers at <span className="mono">{uri}</span>. A test call goes there over real sockets and shows
                the ladder, the figures of both directions and the verdict in a few seconds.
              </>
            )}
          </p>
          {running ? (
            <Act kind="primary" run={placeTestCall}>
              Place a test call
            </Act>
          ) : (
            <Button kind="primary" onClick={() => show('agent')}>
              To the agent
            </Button>
          )}
        </li>
        <li>
          <h3>
            <Icon name="trunks" /> Call through a provider
          </h3>
          <p>
            Choose the provider, give the credentials: the trunk is checked step by step, and a number is all that a
            call needs then.
          </p>
          <Button onClick={() => show('trunks', newTrunk)}>Add a trunk</Button>
        </li>
        <li>
          <h3>
            <Icon name="files" /> Look into a capture
          </h3>
          <p>A pcap or pcapng has the same ladder, figures and diagnosis as a call that is placed here.</p>
          <Button onClick={() => show('files')}>Open a capture</Button>
        </li>
        <li>
          <h3>
            <Icon name="in" /> Receive a call here
          </h3>
          <p>
            {uri === null
              ? 'The agent answers calls as a voice platform would, once it is started.'
              : 'Point a softphone or a platform at this address. 127.0.0.1 is reached from this computer only: the ' +
                'Agent screen opens it to others.'}
          </p>
          <div className="actions">
            {uri !== null && (
              <Copy copy={copyText} text={() => uri} title={uri}>
                Copy its URI
              </Copy>
            )}
            <Button kind="quiet" onClick={() => show('agent')}>
              Where it listens
            </Button>
          </div>
        </li>
      </ul>
      <div className="first-guide">
        <p>
          <b>A minute with a fault.</b> A call that fails on purpose: find out why, change one thing, and see it work.
        </p>
        <Act run={startGuide}>Begin</Act>
      </div>
    </div>
  )
}
