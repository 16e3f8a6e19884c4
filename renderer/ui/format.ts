import { dateOf } from '../../shared/shown/format.ts'

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: '2-digit' })

/** `14:03:07`; with the day when it was not today. */
export function timeOf(iso: string): string {
  const date = dateOf(iso)
  return date.toDateString() === new Date().toDateString()
    ? clock.format(date)
    : `${day.format(date)} ${clock.format(date)}`
}
