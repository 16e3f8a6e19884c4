import { isEvent } from '../../../../shared/wire/agreement/agree.ts'
import { judge } from '../directions.ts'
import { whoReceives, whoSends, type Rule } from '../rule.ts'

/** Digits are sent with a payload type that their receiver does not take for digits (RFC 4733 2.1, RFC 3264 5.1). */
export const digitsLost: Rule = {
  id: 'digits-lost',
  severities: ['warning'],
  looksAt: 'payload types beside those that were agreed, and the number of telephone-event in each direction',
  speaks: "packets have the sender's own number of telephone-event, and the receiver gave it another or none",
  silent: 'digits have the number that the receiver gave, or none were sent',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement) return []
    return [judgement.fromPeer, judgement.toPeer].flatMap(({ toPeer, period, agreed }) => {
      if (!period || !agreed) return []
      const [there, back] = toPeer ? [agreed.toPeer, agreed.fromPeer] : [agreed.fromPeer, agreed.toPeer]
      const own = back.formats.find(isEvent)
      const theirs = there.formats.find(isEvent)
      if (!own || there.formats.some(({ payloadType }) => payloadType === own.payloadType)) return []
      const streams = period.streams.filter(({ payloadTypes }) => payloadTypes.has(own.payloadType))
      if (streams.length === 0) return []
      const [sender, receiver] = [whoSends(facts, toPeer), whoReceives(facts, toPeer)]
      return [
        {
          severity: 'warning' as const,
          at: streams[0]!.firstAt,
          evidence: [...streams, facts.messages[agreed.answerMessage]],
          sentence:
            `Digits ${toPeer ? 'to' : 'from'} the peer are sent with payload type ${own.payloadType}, the sender's ` +
            `own number of telephone-event; ${receiver} ${theirs ? `gave it ${theirs.payloadType}` : 'has none'}: ` +
            'they are lost.',
          next:
            `Have ${sender} send telephone-event with the number that the other side gave in its ` +
            'session description.',
        },
      ]
    })
  },
}
