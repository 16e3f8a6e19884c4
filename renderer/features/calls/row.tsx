import type { HistoryEntry } from '../../../shared/contract/lists.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { elide, visible } from '../../../shared/base/text.ts'
import { Foreign, Icon, useNow } from '../../ui/controls.tsx'
import { duration, party, secondsBetween } from '../../../shared/shown/format.ts'
import { timeOf } from '../../ui/format.ts'
import { signOf, type Sign } from '../../ui/verdict.ts'
import { Highlighted } from './highlighted.tsx'
import { partsOf } from './party-parts.ts'

/** What every row knows of the list it stands in. */
export interface RowLook {
  readonly selected: boolean
  /** A leg of the call above. */
  readonly leg: boolean
  /** Characters that a row has room for. */
  readonly room: number
  /** Words of the filter, marked where they stand. */
  readonly words: readonly string[]
  readonly onSelect: (id: string) => void
}

const liveWords: Readonly<Record<CallView['state'], string>> = {
  calling: 'calling',
  ringing: 'ringing',
  answered: 'answered',
  ending: 'ending',
  ended: 'ended',
}

export function LiveRow({ call, look }: { call: CallView; look: RowLook }) {
  const { id, direction, from, to, displayName, trunk, agent, state, waiting, startedAt, answeredAt, endedAt } = call
  const { outcome, verdict, status } = call
  const live = state !== 'ended'
  const now = useNow(500, live && answeredAt !== null)
  const judged = signOf(outcome, verdict.kind, status?.code ?? null)
  const sign: Sign =
    !live || (state === 'answered' && verdict.kind !== 'unknown')
      ? judged
      : { icon: 'live', tone: 'live', word: waiting ? 'ringing here' : liveWords[state] }
  const seconds =
    answeredAt === null
      ? null
      : endedAt === null
        ? live
          ? now / 1000 - Date.parse(answeredAt) / 1000
          : null
        : secondsBetween(answeredAt, endedAt)
  return (
    <Row
      id={id}
      look={look}
      direction={direction}
      name={direction === 'inbound' ? displayName : ''}
      peer={direction === 'inbound' ? from : to}
      trunk={trunk ?? (agent ? 'agent' : null)}
      at={startedAt}
      seconds={seconds}
      sign={sign}
      live={live}
    />
  )
}

export function PastRow({ entry, look }: { entry: HistoryEntry; look: RowLook }) {
  const { id, direction, from, to, trunk, startedAt, durationMs, outcome, kind, status, name, agent } = entry
  // Without an end: the engine died in it.
  const interrupted = durationMs === null && (outcome === 'in-progress' || outcome === 'answered')
  const sign: Sign = interrupted
    ? { icon: 'warning', tone: 'warning', word: 'interrupted' }
    : signOf(outcome, kind, status)
  return (
    <Row
      id={id}
      look={look}
      direction={direction}
      name={name}
      peer={direction === 'inbound' ? from : to}
      trunk={trunk ?? (agent ? 'agent' : null)}
      at={startedAt}
      seconds={durationMs === null ? null : durationMs / 1000}
      sign={sign}
      live={false}
    />
  )
}

const directions = {
  outbound: { icon: 'out', className: 'to-peer', title: 'placed here', word: 'out' },
  inbound: { icon: 'in', className: 'from-peer', title: 'came in', word: 'in' },
  observed: { icon: 'seen', className: 'muted', title: 'seen in a capture', word: 'seen' },
} as const

export function Row({
  id,
  look: { selected, leg, room, words, onSelect },
  direction,
  name,
  peer,
  trunk,
  at,
  seconds,
  sign,
  live,
}: {
  id: string
  look: RowLook
  direction: CallView['direction']
  name: string
  peer: string
  trunk: string | null
  at: string
  seconds: number | null
  sign: Sign
  live: boolean
}) {
  const { icon, className, title, word } = directions[direction]
  const [user, host] = partsOf(party(peer), room - (leg ? 2 : 0))
  return (
    <div
      id={`call-${id}`}
      role="option"
      aria-selected={selected}
      className={`calls-row${live ? ' live' : ''}${leg ? ' leg' : ''}`}
      onClick={() => onSelect(id)}
    >
      <span className={`calls-direction ${className}`} title={title}>
        <Icon name={leg ? 'leg' : icon} />
        <span className="hidden">{leg ? `the other leg, ${word}` : word}</span>
      </span>
      <span className="calls-line">
        <span className="calls-peer mono" title={visible(`${name} ${peer}`.trim())}>
          {peer === '' && name === '' ? (
            '(nobody)'
          ) : (
            <>
              <b>
                <Highlighted text={user} words={words} />
              </b>
              <Highlighted text={host} words={words} />
            </>
          )}
        </span>
        <span className="numbers mono">{seconds === null ? '' : duration(seconds)}</span>
      </span>
      <span className="calls-line calls-what">
        <span className="elide">
          <span className={`tone-${sign.tone}`}>
            <Icon name={sign.icon} /> {sign.word}
          </span>
          {[trunk, name].map(
            (text, i) =>
              text !== null &&
              text !== '' && (
                <span key={i} className="muted">
                  {' · '}
                  <Foreign text={elide(text, 24)} />
                </span>
              ),
          )}
        </span>
        {/* A leg begins with the call above it: the room is for what it is. */}
        {!leg && (
          <span className="muted" title={at}>
            {timeOf(at)}
          </span>
        )}
      </span>
    </div>
  )
}
