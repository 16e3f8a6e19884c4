import { count } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { headerList } from '../../../../shared/wire/sip/message.ts'
import { rackOf, rseqOf } from '../../../../shared/wire/sip/numbers.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import {
  mayBeCut,
  repeatsOf,
  requestsOf,
  responsesTo,
  senderOf,
  type RequestFact,
  type ResponseFact,
} from '../messages.ts'
import { statusText, type Found, type Rule } from '../rule.ts'

/** Repetitions that show that its sender waits for the PRACK (RFC 3262 3: at 0.5, 1.5 and 3.5 s). */
const enough = 3

/** A reliable provisional response is sent again and again, and no PRACK comes (RFC 3262 3). */
export const provisionalUnacknowledged: Rule = {
  id: 'provisional-unacknowledged',
  severities: ['fault', 'warning'],
  looksAt: 'provisional responses with RSeq and Require: 100rel, how often each was sent, and the RAck of PRACKs',
  speaks: 'one was repeated three times and more and no PRACK names it; as a fault where a refusal of 5xx followed',
  silent:
    'a PRACK names it (request-unanswered says where that is lost), it was repeated less often, a later one was ' +
    'acknowledged, a refusal other than 5xx and 487 followed, or the capture holds nothing of the calling side',
  // The refusal only says that nobody acknowledged it.
  silences: ['refused-other', 'refused-wordless', 'refused-capacity'],
  needs: 'repetitions',
  evaluate(facts) {
    const pracks = requestsOf(facts, 'PRACK')
    const found = requestsOf(facts, 'INVITE').flatMap((invite) => {
      const responses = responsesTo(facts, invite)
      if (responses.some(isRefusedOtherwise)) return []
      return responses
        .filter((response) => isReliable(response) && repeatsOf(facts, response).length >= enough)
        .filter((response) => !pracks.some((prack) => acknowledges(prack, response)) && !mayBeCut(facts, response))
        .map((response) => foundOf(facts, invite, response))
    })
    return found.slice(0, 1)
  },
}

/** A refusal that says something else: who is not acknowledged refuses with 5xx (RFC 3262 3). 487 is the caller's. */
const isRefusedOtherwise = ({ message: { status } }: ResponseFact) =>
  status >= 300 && status !== 487 && !(status >= 500 && status < 600)

const names = (fact: RequestFact | ResponseFact, header: string) =>
  headerList(fact.message, header).some((option) => option.toLowerCase() === '100rel')

function isReliable(response: ResponseFact): boolean {
  const { status } = response.message
  return status > 100 && status < 200 && rseqOf(response.message) !== null && names(response, 'require')
}

/** Of a later one as well: its sender must not send it before this was acknowledged. */
function acknowledges({ message }: RequestFact, response: ResponseFact): boolean {
  const rack = rackOf(message)
  const [ids, own] = [messageIds(message), messageIds(response.message)]
  return (
    rack !== null &&
    rack.sequence === own.cseq?.number &&
    rack.rseq >= rseqOf(response.message)! &&
    (ids.toTag === own.toTag || ids.fromTag === own.toTag)
  )
}

function foundOf(facts: CallFacts, invite: RequestFact, response: ResponseFact): Found {
  const repeats = repeatsOf(facts, response)
  const [callee, caller] = [senderOf(facts, response), senderOf(facts, invite)]
  const refusal = responsesTo(facts, invite).find(({ message: { status } }) => status >= 500) ?? null
  const asked = names(invite, 'supported') || names(invite, 'require')
  const then = refusal ? `, and ${callee} ended the call with ${statusText(refusal)}` : ''
  return {
    severity: refusal ? 'fault' : 'warning',
    at: repeats[enough - 1]!.event.at,
    evidence: [invite, response, ...repeats.slice(0, 10), refusal],
    sentence:
      `${callee} sent its ${statusText(response)} reliably (RSeq ${rseqOf(response.message)}) and repeated it ` +
      `${count(repeats.length, 'time')}: no PRACK of ${caller} came${then}` +
      `${asked ? '' : '; the INVITE does not say that it knows 100rel, so it may not be asked for one'}.`,
    next: asked
      ? `Check that the response reaches ${caller}, and that its PRACK can reach the Contact of the response; else ` +
        'have the calling side leave 100rel out of Supported.'
      : `Have ${callee} send provisional responses without 100rel where the INVITE does not list it (RFC 3262 3).`,
  }
}
