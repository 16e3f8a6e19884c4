/** Microseconds since 1970-01-01T00:00:00Z. A double holds them exactly until the year 2255. */
export type Micros = number

/** The last second of the year 9999: what ISO 8601 can name without a sign. */
export const latestMicros: Micros = Date.UTC(9999, 11, 31, 23, 59, 59) * 1000

/**
 * ISO 8601 with microseconds, UTC: `2026-03-01T12:00:00.000000Z`. What lies outside of 1970 to 9999 is shown as the
 * nearer end, and what is no number as 1970.
 */
export function isoMicros(at: Micros): string {
  if (at > latestMicros) return '9999-12-31T23:59:59.999999Z'
  const within = at >= 0 ? at : 0
  const millis = Math.floor(within / 1000)
  const micros = Math.min(999, Math.max(0, Math.round(within - millis * 1000)))
  const second = Math.floor(millis / 1000)
  const day = Math.floor(second / 86_400)
  if (day !== lastDay) {
    lastDay = day
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, 11)
  }
  const ofDay = second - day * 86_400
  const minute = Math.floor(ofDay / 60)
  const hour = Math.floor(minute / 60)
  return (
    `${lastDate}${twoDigits[hour]}:${twoDigits[minute - hour * 60]}:${twoDigits[ofDay - minute * 60]}.` +
    `${threeDigits(millis - second * 1000)}${threeDigits(micros)}Z`
  )
}

/** Most times lie in the day of the one before. */
let lastDay = -1
let lastDate = ''

const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const threeDigits = (value: number) => (value < 10 ? `00${value}` : value < 100 ? `0${value}` : `${value}`)

/** Milliseconds between two instants, kept to the microsecond; null when either is unknown. */
export function spanMs(from: Micros | null, to: Micros | null): number | null {
  return from === null || to === null ? null : Math.round(to - from) / 1000
}

/** Microseconds since 1970, of an ISO time with up to six decimals. */
export function microsOf(iso: string): Micros {
  const decimals = /\.(\d{1,12})Z$/.exec(iso)?.[1] ?? ''
  return Math.floor(Date.parse(iso) / 1000) * 1e6 + Number(decimals.padEnd(6, '0').slice(0, 6))
}

/** The milliseconds that a text like `2s`, `500ms` or `1.5` (seconds) names; null for any other. */
export function millisecondsOf(text: string): number | null {
  const [, number = '', unit] = /^(\d{1,8}(?:\.\d{1,3})?)(ms|s)?$/.exec(text) ?? []
  return number === '' ? null : Math.round(Number(number) * (unit === 'ms' ? 1 : 1000))
}
