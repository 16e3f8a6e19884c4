import { microsOf } from '../base/time.ts'

// Times and spans as the window and the report write them. Every figure has its unit.

/** Of an ISO time, its microseconds cut off. */
export const dateOf = (iso: string): Date => new Date(iso.replace(/(\.\d{3})\d+Z$/, '$1Z'))

/** Seconds between two ISO times. */
export const secondsBetween = (from: string, to: string): number => (microsOf(to) - microsOf(from)) / 1e6

/** `0.021 s`, `1.9 s`, `12 s`, `3 min 04 s`. */
export function span(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
    : `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`
}

/** `0:07`, `12:40`, `1:02:03`: a running call. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const tail =
    `${String(Math.floor(whole / 60) % 60).padStart(whole >= 3600 ? 2 : 1, '0')}:` +
    `${String(whole % 60).padStart(2, '0')}`
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${tail}` : tail
}

/** `+0.021`, past a thousand seconds `+2:46:40`: a place on the time line. */
export function offset(seconds: number): string {
  const whole = Math.abs(seconds)
  return `${seconds < 0 ? '−' : '+'}${whole < 1000 ? whole.toFixed(3) : duration(whole)}`
}

/** What identifies a party in a list: the URI without scheme and parameters. */
export const party = (uri: string): string => uri.replace(/^(sips?|tel):/i, '').replace(/[;?].*$/s, '')
