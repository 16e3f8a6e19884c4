import { decodeText } from '../../../../shared/base/text.ts'
import { parseSdp } from '../../../../shared/wire/sdp/sdp.ts'
import type { MessageFact } from '../../../../shared/model/facts.ts'
import { knownRefusal, refusedFor } from '../classify.ts'
import { observed, peerName, statusText, type Rule } from '../rule.ts'

function offerText(fact: MessageFact | null): string {
  const sdp = fact?.message ? parseSdp(decodeText(fact.message.body)) : null
  const audio = sdp && typeof sdp !== 'string' ? sdp.media.find((m) => m.kind === 'audio') : null
  return audio ? `${audio.protocol} with ${audio.formats.map(({ codec }) => codec).join(', ')}` : 'no audio'
}

/** Codec or encryption do not fit: 488, 606, 415, or an answer that cannot be used. */
export const refusedMedia: Rule = {
  id: 'refused-media',
  silences: ['nothing-arrives', 'nothing-sent'],
  evaluate(facts) {
    const unusable = observed(facts, 'media-failed')[0]
    if (unusable) {
      return [
        {
          severity: 'fault',
          at: unusable.at,
          evidence: [facts.invite, facts.final, unusable],
          sentence: `The call was ended because media could not be agreed: ${unusable.text}.`,
          next: 'Call again with PCMU and PCMA, and with media encryption set to what the other side uses.',
        },
      ]
    }
    const final = refusedFor(facts, 'media')
    if (!final) return []
    const offered = offerText(facts.invite)
    const secure = offered.startsWith('RTP/SAVP')
    const known = knownRefusal(facts)
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} refused the offered media (${offered}) with ${statusText(final)}.`,
        next:
          known?.next ??
          (secure
            ? 'Call again with media encryption disabled: the peer may accept RTP in clear only.'
            : 'Call again with media encryption required, then with PCMU and PCMA only: one of the two is what the peer lacks.'),
        remedy: known ? undefined : { code: 'choose-encryption', encryption: secure ? 'disabled' : 'required' },
      },
    ]
  },
}
