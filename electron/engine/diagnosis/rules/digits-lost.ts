import { isEvent } from '../../../../shared/wire/agreement/agree.ts'
import { judge, type DirectionFact } from '../directions.ts'
import { whoReceives, whoSends, type Found, type Rule } from '../rule.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'

/** Payload types that only a session description gives a meaning (RFC 3551 6). */
const firstDynamic = 96
/** A digit has more packets. */
const fewest = 3

/** Digits are sent with a payload type that their receiver does not take for digits (RFC 4733 2.1, RFC 3264 5.1). */
export const digitsLost: Rule = {
  id: 'digits-lost',
  severities: ['warning'],
  looksAt: 'payload types beside those that were agreed, and the number of telephone-event in each direction',
  speaks:
    "packets have the sender's own number of telephone-event and the receiver gave it another or none, or among the " +
    'audio are a few with a number above 95 that nobody named',
  silent: 'digits have the number that the receiver gave, or none were sent',
  needs: 'streams',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement) return []
    return [judgement.fromPeer, judgement.toPeer].flatMap((direction) => lostIn(facts, direction))
  },
}

function lostIn(facts: CallFacts, { toPeer, period, agreed }: DirectionFact): Found[] {
  if (!period || !agreed) return []
  const [there, back] = toPeer ? [agreed.toPeer, agreed.fromPeer] : [agreed.fromPeer, agreed.toPeer]
  const own = back.formats.find(isEvent)?.payloadType
  const theirs = there.formats.find(isEvent)?.payloadType
  const isTheirs = (type: number) => there.formats.some(({ payloadType }) => payloadType === type)
  const named = new Set(
    facts.agreements.flatMap((media) => [...media.toPeer.formats, ...media.fromPeer.formats]).map((f) => f.payloadType),
  )
  const isStray = (type: number, packets: number) =>
    type === own ? !isTheirs(type) : type >= firstDynamic && packets >= fewest && !named.has(type)
  // A stream without any agreed type has another fault.
  const streams = period.streams.filter(({ payloadTypes }) => [...payloadTypes.keys()].some(isTheirs))
  const strays = streams.flatMap((stream) =>
    [...stream.payloadTypes].filter(([type, packets]) => isStray(type, packets)).map(([type]) => ({ stream, type })),
  )
  if (strays.length === 0) return []
  const { type } = strays[0]!
  const [sender, receiver] = [whoSends(facts, toPeer), whoReceives(facts, toPeer)]
  const known = theirs === undefined ? 'has no number for telephone-event' : `gave telephone-event the number ${theirs}`
  return [
    {
      severity: 'warning' as const,
      at: strays[0]!.stream.firstAt,
      evidence: [...new Set(strays.map(({ stream }) => stream)), facts.messages[agreed.answerMessage]],
      sentence:
        type === own
          ? `${sender} sends digits with payload type ${type}, its own number of telephone-event; ${receiver} ` +
            `${known}: they are lost.`
          : `Among the audio of ${sender} are packets with payload type ${type}, which nobody named; ${receiver} ` +
            `${known}: if they are digits, they are lost.`,
      next:
        `Have ${sender} send telephone-event with the number that the other side gave in its session description` +
        `${theirs === undefined ? ', or digits in another way' : ''}.`,
    },
  ]
}
