import { visible } from '../../../shared/base/text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Place } from '../../state/ui.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import { Charts } from './media-charts.tsx'
import { allFigures, unfollowedText, type Flow } from '../../../shared/shown/media-figures.ts'
import type { CallTimes } from '../../../shared/shown/time-marks.ts'

/** All figures of every stream, and their course. */
export function MediaDetails({
  report,
  flows,
  times,
  live,
  selection,
  onSelect,
}: {
  report: CallReport
  flows: readonly Flow[]
  times: CallTimes
  live: boolean
  selection: Place | null
  onSelect: (place: Place) => void
}) {
  const agreed = report.media.at(-1)
  const unfollowed = unfollowedText(report.unfollowedPackets)
  return (
    <div className="media-details" tabIndex={0} role="group" aria-label="Figures and charts">
      <p>
        {agreed ? (
          <>
            <b>
              <Foreign text={`${agreed.codec}/${agreed.clockRate}`} />
            </b>{' '}
            payload type {agreed.payloadType} · {agreed.ptimeMs} ms · media encryption{' '}
            {agreed.encryption === 'none' ? 'none' : agreed.encryption.toUpperCase()} · {agreed.direction} ·{' '}
            <span className="mono">
              <Foreign text={agreed.local} /> ↔ <Foreign text={agreed.remote} />
            </span>
          </>
        ) : (
          <span className="muted">
            No media is agreed
            {report.timeline.answeredAt === null ? ' before the answer' : ': the session descriptions do not meet'}.
          </span>
        )}
      </p>
      {agreed?.negotiation !== undefined && (
        <p className="muted">
          <Foreign text={agreed.negotiation} />
        </p>
      )}
      {flows.length > 0 && <Charts flows={flows} startedAt={report.timeline.startedAt} times={times} />}
      <div className="media-streams">
        {flows.map((flow) => (
          <Figures
            key={flow.n}
            flow={flow}
            live={live}
            times={times}
            selected={selection?.kind === 'stream' && selection.n === flow.n}
            onSelect={() => onSelect({ kind: 'stream', n: flow.n })}
          />
        ))}
      </div>
      {unfollowed !== null && <p className="muted">{unfollowed}</p>}
    </div>
  )
}

/** One stream: where it went, and every figure with what it means. */
export function Figures({
  flow,
  live,
  times,
  selected,
  onSelect,
}: {
  flow: Flow
  live: boolean
  times: CallTimes
  selected: boolean
  onSelect?: () => void
}) {
  const { stream, direction, n } = flow
  const { source, destination, ssrc, mos, mosUnknown, codec } = stream
  const arrow = direction === null ? '?' : direction === 'to-peer' ? '→' : '←'
  return (
    <article className={`media-stream${selected ? ' selected' : ''}`}>
      <h3 className={direction ?? 'muted'}>
        <span aria-hidden="true">{arrow}</span> stream {n + 1}
        {direction === null && ', its direction is unknown'}
      </h3>
      <button
        type="button"
        className="mono elide"
        aria-pressed={selected}
        onClick={onSelect}
        title={visible(`${source} → ${destination}`)}
      >
        <Foreign text={source} /> → <Foreign text={destination} /> <span className="muted">{ssrc}</span>
      </button>
      <dl className="numbers">
        {allFigures(flow, live, times.holds).map(({ name, value, tone, meaning }) => (
          <div key={name}>
            <dt title={meaning}>{name}</dt>
            <dd className={tone === 'unknown' ? 'muted' : ''}>
              {(tone === 'warning' || tone === 'fault') && <Icon name="warning" />} <Foreign text={value} />
            </dd>
          </div>
        ))}
        <div className="media-mos">
          <dt title="Estimated quality from 1 to 4.4, by the E-model (ITU-T G.107, for wideband G.107.1).">MOS</dt>
          <dd>
            {mos ? (
              <details>
                <summary>
                  {mos.value.toFixed(2)}{' '}
                  <span className="muted">
                    <Foreign text={mos.model} />, R {mos.r.toFixed(1)}
                    {!mos.confirmed && ', not confirmed by a receiver'}
                  </span>
                </summary>
                <ul>
                  {mos.assumptions.map((text) => (
                    <li key={text} className="muted">
                      <Foreign text={text} />
                    </li>
                  ))}
                </ul>
              </details>
            ) : (
              <span className="muted">
                unknown: <Foreign text={mosUnknown ?? `no model for ${codec}`} />
              </span>
            )}
          </dd>
        </div>
      </dl>
    </article>
  )
}
