import { useMemo, type CSSProperties } from 'react'
import type { CallReport } from '../../../shared/contract/report.ts'
import { conversationCourse, conversationRows, type Talked } from '../../../shared/shown/conversation.ts'
import { timesOf } from '../../../shared/shown/time-marks.ts'
import './conversation.css'

/** A pause between turns that is named where it stands takes at least this share of the line. */
const namedShare = 0.04

/**
 * Who spoke when, on two lanes below the times of the call and in their proportion: turns, the pauses between them,
 * who came in, long silences. Every value is on hover, and in the table.
 */
export function Conversation({ report, nowUs }: { report: CallReport; nowUs: number | null }) {
  const rows = useMemo(() => conversationRows(report), [report])
  const course = useMemo(() => conversationCourse(report), [report])
  const { length, answered } = useMemo(() => timesOf(report, nowUs), [report, nowUs])
  if (rows.length === 0 || answered === null) return null
  const at = (fromMs: number, ms: number): CSSProperties => ({
    left: `${share(answered + fromMs / 1000, length)}%`,
    width: `${share(answered + (fromMs + ms) / 1000, length) - share(answered + fromMs / 1000, length)}%`,
  })
  return (
    <section className="conversation" aria-label="Conversation">
      <div className="conversation-track" aria-hidden="true">
        {course.map((one, i) => (
          <i
            key={i}
            className={`is-${one.kind} ${one.by ?? ''}`}
            style={at(one.atMs, one.lengthMs)}
            title={`${one.text}, at ${seconds(one.atMs)}`}
          />
        ))}
        {course.map((one, i) => (
          <Gap key={`gap ${i}`} turn={one} at={at} lengthMs={length * 1000} />
        ))}
      </div>
      <details>
        <summary>
          <h3>Conversation</h3>{' '}
          <span className="muted">
            {rows
              .slice(0, 2)
              .map(({ name, value }) => `${name}: ${value}`)
              .join(' · ')}
          </span>
        </summary>
        <div className="conversation-told" tabIndex={0} role="group" aria-label="Turns of the conversation">
          <dl className="numbers">
            {rows.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <Course course={course} />
        </div>
      </details>
    </section>
  )
}

const share = (seconds: number, length: number) => (100 * Math.max(0, Math.min(length, seconds))) / length

/** As the rows beside it write them. */
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`

/** The pause before a turn, written where there is room for it. */
function Gap({
  turn: { gapMs, atMs, by },
  at,
  lengthMs,
}: {
  turn: Talked
  at: (fromMs: number, ms: number) => CSSProperties
  lengthMs: number
}) {
  if (gapMs === null || gapMs <= 0) return null
  return (
    <span className={`conversation-gap ${by}`} style={at(atMs - gapMs, gapMs)} title={seconds(gapMs)}>
      {gapMs / lengthMs >= namedShare && <b>{seconds(gapMs)}</b>}
    </span>
  )
}

/** Turns that are told one by one: the list of a long call goes on in its report. */
const mostRows = 300

function Course({ course }: { course: readonly Talked[] }) {
  return (
    <div className="conversation-table">
      <table className="numbers">
        <caption className="hidden">Who spoke when, since the answer</caption>
        <thead>
          <tr>
            <th>at</th>
            <th>what</th>
          </tr>
        </thead>
        <tbody>
          {course.slice(0, mostRows).map(({ atMs, text, by, kind }, i) => (
            <tr key={i}>
              <td>{seconds(atMs)}</td>
              <td className={by ?? 'muted'}>
                {kind === 'barge-in' && '⤶ '}
                {text}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {course.length > mostRows && <p className="muted">{course.length - mostRows} more stand in the JSON report.</p>}
    </div>
  )
}
