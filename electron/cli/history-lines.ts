import { elide, visible } from '../../shared/base/text.ts'
import type { HistoryEntry } from '../../shared/contract/lists.ts'
import type { Paint } from './terminal.ts'

const titles = ['id', 'started', 'direction', 'to', 'through', 'outcome', 'length'] as const
const longestTarget = 48

const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })
/** `UTC+1`: the times of a list are those of this computer. */
const zoneOf = (at: Date) =>
  new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')!
    .value.replace('GMT', 'UTC')

/** Past calls as a table with a head: times are local, the verdict stands last because it is the longest. */
export function historyLines(entries: readonly HistoryEntry[], paint: Paint): string[] {
  const rows = entries.map(cellsOf)
  const zone = zoneOf(new Date(entries[0]!.startedAt))
  const heads = titles.map((title) => (title === 'started' ? `started (${zone})` : title))
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[], last: string) =>
    [...cells.map((cell, i) => (i === cells.length - 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))), last]
      .join('  ')
      .trimEnd()
  return [paint.dim(line(heads, 'verdict')), ...rows.map((row, i) => line(row, visible(entries[i]!.verdict)))]
}

function cellsOf({ id, startedAt, direction, to, trunk, outcome, status, durationMs }: HistoryEntry): string[] {
  // Without an end: the process that had the call died in it, or still has it.
  const interrupted = durationMs === null && (outcome === 'in-progress' || outcome === 'answered')
  return [
    id,
    day.format(new Date(startedAt)),
    direction,
    elide(visible(to), longestTarget),
    visible(trunk ?? ''),
    `${interrupted ? 'interrupted' : outcome}${status === null || outcome === 'answered' ? '' : ` ${status}`}`,
    durationMs === null ? '' : `${(durationMs / 1000).toFixed(1)} s`,
  ]
}
