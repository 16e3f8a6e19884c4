import { useMemo, useState } from 'react'
import type { CallReport, LadderMessage } from '../../../shared/contract/report.ts'
import { decodeText, encodeText, visible } from '../../../shared/base/text.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import { platformMeaning } from '../../../shared/providers/index.ts'
import { headerMeaning, messageMeaning } from '../../../shared/words/meaning.ts'
import { header, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import { explainSdp } from '../../../shared/words/explain.ts'
import { copyText } from '../../bridge.ts'
import { Button, Copy, Foreign, Icon } from '../../ui/controls.tsx'
import { timeOf } from '../../ui/format.ts'
import { useKeys } from '../../ui/keys.ts'
import './inspector.css'

const read = ({ raw }: LadderMessage): SipMessage | null => {
  const message = parseSip(encodeText(raw))
  return message.kind === 'unreadable' ? null : message
}

const kindOf = (message: SipMessage, { cseq }: LadderMessage) =>
  message.kind === 'request' ? message.method : `${message.status} ${cseq?.split(' ')[1] ?? ''}`

/** One message: its parts with what each is for, or as it was on the wire. */
export function Message({ report, n }: { report: CallReport; n: number }) {
  const [raw, setRaw] = useState(false)
  const shown = report.messages[n]
  const parsed = useMemo(() => (shown ? read(shown) : null), [shown])
  const before = useMemo(() => {
    if (!shown || !parsed) return null
    const kind = kindOf(parsed, shown)
    for (let i = n - 1; i >= 0; i--) {
      const earlier = report.messages[i]!
      // Cheap first: the start line begins alike.
      if (earlier.startLine.slice(0, 6) !== shown.startLine.slice(0, 6)) continue
      const message = read(earlier)
      if (message && kindOf(message, earlier) === kind) return { n: i, differences: compareMessages(message, parsed) }
    }
    return null
  }, [report.messages, n, shown, parsed])
  useKeys({ R: () => setRaw(!raw) })
  if (!shown) return null
  const meaning = parsed && messageMeaning(parsed)
  return (
    <section className="message" aria-label="Message">
      <header>
        <h2 className="elide mono" title={visible(shown.startLine)}>
          <span className="muted">{n + 1}</span> <Foreign text={shown.startLine} />
        </h2>
        <div className="actions" role="group" aria-label="View">
          <Button aria-pressed={!raw} onClick={() => setRaw(false)}>
            Parts
          </Button>
          <Button aria-pressed={raw} onClick={() => setRaw(true)} title="R">
            Raw
          </Button>
          <Copy copy={copyText} text={() => shown.raw}>
            Copy
          </Copy>
        </div>
      </header>
      <div className="message-body" tabIndex={0} role="group" aria-label="Content of the message">
        <p className="muted mono" title={timeOf(shown.at)}>
          {shown.at} <Foreign text={shown.source} /> → <Foreign text={shown.destination} />{' '}
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
        {raw || !parsed ? <Raw text={shown.raw} /> : <Parts message={parsed} />}
        {!raw && before && <Differences {...before} />}
      </div>
    </section>
  )
}

function Parts({ message }: { message: SipMessage }) {
  const body = decodeText(message.body)
  const type = header(message, 'content-type') ?? ''
  const found = findSession(message)
  return (
    <>
      <dl className="message-headers">
        {message.headers.map(({ name, value }, i) => {
          const meaning = headerMeaning(name) ?? platformMeaning(name)
          return (
            <div key={`${name} ${i}`}>
              <dt className="mono">
                <Foreign text={name} />
              </dt>
              <dd className="mono">
                <Foreign text={value} />
              </dd>
              <dd className="muted">
                {meaning ? (
                  <>
                    {meaning.text} <span className="nowrap">{meaning.source}</span>
                  </>
                ) : (
                  'Not a header that is known here.'
                )}
              </dd>
            </div>
          )
        })}
      </dl>
      {body !== '' && (
        <>
          <h3>{found ? 'Session description (SDP)' : visible(`Body: ${type || 'of no named type'}`)}</h3>
          {found ? (
            <dl className="message-headers">
              {explainSdp(found.text).map(({ line, text }, i) => (
                <div key={i}>
                  <dt className="mono sdp">
                    <Foreign text={line} />
                  </dt>
                  <dd className="muted">
                    <Foreign text={text} />
                  </dd>
                </div>
              ))}
            </dl>
          ) : (
            <pre>
              <Lines text={body} />
            </pre>
          )}
        </>
      )}
    </>
  )
}

/** A body with its lines: their ends are the one thing in it that is not shown. */
function Lines({ text }: { text: string }) {
  return <bdi>{text.split(/\r?\n/).map(visible).join('\n')}</bdi>
}

/** As on the wire; control characters made visible. Always text, never markup. */
function Raw({ text }: { text: string }) {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/)
  const [first, ...lines] = head.split(/\r?\n/)
  const body = rest.join('\r\n\r\n')
  return (
    <pre className="raw">
      <b>
        <Foreign text={first ?? ''} />
      </b>
      {'\n'}
      {lines.map((line, i) => {
        const colon = line.indexOf(':')
        return colon < 0 ? (
          <span key={i}>
            <Foreign text={line} />
            {'\n'}
          </span>
        ) : (
          <span key={i}>
            <span className="name">
              <Foreign text={line.slice(0, colon)} />
            </span>
            <Foreign text={line.slice(colon)} />
            {'\n'}
          </span>
        )
      })}
      {body !== '' && (
        <>
          {'\n'}
          <span className="body">
            <Lines text={body} />
          </span>
        </>
      )}
    </pre>
  )
}

function Differences({ n, differences }: { n: number; differences: ReturnType<typeof compareMessages> }) {
  return (
    <>
      <h3>Compared with message {n + 1}, the one before of its kind</h3>
      {differences.length === 0 ? (
        <p className="muted">The same in every header and line.</p>
      ) : (
        <dl className="message-headers">
          {differences.map(({ name, before, after }, i) => (
            <div key={i}>
              <dt className="mono">
                <Foreign text={name} />
              </dt>
              <dd className="mono">
                <span className="muted">before</span>{' '}
                {before === null ? <span className="muted">not there</span> : <Foreign text={before} />}
              </dd>
              <dd className="mono">
                <span className="muted">now</span>{' '}
                {after === null ? <span className="muted">not there</span> : <Foreign text={after} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
