import { header } from '../../../../shared/wire/sip/message.ts'
import { isSpeech } from '../../../../shared/wire/agreement/agree.ts'
import type { MediaDescription } from '../../../../shared/wire/sdp/sdp.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import type { Remedy } from '../../../../shared/model/remedies.ts'
import { knownRefusal, refusedFor } from '../classify.ts'
import { observed, peerName, statusText, type FinalResponse, type Rule } from '../rule.ts'

interface Advice {
  readonly next: string
  readonly remedy?: Remedy
}

const g711 = new Set(['PCMU', 'PCMA'])

/** What may be changed, after what was offered and what the refusal itself says. */
function adviceOf(facts: CallFacts, final: FinalResponse, audio: readonly MediaDescription[]): Advice {
  const why = header(final.message, 'warning') ?? ''
  if (facts.vantage === 'inbound')
    return {
      next:
        'Let this endpoint take what was offered: its codecs and its media encryption decide that; or have ' +
        'the caller offer something else.',
    }
  if (audio.length === 0)
    return {
      next:
        'The INVITE carried no session description with audio: call with one, or find out why the other side ' +
        'wants none of its own.',
    }
  const secure = audio.every(({ protocol }) => protocol.includes('SAVP'))
  const keys = audio.some(({ crypto }) => crypto.length > 0)
  const speech = audio.flatMap(({ formats }) => formats.filter(isSpeech).map(({ codec }) => codec.toUpperCase()))
  const encryption = secure || keys ? 'disabled' : 'required'
  const change: Advice = {
    next:
      encryption === 'disabled'
        ? 'Call again with media encryption disabled: the peer may accept RTP in clear only.'
        : 'Call again with media encryption required: the peer may accept SRTP only.',
    remedy: { code: 'choose-encryption', encryption },
  }
  const missing = [...g711].filter((codec) => !speech.includes(codec))
  const codecs: Advice = {
    next:
      missing.length > 0
        ? `Call again offering ${[...g711].join(' and ')} too: nearly every peer has them.`
        : `Ask the other side which codecs it takes: ${[...new Set(speech)].join(', ')} were offered.`,
  }
  if (/codec|format|no common|media type/i.test(why) && !/profile|encrypt|srtp|savp|crypto/i.test(why)) return codecs
  if (/profile|encrypt|srtp|savp|crypto|transport/i.test(why)) return change
  // Without a word of the peer's: what is missing that nearly everybody has, then the one thing that is left.
  return missing.length > 0 ? codecs : change
}

const describe = (audio: readonly MediaDescription[]) =>
  audio.map(({ protocol, formats }) => `${protocol} with ${formats.map(({ codec }) => codec).join(', ')}`).join('; ') ||
  'no audio'

/** Codec or encryption do not fit: 488, 606, 415, or an answer that cannot be used. */
export const refusedMedia: Rule = {
  id: 'refused-media',
  severities: ['fault'],
  looksAt: 'the final response (415, 488, 606), its Warning, the offer, and whether the media could be used',
  speaks: 'media could not be agreed on',
  silent: 'the call was refused for another reason',
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
          next: /no (session description|answer)/.test(unusable.text)
            ? 'Show the messages to whoever runs the other side: an offer must have an answer (RFC 3264 5, RFC 3261 ' +
              '13.2.1).'
            : /encrypt|key|SAVP/i.test(unusable.text)
              ? 'Set media encryption to the same on both sides, with keys in the session description (SDES).'
              : 'Call again offering PCMU and PCMA: nearly every peer has them.',
        },
      ]
    }
    const final = refusedFor(facts, 'media')
    if (!final) return []
    const audio = facts.invite?.session?.media.filter(({ kind }) => kind === 'audio') ?? []
    const known = knownRefusal(facts)
    const { next, remedy }: Advice = known ? { next: known.next } : adviceOf(facts, final, audio)
    return [
      {
        severity: 'fault',
        at: final.event.at,
        evidence: [facts.invite, final],
        sentence: `${peerName(facts)} refused the offered media (${describe(audio)}) with ${statusText(final)}.`,
        next,
        remedy,
      },
    ]
  },
}
