import { decimal } from '../../base/scan.ts'
import { parseParams } from './grammar.ts'
import { headerList, type SipHeader } from './message.ts'

type Headers = { readonly headers: readonly SipHeader[] }

/** A cause of a Reason header (RFC 3326 2). */
export interface Reason {
  /** In upper case: SIP, Q.850, or another. */
  readonly protocol: string
  readonly cause: number
  readonly text: string | null
}

/** More than a message gives. */
const mostRead = 20

/** The causes that Reason headers name, in their order; what cannot be read is left out. */
export function reasonsOf(message: Headers): Reason[] {
  return headerList(message, 'reason')
    .slice(0, mostRead)
    .flatMap((value): Reason[] => {
      const semicolon = value.indexOf(';')
      const params = semicolon < 0 ? null : parseParams(value.slice(semicolon))
      const cause = decimal(params?.get('cause')?.trim(), 999)
      return cause === null
        ? []
        : [{ protocol: value.slice(0, semicolon).trim().toUpperCase(), cause, text: params?.get('text') ?? null }]
    })
}

/** The codes of Warning headers (RFC 3261 20.43), in their order. */
export function warningCodes(message: Headers): number[] {
  return headerList(message, 'warning')
    .slice(0, mostRead)
    .flatMap((value) => decimal(/^\s*(\d{3})\s/.exec(value)?.[1], 999) ?? [])
}
