import { elide, visible } from '../../../shared/base/text.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { useEngine } from '../../state/engine.ts'
import { Foreign, Icon, useNow } from '../../ui/controls.tsx'
import { duration, party, secondsBetween } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import './head.css'

/** A party of a head keeps both of its ends; the whole stands on hover. */
const longestParty = 36

/** Which call this is: the number, what it went over, what is agreed, when, how long, and who ended it. */
export function Head({ report, view }: { report: CallReport; view: CallView | undefined }) {
  const { direction, from, to, requestUri, timeline } = report
  const live = view !== undefined && view.state !== 'ended'
  const who = direction === 'inbound' ? from : requestUri || to
  return (
    <div className="call-which">
      <h2 className="mono" title={visible(`${from} → ${requestUri || to}`)}>
        <Icon name={direction === 'observed' ? 'seen' : direction === 'inbound' ? 'in' : 'out'} />
        <span className="hidden">
          {direction === 'observed' ? 'Seen in a capture' : direction === 'inbound' ? 'Came in' : 'Placed here'}:{' '}
        </span>
        {direction === 'observed' && (
          <>
            <Party uri={from} /> →{' '}
          </>
        )}
        {who === '' ? '(nobody)' : <Party uri={who} />}
        {view?.displayName && direction === 'inbound' && (
          <span className="call-host">
            {' '}
            <Foreign text={elide(view.displayName, longestParty)} />
          </span>
        )}
      </h2>
      <p className="numbers muted">
        <Facts report={report} view={view} />
        <span title={timeline.startedAt}>{timeOf(timeline.startedAt)}</span>
        {timeline.endedAt && timeline.answeredAt && (
          <span title={`to ${timeline.endedAt}`}>
            {duration(secondsBetween(timeline.answeredAt, timeline.endedAt))}
          </span>
        )}
        {live && timeline.answeredAt && <Running since={timeline.answeredAt} />}
        <span>{endOf(report, view)}</span>
      </p>
    </div>
  )
}

/** The user of a URI first, its host behind it, muted: what tells calls apart is never what is cut. */
function Party({ uri }: { uri: string }) {
  const shown = party(uri)
  const at = shown.lastIndexOf('@')
  return at <= 0 ? (
    <Foreign text={elide(shown, longestParty)} />
  ) : (
    <>
      <Foreign text={elide(shown.slice(0, at), longestParty)} />
      <span className="call-host">
        <Foreign text={elide(shown.slice(at), longestParty)} />
      </span>
    </>
  )
}

/** How it went, one after the other: trunk and transport, codec, encryption. */
function Facts({ report, view }: { report: CallReport; view: CallView | undefined }) {
  const capture = useEngine((state) => state.captures.get(view?.capture ?? ''))
  const agreed = report.media.at(-1)
  const trunk = report.placed?.trunk ?? view?.trunk ?? null
  const transport = report.transport?.toUpperCase() ?? null
  return (
    <>
      {capture && <span>{visible(elide(capture.files.join(', '), longestParty))}</span>}
      {view?.agent && <span>built-in agent</span>}
      <span>
        {trunk !== null && (
          <>
            via <Foreign text={trunk} />{' '}
          </>
        )}
        {transport ?? 'no transport'}
      </span>
      {agreed ? (
        <>
          <span>
            <Foreign text={agreed.codec} /> {agreed.ptimeMs} ms
          </span>
          <span>{agreed.encryption === 'none' ? 'media clear' : `media ${agreed.encryption.toUpperCase()}`}</span>
        </>
      ) : (
        <span>no media agreed</span>
      )}
    </>
  )
}

function Running({ since }: { since: string }) {
  const now = useNow(500, true)
  return <span>{duration(now / 1000 - Date.parse(since) / 1000)}</span>
}

/** How it ended, as far as that is known. */
function endOf(report: CallReport, view: CallView | undefined): string {
  const { endedAt, endedBy } = report.timeline
  if (view && view.state !== 'ended') return view.waiting ? 'ringing here' : 'under way'
  if (endedAt !== null && report.transport === null) return 'not sent'
  if (endedAt !== null) return endedBy === null ? 'ended, by whom is unknown' : `ended by ${endedBy}`
  return isInterrupted(report, view)
    ? 'interrupted: Ringback was gone before it ended'
    : 'end unknown: the capture does not hold it'
}

/** A call of an earlier run that has no end: its engine was gone. A capture only ends too early. */
export const isInterrupted = ({ timeline, direction }: CallReport, view: CallView | undefined): boolean =>
  view === undefined && timeline.endedAt === null && direction !== 'observed'
