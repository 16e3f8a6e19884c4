import { lazy, Suspense, useMemo, useState } from 'react'
import { microsOf } from '../../../shared/base/time.ts'
import type { CallReport, RelatedCall } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { useActions } from '../../state/actions.ts'
import { look, remember, useUi, type Place } from '../../state/ui.ts'
import { Button, useNow } from '../../ui/controls.tsx'
import { Loading } from '../../ui/loading.tsx'
import { Split } from '../../ui/split.tsx'
import { useMedia } from '../../ui/use-media.ts'
import { Actions } from './actions.tsx'
import { Conversation } from './conversation.tsx'
import { evidenceOf, tellingPart } from './evidence.ts'
import { Head, isInterrupted } from './head.tsx'
import { Legs } from './legs.tsx'
import { Message } from './inspector.tsx'
import { Ladder } from './ladder.tsx'
import { MediaDetails, Figures } from './media-details.tsx'
import { flowsOf } from '../../../shared/shown/media-figures.ts'
import { Media } from './media.tsx'
import { Note } from './note.tsx'
import { Persona } from './persona.tsx'
import { Script } from './script.tsx'
import { Joined } from './others.tsx'
import { OfCall, Talking } from './talk.tsx'
import { TimeBar } from './time-bar.tsx'
import { timesOf } from '../../../shared/shown/time-marks.ts'
import { Verdict } from './verdict.tsx'
import './call.css'

/** Loaded when somebody listens. */
const Player = lazy(() => import('./player.tsx'))

/** Below this width the message covers the ladder instead of standing beside it. */
const narrow = '(max-width: 1099px)'

/**
 * One call, live or past, placed, received or captured, in the order in which a person asks: which call, the verdict,
 * why, when, the ladder with its messages, the media.
 */
export function Call({
  report,
  view,
  samples,
  onCompare = null,
}: {
  report: CallReport
  view: CallView | undefined
  samples: readonly (readonly Sample[])[]
  onCompare?: (() => void) | null
}) {
  const place = useUi((state) => state.place)
  const [drawer, setDrawer] = useState(false)
  const [opened, setOpened] = useState(() => remember.get('media.open') === 'yes')
  const isNarrow = useMedia(narrow)
  const live = view !== undefined && view.state !== 'ended'
  const now = useNow(250, live)
  const nowUs = live ? now * 1000 : null
  const interrupted = isInterrupted(report, view)
  const chosen = place?.kind === 'finding' ? place.n : null
  const selection = shownPart(report, place, live)
  const flows = useMemo(() => flowsOf(report.streams, samples), [report.streams, samples])
  const times = useMemo(() => timesOf(report, null, interrupted), [report, interrupted])
  /** The call that is listened to. */
  const [listening, setListening] = useState<string | null>(null)
  const [cycled, setCycled] = useState(-1)
  const select = (next: Place) => {
    look(next)
    setDrawer(true)
  }
  const follow = (next: Place, finding: number) => {
    setCycled(evidenceOf(report).findIndex((item) => item.finding === finding && item.place.n === next.n))
    select(next)
  }
  const cycle = (by: number) => {
    const all = evidenceOf(report)
    if (all.length === 0) return
    const next = (cycled + by + all.length * 2) % all.length
    setCycled(next)
    select(all[next]!.place)
  }
  const toggle = () => {
    remember.set('media.open', opened ? 'no' : 'yes')
    setOpened(!opened)
  }
  const listens = listening === report.id
  const listen = () => setListening(listens ? null : report.id)
  useActions([
    {
      id: 'evidence.previous',
      group: 'Call',
      name: 'Previous evidence',
      run: () => cycle(cycled < 0 ? 0 : -1),
    },
    { id: 'evidence.next', group: 'Call', name: 'Next evidence', run: () => cycle(1) },
    { id: 'media.toggle', group: 'Call', name: opened ? 'Close the charts' : 'Open figures and charts', run: toggle },
    ...(live || flows.length === 0
      ? []
      : [{ id: 'media.listen', group: 'Call', name: listens ? 'Close the player' : 'Listen', run: listen }]),
    ...(drawer && isNarrow
      ? [{ id: 'message.close', group: 'Message', name: 'Close the message', run: () => setDrawer(false) }]
      : []),
  ])

  const ladder = (
    <Ladder source={report} name={`call-${report.id}`} live={live} selection={selection} onSelect={select} />
  )
  const flow = selection?.kind === 'stream' ? flows[selection.n] : undefined
  const detail = flow ? (
    <div className="call-stream" tabIndex={0} role="group" aria-label="Figures of the stream">
      <Figures
        flows={[flow]}
        around={{ live, holds: times.holds, startedAt: report.timeline.startedAt }}
        selected={null}
      />
    </div>
  ) : report.messages.length > 0 ? (
    <Message
      messages={report.messages}
      findings={report.findings}
      n={selection?.kind === 'message' ? selection.n : 0}
    />
  ) : (
    <p className="muted call-none">No message was sent or received.</p>
  )
  const upper = isNarrow ? (
    <div className="call-drawn">
      {ladder}
      {drawer && (
        <div className="call-drawer" role="dialog" aria-label={flow ? 'Stream' : 'Message'}>
          <Button kind="quiet" className="call-close" onClick={() => setDrawer(false)}>
            Close
          </Button>
          {detail}
        </div>
      )}
    </div>
  ) : (
    <Split
      label="Width of the message"
      axis="x"
      fixed="second"
      size={remember.number('message', 400)}
      least={260}
      most={900}
      rest={360}
      onResize={(size) => remember.set('message', String(size))}
      first={ladder}
      second={detail}
    />
  )
  return (
    <div className="call">
      <header className="call-head">
        <Head report={report} view={view} />
        <Actions key={report.id} report={report} view={view} onCompare={onCompare} />
      </header>
      {live && view.direction !== 'observed' && <Talking view={view} />}
      {live && <Joined view={view} />}
      {view?.voiceOf != null && <OfCall id={view.voiceOf} />}
      <Legs legs={report.related ?? noLegs} />
      <Note key={report.id} report={report} />
      <Verdict report={report} view={view} chosen={chosen} onEvidence={follow} />
      <Persona persona={report.persona} />
      <Script report={report} live={live} />
      <TimeBar report={report} nowUs={nowUs} interrupted={interrupted} />
      <Conversation report={report} nowUs={nowUs} />
      <div className={`call-panes${opened && flows.length > 0 ? ' with-details' : ''}`}>
        {opened && flows.length > 0 ? (
          <Split
            label="Height of the media"
            axis="y"
            fixed="second"
            size={remember.number('media', usualMediaPx())}
            least={120}
            most={700}
            rest={leastLadderPx}
            onResize={(size) => remember.set('media', String(size))}
            first={upper}
            second={
              <MediaDetails
                report={report}
                flows={flows}
                times={times}
                live={live}
                selection={selection}
                onSelect={select}
              />
            }
          />
        ) : (
          upper
        )}
      </div>
      {listens && !live && (
        <Suspense fallback={<Loading what="the player" />}>
          <Player key={report.id} report={report} atUs={timeOfPart(report, place)} />
        </Suspense>
      )}
      <Media
        report={report}
        flows={flows}
        live={live}
        open={opened}
        onToggle={toggle}
        listens={listens}
        onListen={live ? null : listen}
        onSelect={select}
      />
    </div>
  )
}

/** When a message that was chosen was seen; null where none was. */
function timeOfPart({ messages }: CallReport, place: Place | null): number | null {
  const at = place?.kind === 'message' ? messages[place.n]?.at : undefined
  return at === undefined ? null : microsOf(at)
}

const noLegs: readonly RelatedCall[] = []

/** Charts and the first figures on a small screen, all of them on a large one. */
const usualMediaPx = () => Math.max(270, Math.round(innerHeight * 0.44))

/** Eight rows, their head and tools. */
const leastLadderPx = 284

/** What was asked for; else of a call that goes on its first message, and of an ended one what tells most. */
function shownPart(report: CallReport, place: Place | null, live: boolean): Place | null {
  if (place?.kind === 'finding') {
    const found = evidenceOf(report).find(({ finding }) => finding === place.n)
    if (found) return found.place
  } else if (place?.kind === 'message' && place.n < report.messages.length) return place
  else if (place?.kind === 'stream' && place.n < report.streams.length) return place
  return live ? (report.messages.length > 0 ? { kind: 'message', n: 0 } : null) : tellingPart(report)
}
