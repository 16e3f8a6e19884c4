import type { CallReport } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import { visible } from '../../../shared/base/text.ts'
import { Foreign, Icon } from '../../ui/controls.tsx'
import type { Selection } from './ladder.tsx'
import { Charts, type Direction, type Flow } from './media-charts.tsx'
import './media.css'

/** RTP and RTCP of both directions side by side, and how they went in the last two minutes. */
export function Media({
  report,
  samples,
  selection,
  onSelect,
  live,
}: {
  report: CallReport
  samples: readonly (readonly Sample[])[]
  selection: Selection | null
  onSelect: (selection: Selection) => void
  live: boolean
}) {
  const flows = report.streams.map((stream, n): Flow => ({
    n,
    stream,
    direction: stream.toPeer === false ? 'from-peer' : 'to-peer',
    samples: samples[n] ?? [],
  }))
  const agreed = report.media.at(-1)
  const observed = report.direction === 'observed'
  return (
    <section className="media" aria-label="Media">
      <p className="media-agreed">
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
      <div className="media-directions">
        <Side
          title={observed ? 'to the called party' : 'to peer'}
          direction="to-peer"
          flows={flows}
          report={report}
          live={live}
          selection={selection}
          onSelect={onSelect}
        />
        <Side
          title={observed ? 'to the caller' : 'from peer'}
          direction="from-peer"
          flows={flows}
          report={report}
          live={live}
          selection={selection}
          onSelect={onSelect}
        />
      </div>
      {flows.some(({ samples: kept }) => kept.length > 1) && (
        <Charts flows={flows} startedAt={report.timeline.startedAt} />
      )}
    </section>
  )
}

function Side({
  title,
  direction,
  flows,
  report,
  live,
  selection,
  onSelect,
}: {
  title: string
  direction: Direction
  flows: readonly Flow[]
  report: CallReport
  live: boolean
  selection: Selection | null
  onSelect: (selection: Selection) => void
}) {
  const own = flows.filter((flow) => flow.direction === direction)
  return (
    <div className="media-side">
      <h3 className={direction}>
        <span aria-hidden="true">{direction === 'to-peer' ? '→' : '←'}</span> {title}
      </h3>
      {own.length === 0 && (
        <p className="muted">
          {report.timeline.answeredAt === null ? 'No RTP: the call is not answered.' : 'No RTP in this direction.'}
        </p>
      )}
      {own.map((flow) => (
        <Figures
          key={flow.n}
          flow={flow}
          live={live}
          selected={selection?.kind === 'media' && selection.n === flow.n}
          onSelect={() => onSelect({ kind: 'media', n: flow.n })}
        />
      ))}
    </div>
  )
}

function Figures({
  flow: { n, stream, samples },
  live,
  selected,
  onSelect,
}: {
  flow: Flow
  live: boolean
  selected: boolean
  onSelect: () => void
}) {
  const {
    codec,
    clockRate,
    payloadType,
    packets,
    lost,
    lostPercent,
    outOfOrder,
    duplicates,
    meanJitterMs,
    maxJitterMs,
    maxDeltaMs,
    bitrateKbps,
    level,
    mos,
    rtcp,
    ssrc,
    source,
    destination,
  } = stream
  const now = live ? (samples.at(-1)?.[3] ?? null) : (level?.meanDbfs ?? null)
  const figures: (readonly [string, string, boolean?])[] = [
    ['codec', `${codec}/${clockRate}, type ${payloadType}`],
    ['packets', packets.toLocaleString('en')],
    ['lost', `${lost.toLocaleString('en')} (${lostPercent.toFixed(1)} %)`, lost > 0],
    ['jitter', `${meanJitterMs.toFixed(2)} ms, most ${maxJitterMs.toFixed(2)} ms`],
    ['longest gap', `${maxDeltaMs.toFixed(1)} ms`],
    [
      'order',
      outOfOrder + duplicates === 0 ? 'all in order' : `${outOfOrder} late, ${duplicates} twice`,
      outOfOrder + duplicates > 0,
    ],
    ['bit rate', bitrateKbps === null ? 'unknown: too few packets' : `${bitrateKbps.toFixed(1)} kbit/s`],
    [
      'round trip',
      rtcp === null
        ? 'unknown: no receiver report'
        : rtcp.roundTripMs === null
          ? 'unknown: no sender report came back'
          : `${rtcp.roundTripMs.toFixed(1)} ms`,
    ],
    [
      'receiver says',
      rtcp === null ? 'nothing yet' : `${rtcp.reportedLost} lost, jitter ${rtcp.reportedJitterMs.toFixed(2)} ms`,
      (rtcp?.reportedLost ?? 0) > 0,
    ],
  ]
  return (
    <article className={`media-stream${selected ? ' selected' : ''}`} id={`stream-${n}`}>
      <button
        type="button"
        className="mono elide"
        aria-pressed={selected}
        onClick={onSelect}
        title={visible(`${source} → ${destination}`)}
      >
        <Foreign text={source} /> → <Foreign text={destination} /> <span className="muted">{ssrc}</span>
      </button>
      <Meter dbfs={now} live={live} />
      <dl className="numbers">
        {figures.map(([name, value, bad]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd
              key={steady.has(name) ? value : name}
              className={`${/^unknown|^nothing/.test(value) ? 'muted' : ''}${steady.has(name) ? ' changed' : ''}`}
            >
              {bad && <Icon name="warning" />} <Foreign text={value} />
            </dd>
          </div>
        ))}
        <div className="media-mos">
          <dt>MOS</dt>
          <dd>
            {mos ? (
              <details>
                <summary>
                  {mos.value.toFixed(2)}{' '}
                  <span className="muted">
                    <Foreign text={mos.model} />, R {mos.r.toFixed(1)}
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
                unknown: no model for <Foreign text={codec} />
              </span>
            )}
          </dd>
        </div>
      </dl>
    </article>
  )
}

/** Figures that stand still when all is well: a change of them shows for a moment. */
const steady = new Set(['codec', 'lost', 'order'])

const floorDbfs = -72

/** The level in dBFS as a bar and as a number. */
function Meter({ dbfs, live }: { dbfs: number | null; live: boolean }) {
  if (dbfs === null)
    return (
      <p className="meter muted">
        level unknown: {live ? 'no half second is complete yet' : 'this codec is not decoded'}
      </p>
    )
  return (
    <p className="meter">
      <meter min={floorDbfs} max={0} value={Math.max(floorDbfs, dbfs)} aria-label={live ? 'level now' : 'mean level'}>
        {dbfs} dBFS
      </meter>
      <span className="mono">{dbfs.toFixed(1).padStart(6, ' ')} dBFS</span>
      <span className="muted">{dbfs <= -60 ? 'silence' : live ? 'now' : 'mean'}</span>
    </p>
  )
}
