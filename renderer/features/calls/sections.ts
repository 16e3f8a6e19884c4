import type { CaptureLine } from '../../../shared/contract/captures.ts'
import type { HistoryEntry } from '../../../shared/contract/lists.ts'
import type { CallView, CaptureView } from '../../../shared/contract/views.ts'
import { isOtherEnd } from '../../state/other-end.ts'
import { fitsFields, type FieldTerm } from '../../../shared/model/call-query.ts'

/** A row of the list of calls; `entry` and `line` are undefined until their page is here. */
export type ListRow =
  | { readonly kind: 'live'; readonly id: string; readonly call: CallView }
  | {
      readonly kind: 'past'
      readonly id: string | null
      readonly entry: HistoryEntry | undefined
      readonly index: number
    }
  | {
      readonly kind: 'capture'
      readonly id: null
      readonly capture: CaptureView
      readonly total: number
      readonly cut: boolean
      readonly open: boolean
    }
  | {
      readonly kind: 'item'
      readonly id: string | null
      readonly capture: string
      readonly line: CaptureLine | undefined
      readonly index: number
    }
  | { readonly kind: 'heading'; readonly id: null; readonly text: string }

interface Section {
  readonly count: number
  at(index: number): ListRow
}

export interface Captured {
  readonly capture: CaptureView
  readonly open: boolean
  readonly total: number
  /** A filter looked at the first of it only. */
  readonly cut: boolean
  listed(index: number): { readonly id: string; readonly line: CaptureLine } | undefined
}

/** Live calls, then each open capture under a row of its own, then past calls: one list. */
export function sectionsOf(
  live: readonly CallView[],
  captures: readonly Captured[],
  past: { readonly total: number; entry(index: number): HistoryEntry | undefined },
): { readonly count: number; at(index: number): ListRow } {
  const sections: Section[] = [
    { count: live.length, at: (i) => ({ kind: 'live', id: live[i]!.id, call: live[i]! }) },
    ...captures.flatMap(({ capture, open, total, cut, listed }): Section[] => [
      { count: 1, at: () => ({ kind: 'capture', id: null, capture, total, cut, open }) },
      {
        count: open ? total : 0,
        at: (index) => {
          const found = listed(index)
          return { kind: 'item', id: found?.id ?? null, capture: capture.id, line: found?.line, index }
        },
      },
    ]),
    {
      count: captures.length > 0 && past.total > 0 ? 1 : 0,
      at: () => ({ kind: 'heading', id: null, text: 'Past calls' }),
    },
    {
      count: past.total,
      at: (index) => {
        const entry = placedFirst(past.entry, index)
        return { kind: 'past', id: entry?.id ?? null, entry, index }
      },
    },
  ]
  return {
    count: sections.reduce((sum, { count }) => sum + count, 0),
    at(index) {
      let left = index
      for (const { count, at } of sections) {
        if (left < count) return at(left)
        left -= count
      }
      return { kind: 'heading', id: null, text: '' }
    },
  }
}

/** Both legs of a call begin at once: the one that was placed stands over the one that came in. */
function placedFirst(entry: (index: number) => HistoryEntry | undefined, index: number): HistoryEntry | undefined {
  const [before, here, after] = [index > 0 ? entry(index - 1) : undefined, entry(index), entry(index + 1)]
  if (areTurned(here, after)) return after
  return areTurned(before, here) ? before : here
}

const areTurned = (first: HistoryEntry | undefined, second: HistoryEntry | undefined) =>
  first?.direction === 'inbound' &&
  second?.direction === 'outbound' &&
  first.callId !== '' &&
  first.callId === second.callId

/** Whether a live call fits the fields of a filter; its words are searched by the engine. */
export const fitsLive = (
  { direction, from, to, trunk, outcome, status, verdict }: CallView,
  fields: readonly FieldTerm[],
): boolean =>
  fitsFields({ direction, from, to, trunk, outcome, kind: verdict.kind, status: status?.code ?? null }, fields)

/** Whether a row is a leg of the call above it: the same Call-ID the other way round, or the engine joins them. */
export function isLegOf(row: ListRow, above: ListRow | null): boolean {
  if (!above || row.kind !== above.kind) return false
  if (row.kind === 'past' && above.kind === 'past')
    return row.entry !== undefined && row.entry.callId !== '' && row.entry.callId === above.entry?.callId
  if (row.kind === 'live' && above.kind === 'live') return isOtherEnd(row.call, above.call)
  return row.kind === 'item' && above.kind === 'item' && isNextLeg(row.line, above.line)
}

/** Whether the engine has joined them: directly, or by a leg that both have in common. */
function isNextLeg(leg: CaptureLine | undefined, first: CaptureLine | undefined): boolean {
  const [ours = [], theirs = []] = [leg?.legs, first?.legs]
  return first !== undefined && (ours.includes(first.id) || ours.some((id) => theirs.includes(id)))
}
