import { elide, visible } from '../base/text.ts'
import { headerList, type SipResponse } from '../wire/sip/message.ts'
import { minExpiresOf, retryAfterOf } from '../wire/sip/numbers.ts'

/**
 * What a refusal says beside its status: why, when to come again, where to, how long at least. `askedS` is the
 * lifetime that was asked for, null where nobody knows.
 */
export function refusalWords(response: SipResponse, askedS: number | null): string[] {
  const { status } = response
  const said = (text: string) => elide(visible(text), 200)
  const retry = retryAfterOf(response)
  const contacts = said(headerList(response, 'contact').join(', '))
  return [
    ...headerList(response, 'warning').slice(0, 3).map(said),
    ...(retry === null ? [] : [`it asks to wait for ${retry} s`]),
    ...(status >= 300 && status < 400 ? [`it redirects to ${contacts || 'nowhere'}`] : []),
    ...(status === 423 ? [shortestWords(minExpiresOf(response), askedS)] : []),
  ]
}

function shortestWords(minimum: number | null, askedS: number | null): string {
  if (minimum === null) return 'it names no Min-Expires'
  const though = askedS !== null && askedS >= minimum ? `, though ${askedS} s were asked for` : ''
  return `it demands ${minimum} s at least${though}`
}
