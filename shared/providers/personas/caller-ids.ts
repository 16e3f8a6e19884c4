import { printable } from '../../base/text.ts'
import { parseNameAddr, parseUri, uriOf } from '../../wire/sip/grammar.ts'
import { headerFields } from '../../wire/sip/message.ts'
import type { Arrived } from './decision.ts'

/** Headers that may carry the caller ID (RFC 3261, 3325, 5806, and a draft that never was one). */
export const callerIdHeaders = [
  'From',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Remote-Party-ID',
  'Diversion',
] as const
export type CallerIdHeader = (typeof callerIdHeaders)[number]

/** The user parts in that header, in order; of a value that cannot be read the value. */
export const callerIdsIn = ({ request }: Arrived, name: CallerIdHeader): string[] =>
  headerFields(request, name.toLowerCase()).map((value) => {
    const uri = parseNameAddr(value)?.uri ?? uriOf(value)
    const tel = /^tel:([^;]*)/i.exec(uri)?.[1]
    return printable(tel ?? parseUri(uri)?.user ?? value)
  })
