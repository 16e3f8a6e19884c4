import type { Micros } from '../../../../../shared/base/time.ts'

/** When a line says that it was written. */
export interface WrittenTime {
  readonly at: Micros
  /** What it does not say of it: the day, the year, or the time zone. */
  readonly lacks: 'day' | 'year' | 'zone' | null
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const clock = String.raw`(\d{2}):(\d{2}):(\d{2})(?:[.,:](\d{1,9}))?`
const calendar = new RegExp(
  String.raw`(\d{4})[-/.](\d{2})[-/.](\d{2})[T\s]{1,3}${clock}\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?`,
)
const named = new RegExp(String.raw`\b([A-Z][a-z]{2})\s{1,2}(\d{1,2})\s${clock}(?:\s(\d{4}))?(?!\d)`)
const epoch = /(?:^|[^\d.])(1\d{9})\.(\d{3,9})(?!\d)/
const alone = new RegExp(String.raw`(?:^|[^\d:.])${clock}(?!:?\d)`)

/** The time that stands in a line of a log; null where none does. */
export function timeIn(line: string): WrittenTime | null {
  const unix = epoch.exec(line)
  if (unix) return { at: Number(unix[1]) * 1e6 + fraction(unix[2]), lacks: null }
  const full = calendar.exec(line)
  if (full) {
    const [, year, month, day, h, m, s, part, zone] = full
    const at = instant(Number(year), Number(month) - 1, Number(day), h!, m!, s!, part)
    return at === null ? null : { at: at - offset(zone), lacks: zone === undefined ? 'zone' : null }
  }
  const short = named.exec(line)
  const month = short ? months.indexOf(short[1]!) : -1
  if (short && month >= 0) {
    const [, , day, h, m, s, part, year] = short
    const at = instant(year === undefined ? 1970 : Number(year), month, Number(day), h!, m!, s!, part)
    return at === null ? null : { at, lacks: year === undefined ? 'year' : 'zone' }
  }
  const time = alone.exec(line)
  if (!time) return null
  const at = instant(1970, 0, 1, time[1]!, time[2]!, time[3]!, time[4])
  return at === null ? null : { at, lacks: 'day' }
}

function instant(
  year: number,
  month: number,
  day: number,
  h: string,
  m: string,
  s: string,
  part: string | undefined,
): Micros | null {
  if (year < 1970 || month > 11 || day < 1 || day > 31 || Number(h) > 23 || Number(m) > 59 || Number(s) > 60)
    return null
  return Date.UTC(year, month, day, Number(h), Number(m), Number(s)) * 1000 + fraction(part)
}

/** Digits behind the point, in microseconds. */
function fraction(digits = ''): number {
  return Number(digits.slice(0, 6).padEnd(6, '0'))
}

function offset(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '')
  if (!match) return 0
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60) * 1e6
}
