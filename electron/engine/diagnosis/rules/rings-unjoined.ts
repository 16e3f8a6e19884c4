import type { CallFacts } from '../../../../shared/model/facts.ts'
import { header, listHas, type SipResponse } from '../../../../shared/wire/sip/message.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import { outcomeOf } from '../classify.ts'
import type { ResponseFact } from '../messages.ts'
import { peerProviders } from '../peer.ts'
import { sourceOf } from '../refusal.ts'
import { refusal, type Rule } from '../rule.ts'

/** How long it rings before something is said of it, and how often it must be repeated meanwhile. */
const longUs = 20_000_000
const often = 8
/** Nobody said no with these: the time ran out. */
const ranOut: ReadonlySet<number> = new Set([408, 480, 487])

/** 180 by the branch that rings: a forked call has several. Reliable ones are repeated for want of a PRACK. */
function ringings({ messages, invite }: CallFacts): ResponseFact[][] {
  const own = messages.filter(
    (fact): fact is ResponseFact =>
      fact.message?.kind === 'response' &&
      fact.message.status === 180 &&
      !isReliable(fact.message) &&
      fact.event.destination.host === invite?.event.source.host,
  )
  return [...Map.groupBy(own, ({ message }) => messageIds(message).toTag).values()]
}

const isReliable = (message: SipResponse) =>
  header(message, 'rseq') !== undefined && listHas(message, 'require', '100rel')

/** It rings for long, and nobody joins: the other side took the call and waits for an agent. */
export const ringsUnjoined: Rule = {
  id: 'rings-unjoined',
  severities: ['warning'],
  looksAt: 'how long 180 Ringing was repeated for, and whether anybody answered',
  speaks:
    'it was repeated at least 8 times over 20 s, or rang so long at a provider that is known to ring until an agent ' +
    'joins, and nobody answered',
  silent: 'the call was answered or declined, or rang as a phone does: one 180 and then nothing',
  silences: ['ring-timeout', 'refused-callee'],
  evaluate(facts) {
    if (facts.answeredAt !== null || facts.vantage === 'inbound') return []
    const final = refusal(facts)
    if (final && !ranOut.has(final.message.status)) return []
    const until = facts.endedAt ?? (facts.vantage === 'observed' ? facts.seenUntil : facts.now)
    const known = peerProviders(facts).find(({ ringing }) => ringing !== undefined)
    for (const rung of ringings(facts)) {
      const [first, last] = [rung[0]!, rung.at(-1)!]
      const repeated = rung.length >= often && last.event.at - first.event.at >= longUs
      if (!repeated && !(known && until - first.event.at >= longUs)) continue
      const seconds = Math.floor((until - first.event.at) / 1e6)
      const times = rung.length > 1 ? `, with 180 ${rung.length} times,` : ''
      const state = outcomeOf(facts) === 'in-progress' ? 'has rung' : 'rang'
      return [
        {
          severity: 'warning',
          at: atLong(first.event.at, last.event.at, repeated),
          evidence: [facts.invite, first, last, final, facts.cancel],
          sentence:
            `The call ${state} for ${seconds} s${times} and nobody answered: ` +
            (known
              ? `${known.ringing!.means} (${known.name}: ${known.source}, read ${known.asOf}).`
              : 'the other side took the call and repeats that it rings, as platforms do whose agent has not joined.'),
          next:
            known?.ringing?.next ?? 'Check that the agent, or the endpoint, that takes this number is running there.',
          source: known && sourceOf(known, known.ringing!.from),
        },
      ]
    }
    return []
  },
}

const atLong = (first: Micros, last: Micros, repeated: boolean) =>
  repeated ? Math.min(last, first + longUs) : first + longUs
