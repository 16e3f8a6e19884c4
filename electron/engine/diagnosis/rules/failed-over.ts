import { formatAddress } from '../../../../shared/base/address.ts'
import type { CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { requestsOf, responsesTo, type RequestFact } from '../messages.ts'
import { observed, statusText, type Rule } from '../rule.ts'

/** A caller notices that. */
const muchUs = 2_000_000

interface Failed {
  readonly text: string
  readonly at: number
  readonly evidence: readonly MessageFact[]
}

/** The call got through at another target than the first one (RFC 3263 4.3). */
export const failedOver: Rule = {
  id: 'failed-over',
  severities: ['warning', 'info'],
  looksAt: 'where the first INVITE of the caller went, one target after the other, and what each said',
  speaks: 'a target gave no answer, or 503, and the next one took the call: as a warning where that cost 2 s and more',
  silent: 'no target took the call (other rules speak), or the first one rang before another was tried',
  evaluate(facts) {
    const seen = observed(facts, 'failed-over')
    const failed = seen.length > 0 ? [] : failedTargets(facts)
    const last = seen.at(-1) ?? failed.at(-1)
    const taken = facts.messages.some(
      ({ message, event }) => message?.kind === 'response' && event.at > (last?.at ?? 0),
    )
    if (!last || !taken) return []
    const began = Math.min(facts.messages[0]?.event.at ?? last.at, facts.observations[0]?.at ?? last.at)
    const cost = last.at - began
    const texts = seen.length > 0 ? seen.map(({ text }) => text) : failed.map(({ text }) => text)
    return [
      {
        severity: cost >= muchUs ? 'warning' : 'info',
        at: last.at,
        evidence: [...failed.flatMap(({ evidence }) => evidence), ...seen],
        sentence:
          `Another target than the first took the call, which cost ${(cost / 1e6).toFixed(1)} s: ` +
          `${texts.join('; ')}.`,
        next:
          'Repair the target that failed, or take it out of the name service (SRV, A and AAAA records): every call ' +
          'tries it first.',
      },
    ]
  },
}

/** The targets of a capture that the caller left for another one, though none of them had rung. */
function failedTargets(facts: CallFacts): Failed[] {
  const invites = requestsOf(facts, 'INVITE').filter(({ message }) => messageIds(message).toTag === null)
  const [first] = invites
  const sent = invites.filter(({ event }) => event.source.host === first!.event.source.host)
  const failed: Failed[] = []
  for (const [i, next] of sent.entries()) {
    const invite = sent[i - 1]
    if (!invite || targetOf(invite) === targetOf(next)) continue
    const responses = responsesTo(facts, invite)
    const unavailable = responses.find(({ message: { status } }) => status === 503 || status === 408)
    if (!unavailable && responses.length > 0) continue
    const said = unavailable ? `answered ${statusText(unavailable)}` : 'gave no response'
    failed.push({
      text: `${targetOf(invite)} ${said}`,
      at: next.event.at,
      evidence: [invite, ...(unavailable ? [unavailable] : []), next],
    })
  }
  return failed
}

const targetOf = ({ event: { transport, destination } }: RequestFact) => `${transport} ${formatAddress(destination)}`
