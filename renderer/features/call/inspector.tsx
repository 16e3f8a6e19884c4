import { useMemo, useState } from 'react'
import type { Finding, LadderMessage } from '../../../shared/contract/report.ts'
import { visible } from '../../../shared/base/text.ts'
import { compareMessages, type Difference } from '../../../shared/wire/sip/compare.ts'
import { messageMeaning } from '../../../shared/words/meaning.ts'
import type { SipMessage } from '../../../shared/wire/sip/message.ts'
import { copyText } from '../../bridge.ts'
import { useActions } from '../../state/actions.ts'
import { Button, Copy, Foreign, Icon } from '../../ui/controls.tsx'
import { Owned } from '../../ui/owned.tsx'
import { timeOf } from '../../ui/format.ts'
import { factsOf, methodOf, statusOf } from '../../../shared/shown/message-facts.ts'
import { Differences, Parts, Raw } from './message-parts.tsx'
import { findingsAbout, namedIn } from './named-parts.ts'
import './inspector.css'

type View = 'parts' | 'raw' | 'diff'

const none: readonly Finding[] = []

/** One message: its parts with what each is for, as it was on the wire, or against the other of its kind. */
export function Message({
  messages,
  findings = none,
  n,
}: {
  messages: readonly LadderMessage[]
  findings?: readonly Finding[]
  n: number
}) {
  const [view, setView] = useState<View>('parts')
  const shown = messages[n]
  const parsed = shown ? factsOf(shown).message : null
  const twin = useMemo(() => (parsed ? twinOf(messages, n, parsed) : null), [messages, n, parsed])
  const about = useMemo(() => findingsAbout(findings, n), [findings, n])
  const wrong = useMemo(() => {
    const sentences = [...(shown?.problems ?? []), ...about.map(({ sentence }) => sentence)]
    return { sentences, named: namedIn(sentences) }
  }, [shown, about])
  const diff = view === 'diff' && twin !== null
  const raw = view === 'raw' || parsed === null
  useActions([
    {
      id: 'message.raw',
      group: 'Message',
      name: 'Raw or parts',
      run: () => setView(view === 'raw' ? 'parts' : 'raw'),
    },
    ...(twin
      ? [
          {
            id: 'message.diff',
            group: 'Message',
            name: 'Compare with the other message of its kind',
            run: () => setView(view === 'diff' ? 'parts' : 'diff'),
          },
        ]
      : []),
  ])
  if (!shown) return null
  const meaning = parsed && messageMeaning(parsed)
  return (
    <section className="message" aria-label="Message">
      <header>
        <h2 className="elide mono" title={visible(shown.startLine)}>
          <span className="muted">{n + 1}</span> <Foreign text={shown.startLine} />
        </h2>
        <div className="actions" role="group" aria-label="View">
          <Button aria-pressed={!raw && !diff} onClick={() => setView('parts')}>
            Parts
          </Button>
          <Button aria-pressed={raw} onClick={() => setView('raw')} title="R">
            Raw
          </Button>
          {twin && (
            <Button aria-pressed={diff} onClick={() => setView('diff')} title="D">
              Diff {twin.n + 1}
            </Button>
          )}
          <Copy copy={copyText} text={() => shown.raw}>
            Copy
          </Copy>
        </div>
      </header>
      <div className="message-body" tabIndex={0} role="group" aria-label="Content of the message">
        <p className="muted mono" title={timeOf(shown.at)}>
          {shown.at} <Owned address={shown.source} /> → <Owned address={shown.destination} />{' '}
          {shown.transport.toUpperCase()}
        </p>
        {meaning && (
          <p>
            <Foreign text={meaning.text} /> <span className="muted">{meaning.source}</span>
          </p>
        )}
        {shown.retransmissionOf !== null && (
          <p className="tone-warning">
            <Icon name="warning" /> Repeats message {shown.retransmissionOf + 1}: no answer to it had arrived.
          </p>
        )}
        {shown.problems.map((text) => (
          <p key={text} className="fault">
            <Icon name="warning" /> <Foreign text={text} />
          </p>
        ))}
        {about.map(({ finding, sentence, severity }) => (
          <p
            key={finding}
            className={severity === 'fault' ? 'tone-fault' : severity === 'warning' ? 'tone-warning' : ''}
          >
            <Icon name={severity === 'fault' ? 'fault' : severity === 'warning' ? 'warning' : 'unknown'} />{' '}
            <Foreign text={sentence} />
          </p>
        ))}
        {diff ? <Differences {...twin} /> : raw ? <Raw text={shown.raw} /> : <Parts message={parsed} wrong={wrong} />}
      </div>
    </section>
  )
}

/** The nearest other message of the same kind, before this one or else after it, and how this one differs. */
function twinOf(
  messages: readonly LadderMessage[],
  n: number,
  parsed: SipMessage,
): { readonly n: number; readonly differences: readonly Difference[] } | null {
  const shown = messages[n]!
  const alike = (other: LadderMessage) => methodOf(other) === methodOf(shown) && statusOf(other) === statusOf(shown)
  const before = messages.slice(0, n).findLastIndex(alike)
  const other = before >= 0 ? before : messages.findIndex((message, i) => i > n && alike(message))
  const message = other < 0 ? null : factsOf(messages[other]!).message
  return message && { n: other, differences: compareMessages(message, parsed) }
}
