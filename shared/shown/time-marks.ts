import type { CallReport, LadderMessage } from '../contract/report.ts'
import { receives, sends } from '../wire/sdp/sdp.ts'
import { microsOf } from '../base/time.ts'
import { factsOf, isHold, methodOf, statusOf } from './message-facts.ts'

/** Something that happened at an instant of a call, as the bar and the charts mark it. */
export interface Mark {
  /** Seconds since the call began. */
  readonly at: number
  readonly kind: 'invite' | 'ringing' | 'answered' | 'audio' | 'hold' | 'change' | 'digit' | 'note' | 'end'
  readonly text: string
  /** Which way, where it has one. */
  readonly way?: 'to-peer' | 'from-peer'
}

export interface Span {
  readonly from: number
  readonly to: number
}

/** `never` where that is certain, `not-due` where what was agreed never allowed it, else `unknown`. */
export type Lack = 'never' | 'not-due' | 'unknown'

/** What is known of the audio of one direction from the answer on. */
export interface Lane {
  readonly way: 'to-peer' | 'from-peer'
  readonly runs: readonly Span[]
  /** Why nothing of it is seen; null where something is. */
  readonly lack: Lack | null
  readonly first: number | null
}

export interface CallTimes {
  /** Seconds from the INVITE to the end, or to what was seen last. */
  readonly length: number
  readonly ringing: number | null
  readonly answered: number | null
  readonly holds: readonly Span[]
  readonly marks: readonly Mark[]
  readonly lanes: readonly Lane[]
  /** How the bar ends: with the call, with now, with the capture, or because the engine was gone. */
  readonly end: 'ended' | 'now' | 'seen' | 'interrupted'
}

const mostMarks = 200
const inDialog = new Set(['INVITE', 'UPDATE', 'INFO', 'REFER'])
const observed: Readonly<Record<string, Mark['kind']>> = {
  'marker-heard': 'audio',
  'digit-sent': 'digit',
  'digit-received': 'digit',
  'muted': 'note',
  'unmuted': 'note',
  'joined': 'note',
  'unjoined': 'note',
}

const notes: Readonly<Record<string, string>> = { unjoined: 'no longer joined' }

/** The time of the call as it is drawn; `nowUs` where it goes on, `interrupted` where its engine was gone. */
export function timesOf(report: CallReport, nowUs: number | null, interrupted = false): CallTimes {
  const { timeline, messages, streams } = report
  const begin = microsOf(timeline.startedAt)
  const since = (iso: string) => (microsOf(iso) - begin) / 1e6
  const optional = (iso: string | null) => (iso === null ? null : since(iso))
  const ended = optional(timeline.endedAt)
  const seen = Math.max(
    0,
    ...messages.slice(-1).map(({ at }) => since(at)),
    ...streams.map(({ endedAt }) => since(endedAt)),
  )
  const length = ended ?? (nowUs === null ? seen : Math.max(seen, (nowUs - begin) / 1e6))
  const answered = optional(timeline.answeredAt)
  const changes = changesOf(messages, since)
  return {
    // A call that ended as it began still has an end.
    length: Math.max(length, 1e-6),
    ringing: optional(timeline.ringingAt),
    answered,
    holds: holdsOf(changes, length),
    marks: [
      { at: 0, kind: 'invite' as const, text: 'INVITE' },
      ...(timeline.ringingAt === null ? [] : [{ at: since(timeline.ringingAt), kind: 'ringing', text: 'ringing' }]),
      ...(answered === null ? [] : [{ at: answered, kind: 'answered', text: 'answered' }]),
      ...changes,
      ...digitsAndNotes(report, since),
      ...(ended === null ? [] : [{ at: ended, kind: 'end', text: endText(report) }]),
    ]
      .filter((mark): mark is Mark => Number.isFinite(mark.at))
      .sort((a, b) => a.at - b.at)
      .slice(0, mostMarks),
    lanes: answered === null ? [] : lanesOf(report, since),
    end: ended !== null ? 'ended' : nowUs !== null ? 'now' : interrupted ? 'interrupted' : 'seen',
  }
}

interface Change extends Mark {
  readonly hold: boolean | null
}

/** Requests inside the dialog that change the call, once each whatever they pass and however often they are sent. */
function changesOf(messages: readonly LadderMessage[], since: (iso: string) => number): Change[] {
  const found: Change[] = []
  const known = new Set<string>()
  for (const shown of messages) {
    const method = methodOf(shown)
    if (found.length >= mostMarks || shown.retransmissionOf !== null || !inDialog.has(method)) continue
    if (statusOf(shown) !== null) continue
    const { fromTag, inDialog: inside, session, digit } = factsOf(shown)
    const key = `${fromTag} ${shown.cseq}`
    if (!inside || known.has(key)) continue
    known.add(key)
    const hold = (method === 'INVITE' || method === 'UPDATE') && session ? isHold(session) : null
    const held = found.findLast((change) => change.hold !== null)?.hold ?? false
    found.push({
      at: since(shown.at),
      hold,
      ...(method === 'INFO'
        ? { kind: 'digit', text: digit === null ? 'INFO' : `digit ${digit}` }
        : method === 'REFER'
          ? { kind: 'change', text: 'transfer' }
          : hold === null || hold === held
            ? { kind: 'change', text: method === 'INVITE' ? 're-INVITE' : method }
            : { kind: 'hold', text: hold ? 'hold' : 'resume' }),
    })
  }
  return found
}

function holdsOf(changes: readonly Change[], length: number): Span[] {
  const holds: Span[] = []
  let from: number | null = null
  for (const { at, hold } of changes) {
    if (hold === true) from ??= at
    if (hold === false && from !== null) {
      holds.push({ from, to: at })
      from = null
    }
  }
  return from === null ? holds : [...holds, { from, to: length }]
}

function digitsAndNotes({ observations }: CallReport, since: (iso: string) => number): Mark[] {
  const heard = observations.find(({ kind }) => kind === 'marker-heard')
  return observations.flatMap((seen): Mark[] => {
    const { at, kind, value } = seen
    const known = Object.hasOwn(observed, kind) ? observed[kind] : undefined
    if (!known) return []
    if (kind === 'marker-heard') return seen === heard ? [{ at: since(at), kind: 'audio', text: 'marker back' }] : []
    if (known === 'note') return [{ at: since(at), kind: 'note', text: notes[kind] ?? kind }]
    // Those of an INFO stand among the messages.
    if (value === undefined) return []
    return [
      { at: since(at), kind: 'digit', text: `digit ${value}`, way: kind === 'digit-sent' ? 'to-peer' : 'from-peer' },
    ]
  })
}

function lanesOf(report: CallReport, since: (iso: string) => number): Lane[] {
  return (['to-peer', 'from-peer'] as const).map((way) => {
    const runs = report.streams
      .filter(({ toPeer }) => toPeer !== null && toPeer === (way === 'to-peer'))
      .map(({ startedAt, endedAt }) => ({ from: since(startedAt), to: since(endedAt) }))
      .sort((a, b) => a.from - b.from)
    return {
      way,
      runs,
      lack: runs.length > 0 ? null : lackOf(report, way),
      first: runs[0]?.from ?? null,
    }
  })
}

/** Why nothing is seen of a direction. */
export function lackOf({ verdict, media }: Pick<CallReport, 'verdict' | 'media'>, way: Lane['way']): Lack {
  if (verdict.missing === 'both' || verdict.missing === way) return 'never'
  const allows = way === 'to-peer' ? sends : receives
  return media.length > 0 && !media.some(({ direction }) => allows(direction)) ? 'not-due' : 'unknown'
}

/** Why nothing is seen of a direction, in words; `certain`: it is missing, nobody could have overlooked it. */
export function lackText(
  report: Pick<CallReport, 'verdict' | 'media' | 'timeline'>,
  way: Lane['way'],
): { readonly text: string; readonly certain: boolean } {
  const agreed = report.media.at(-1)
  if (report.timeline.answeredAt === null) return { text: 'none: the call is not answered', certain: false }
  switch (lackOf(report, way)) {
    case 'unknown':
      return { text: 'unknown: none was seen', certain: false }
    case 'not-due':
      return { text: `none, and none was due: the media is ${agreed?.direction}`, certain: false }
    case 'never':
      return {
        text: `not one packet${agreed ? ` ${way === 'to-peer' ? 'to' : 'from'} ${agreed.remote}` : ''}`,
        certain: true,
      }
  }
}

function endText({ timeline, outcome, messages }: CallReport): string {
  if (timeline.answeredAt === null && outcome === 'refused') return 'refused'
  if (outcome === 'cancelled') return 'CANCEL'
  return messages.some((message) => methodOf(message) === 'BYE') ? 'BYE' : 'end'
}
