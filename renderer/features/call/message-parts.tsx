import { decodeText, visible } from '../../../shared/base/text.ts'
import { platformMeaning } from '../../../shared/providers/variables.ts'
import { findSession } from '../../../shared/wire/sdp/find.ts'
import type { Difference } from '../../../shared/wire/sip/compare.ts'
import { header, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { explainSdp } from '../../../shared/words/explain.ts'
import { headerMeaning } from '../../../shared/words/meaning.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import { isAbout, piecesOf } from './named-parts.ts'

interface Wrong {
  /** What is wrong with the message, and what findings say of it. */
  readonly sentences: readonly string[]
  /** What of it those sentences name word for word. */
  readonly named: ReadonlySet<string>
}

/** Every header with what it is for, then the body; what is wrong is marked where it stands. */
export function Parts({ message, wrong }: { message: SipMessage; wrong: Wrong }) {
  const body = decodeText(message.body)
  const type = header(message, 'content-type') ?? ''
  const found = findSession(message)
  return (
    <>
      <dl className="message-headers">
        {message.headers.map(({ name, value }, i) => {
          const meaning = headerMeaning(name) ?? platformMeaning(name)
          const said = wrong.sentences.find((sentence) => isAbout(sentence, name))
          return (
            <div key={`${name} ${i}`} className={said ? 'wrong' : ''}>
              <dt className="mono">
                <Foreign text={name} />{' '}
                {said && (
                  <span className="tone-warning" title={visible(said)}>
                    <Icon name="warning" /> <span className="hidden">what is said of it above</span>
                  </span>
                )}
              </dt>
              <dd className="mono">
                <Marked text={value} named={wrong.named} />
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
                    <Marked text={line} named={wrong.named} />
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

/** A text of the message in which what a sentence above names is marked. */
function Marked({ text, named }: { text: string; named: ReadonlySet<string> }) {
  const pieces = piecesOf(text, named)
  if (pieces.length === 1) return <Foreign text={text} />
  return <bdi>{pieces.map((piece, i) => (i % 2 === 0 ? visible(piece) : <mark key={i}>{visible(piece)}</mark>))}</bdi>
}

/** A body with its lines: their ends are the one thing in it that is not shown. */
function Lines({ text }: { text: string }) {
  return <bdi>{text.split(/\r?\n/).map(visible).join('\n')}</bdi>
}

/** As on the wire; control characters made visible. Always text, never markup. */
export function Raw({ text }: { text: string }) {
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

/** What differs from the message before of its kind, line by line. */
export function Differences({ n, differences }: { n: number; differences: readonly Difference[] }) {
  return (
    <>
      <h3>Compared with message {n + 1}, the other of its kind</h3>
      {differences.length === 0 ? (
        <p className="muted">The same in every header and line.</p>
      ) : (
        <dl className="message-headers diff">
          {differences.map(({ name, before, after }, i) => (
            <div key={i}>
              <dt className="mono">
                <Foreign text={name} />
              </dt>
              <dd className="mono">
                <span className="diff-side">#{n + 1}</span>{' '}
                {before === null ? <span className="muted">not there</span> : <Foreign text={before} />}
              </dd>
              <dd className="mono">
                <span className="diff-side">here</span>{' '}
                {after === null ? <span className="muted">not there</span> : <Foreign text={after} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  )
}
