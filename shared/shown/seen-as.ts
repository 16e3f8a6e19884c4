import { formatAddress, isIp, isLoopback, isPrivate } from '../base/address.ts'
import { encodeText } from '../base/text.ts'
import type { LadderMessage } from '../contract/report.ts'
import { headerList } from '../wire/sip/message.ts'
import { parseVia } from '../wire/sip/grammar.ts'
import { rportOf } from '../wire/sip/numbers.ts'
import { parseSip } from '../wire/sip/parse.ts'

/** The address that somebody outside sees this computer at. */
export interface SeenAs {
  readonly address: string
  /** Who says so. */
  readonly by: string
}

/**
 * The public address of this computer, as the newest response to one of our requests says in its Via (received and
 * rport, RFC 3581 4); null where none says one. `messages`: of an exchange that this computer began.
 */
export function publicAddress(messages: readonly LadderMessage[]): SeenAs | null {
  for (const { startLine, raw, source } of messages.toReversed()) {
    if (!startLine.startsWith('SIP/2.0 ')) continue
    const message = parseSip(encodeText(raw))
    // A response that came to us has our Via alone.
    const vias = message.kind === 'response' ? headerList(message, 'via') : []
    const via = vias.length === 1 ? parseVia(vias[0]!) : null
    const received = via?.params.get('received')
    if (!received || !isIp(received) || isPrivate(received) || isLoopback(received)) continue
    const port = rportOf(via)
    return { address: port === null ? received : formatAddress({ host: received, port }), by: source }
  }
  return null
}
