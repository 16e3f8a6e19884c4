import { decimal, eachLine } from '../../base/scan.ts'
import { eventToDigit } from '../rtp/telephone-event.ts'

/** Longer than any body that carries one key. */
const longestBody = 4096

/**
 * The key that an INFO carries: `Signal=5` (application/dtmf-relay and whatever looks like it), or a bare key
 * (application/dtmf). Keys may be numbered as in RFC 4733 (10 is *, 11 is #, 12 to 15 are A to D). Null when it carries
 * none.
 */
export function dtmfOfInfo(contentType: string | undefined, body: string): string | null {
  if (body.length > longestBody) return null
  let digit: string | null = null
  eachLine(body, (line) => {
    const equals = line.indexOf('=')
    if (equals < 0 || line.slice(0, equals).trim().toLowerCase() !== 'signal') return
    digit = keyOf(line.slice(equals + 1).trim())
    return false
  })
  return digit ?? (isBareKey(contentType) ? keyOf(body.trim()) : null)
}

/** `application/dtmf`, with or without parameters. */
const isBareKey = (contentType: string | undefined) =>
  contentType?.split(';', 1)[0]!.trim().toLowerCase().endsWith('/dtmf') ?? false

function keyOf(text: string): string | null {
  if (/^[*#a-d]$/i.test(text)) return text.toUpperCase()
  const event = text.length > 2 ? null : decimal(text, 15)
  return event === null ? null : eventToDigit(event)
}
