import { formatAddress } from '../../../../shared/base/address.ts'
import { printable } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { messageName, requestsOf, senderOf, type RequestFact } from '../messages.ts'
import type { Found, Rule } from '../rule.ts'

/** What marks a branch that is unique (RFC 3261 8.1.1.7). */
const cookie = 'z9hG4bK'

/** A request has the branch of another before it: whoever gets it takes it for a repetition. */
export const branchReused: Rule = {
  id: 'branch-reused',
  severities: ['warning'],
  looksAt: 'the branch of the topmost Via of INVITE and UPDATE, and the CSeq that it came with',
  speaks: 'two requests of one sender have the same branch, one method, and different numbers',
  silent: 'it is the same request again, or the branch is of the old kind, without z9hG4bK',
  evaluate(facts) {
    const first = new Map<string, RequestFact>()
    const found: Found[] = []
    for (const request of [...requestsOf(facts, 'INVITE'), ...requestsOf(facts, 'UPDATE')]) {
      const { via, cseq } = messageIds(request.message)
      const branch = via?.params.get('branch')
      if (!via || !cseq || !branch?.startsWith(cookie)) continue
      const key = `${request.message.method} ${formatAddress(request.event.source)} ${via.host}:${via.port} ${branch}`
      const before = first.get(key)
      if (!before) first.set(key, request)
      else if (messageIds(before.message).cseq?.number !== cseq.number)
        found.push({
          severity: 'warning',
          at: request.event.at,
          evidence: [before, request],
          sentence:
            `The ${messageName(request)} of ${senderOf(facts, request)} (CSeq ${cseq.number}) has the branch ` +
            `${printable(branch)} of one before: whoever gets it may take it for a repetition and answer as before.`,
          next:
            `Show both messages to whoever runs ${senderOf(facts, request)}: each request needs a branch of its own ` +
            '(RFC 3261 8.1.1.7).',
        })
    }
    return found
  },
}
