import type { Change } from '../../../../shared/contract/change.ts'
import { codecDescriptor } from '../../../../shared/model/codecs.ts'
import type { MediaFormat } from '../../../../shared/wire/sdp/sdp.ts'
import { staticFormat } from '../../../../shared/wire/sdp/static-formats.ts'
import { judge, type DirectionFact } from '../directions.ts'
import { whoReceives, whoSends, type Rule } from '../rule.ts'

const listed = (formats: readonly MediaFormat[]) =>
  formats.map(({ payloadType, codec }) => `${payloadType} (${codec})`).join(', ') || 'nothing'

/** The codec that the peer sends, alone, where it is one that can be offered here. */
function insisted(codec: string | undefined): Change | undefined {
  const known = codecDescriptor(codec ?? '')
  return !known || known.isNoise ? undefined : { what: 'codecs', to: [known.name] }
}

/** Packets are sent, and none has a payload type that was agreed. */
export const wrongPayloadType: Rule = {
  id: 'wrong-payload-type',
  severities: ['fault'],
  looksAt:
    'the payload types of the RTP of each direction, and all formats that both session descriptions list, ' +
    'with the number that the receiver gave each',
  speaks: 'packets of speech are sent and none of them has such a number',
  silent: 'any agreed codec is used, the first of the answer or another; digits and comfort noise are no speech',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.fromPeer, judgement.toPeer]
      .filter(({ audio, period, due, unknown }) => due && audio === 'undecodable' && period !== null && !unknown)
      .map(({ toPeer, period, agreed }: DirectionFact) => {
        const formats = period!.flow?.formats ?? []
        // Comfort noise and digits among them may have the numbers that were agreed.
        const types = [...new Set(period!.streams.flatMap(({ payloadTypes }) => [...payloadTypes.keys()]))].filter(
          (type) => !formats.some(({ payloadType }) => payloadType === type),
        )
        const other = agreed && (toPeer ? agreed.fromPeer : agreed.toPeer).formats
        const own = other?.find(({ payloadType }) => types.includes(payloadType))
        return {
          severity: 'fault' as const,
          at: Math.max(judgement.at, period!.from),
          evidence: [...period!.streams, agreed ? facts.messages[agreed.answerMessage] : facts.final],
          sentence:
            `RTP ${toPeer ? 'to' : 'from'} the peer has payload type ${types.join(', ')}; agreed was ` +
            `${listed(formats)}: it cannot be ` +
            `decoded${own ? ` (${own.payloadType} is the sender's own number for ${own.codec})` : ''}.`,
          next:
            `Have ${whoSends(facts, toPeer)} send with the numbers that ${whoReceives(facts, toPeer)} gave in ` +
            'its session description, or call again offering only the codec that it insists on.',
          change: toPeer ? undefined : insisted(own?.codec ?? types.map(staticFormat)[0]?.codec),
        }
      })
  },
}
