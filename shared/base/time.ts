/** Microseconds since 1970-01-01T00:00:00Z. A double holds them exactly until the year 2255. */
export type Micros = number

/** ISO 8601 with microseconds, UTC: `2026-03-01T12:00:00.000000Z`. */
export function isoMicros(at: Micros): string {
  const millis = Math.floor(at / 1000)
  const micros = Math.round(at - millis * 1000)
  return `${new Date(millis).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}

/** Milliseconds between two instants, kept to the microsecond; null when either is unknown. */
export function spanMs(from: Micros | null, to: Micros | null): number | null {
  return from === null || to === null ? null : Math.round(to - from) / 1000
}
