import { useMemo, useRef, type CSSProperties } from 'react'
import type { CallReport } from '../../../shared/contract/report.ts'
import { span } from '../../../shared/shown/format.ts'
import { useWidth } from '../../ui/use-width.ts'
import { placeLabels } from './time-labels.ts'
import { timesOf, type CallTimes, type Lack, type Lane, type Mark } from '../../../shared/shown/time-marks.ts'
import './time-bar.css'

/** When: the call in proportion, from the INVITE to its end, with what happened in it. */
export function TimeBar({
  report,
  nowUs,
  interrupted,
}: {
  report: CallReport
  /** Null where the call does not go on. */
  nowUs: number | null
  interrupted: boolean
}) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const times = useMemo(() => timesOf(report, nowUs, interrupted), [report, nowUs, interrupted])
  const { length, ringing, answered, holds, lanes, marks } = times
  const at = (from: number, to: number): CSSProperties => ({
    left: `${(100 * clamp(from, length)) / length}%`,
    width: `${(100 * Math.max(0, clamp(to, length) - clamp(from, length))) / length}%`,
  })
  const setup = answered ?? length
  const words = useMemo(
    () => [...marks.map((mark) => wordOf(mark, times)), ...lanes.flatMap((lane) => lackWords(lane, times))],
    [marks, lanes, times],
  )
  const labels = placeLabels(
    words.map(({ text, weight, at: when }) => ({ text, weight, share: clamp(when, length) / length })),
    width,
  )
  return (
    <div className="time-bar">
      <div className="time-track" ref={box} aria-hidden="true">
        <i className="time-setup" style={at(0, ringing ?? setup)} />
        {ringing !== null && <i className="time-ringing" style={at(ringing, setup)} />}
        {lanes.map((lane) => (
          <span key={lane.way} className={`time-lane ${lane.way}`}>
            {lane.lack !== null && answered !== null && (
              <i className={`is-${lane.lack}`} style={at(answered, length)} />
            )}
            {lane.runs.map((run) => (
              <i key={run.from} style={at(run.from, run.to)} />
            ))}
          </span>
        ))}
        {holds.map((hold) => (
          <i key={hold.from} className="time-hold" style={at(hold.from, hold.to)} title="on hold" />
        ))}
        {times.end !== 'ended' && <i className={`time-open is-${times.end}`} />}
        {marks.map((mark, i) => (
          <i key={i} className={`time-tick is-${mark.kind}`} style={{ left: `${(100 * mark.at) / length}%` }} />
        ))}
      </div>
      <ol className="numbers" aria-label="Times">
        {words.map(({ text, at: when, tone, whole }, i) => {
          const label = labels[i]!
          const style = { left: `${label.leftPx}px`, top: `${label.row * 14}px` }
          const className = `${label.row < 0 ? 'hidden' : ''} ${tone}`
          return (
            <li key={i} className={className} style={label.row < 0 ? undefined : style} title={whole}>
              {text}
              <span className="hidden"> at {span(when)}</span>
            </li>
          )
        })}
        <li className="hidden">{endWords[times.end]}</li>
      </ol>
    </div>
  )
}

/** Which word has the right of way. */
const weights: Readonly<Record<Mark['kind'], number>> = {
  answered: 8,
  end: 7,
  hold: 6,
  change: 5,
  ringing: 4,
  digit: 3,
  note: 3,
  audio: 2,
  invite: 1,
}

const clamp = (at: number, length: number) => Math.max(0, Math.min(length, at))

const endWords: Readonly<Record<CallTimes['end'], string>> = {
  ended: 'The call ended.',
  now: 'The call goes on.',
  seen: 'The capture ends here; when the call ended is unknown.',
  interrupted: 'Ringback was gone here; when the call ended is unknown.',
}

interface Word {
  readonly text: string
  readonly at: number
  readonly tone: string
  readonly whole: string
  readonly weight: number
}

/** A mark's word: how long it took for what people wait for, when it was for the rest. */
function wordOf(mark: Mark, { ringing, answered, lanes }: CallTimes): Word {
  const after = mark.kind === 'ringing' ? 0 : mark.kind === 'answered' ? (ringing ?? 0) : null
  const first = lanes.filter((lane) => lane.first !== null && mark.kind === 'answered')
  const audio = first.map(
    ({ way, first: when }) => `${way === 'to-peer' ? '→' : '←'} audio ${signed(when! - answered!)}`,
  )
  const text = [after === null ? mark.text : `${mark.text} ${span(mark.at - after)}`, ...audio].join('  ')
  return {
    text,
    at: mark.at,
    tone: mark.way ?? '',
    whole: `${mark.text} ${signed(mark.at)}`,
    weight: weights[mark.kind],
  }
}

const lacks: { readonly [Kind in Lack]: { readonly word: string; readonly tone: string; readonly why: string } } = {
  'never': { word: 'never', tone: 'tone-fault', why: 'not one packet, though audio was due' },
  'not-due': { word: 'none due', tone: 'muted', why: 'what was agreed does not allow it' },
  'unknown': { word: 'unknown', tone: 'muted', why: 'none was seen; whether there was any is unknown' },
}

function lackWords({ way, lack }: Lane, { answered }: CallTimes): Word[] {
  if (lack === null || answered === null) return []
  const { word, tone, why } = lacks[lack]
  return [
    { text: `${way === 'to-peer' ? '→' : '←'} ${word}`, at: answered, tone, weight: 9, whole: `audio ${way}: ${why}` },
  ]
}

const signed = (seconds: number) => `${seconds < 0 ? '−' : '+'}${span(Math.abs(seconds))}`
