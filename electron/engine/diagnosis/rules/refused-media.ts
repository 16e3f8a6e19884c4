import { header } from '../../../../shared/wire/sip/message.ts'
import { isSpeech } from '../../../../shared/wire/agreement/agree.ts'
import type { MediaDescription } from '../../../../shared/wire/sdp/sdp.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import type { Change } from '../../../../shared/contract/change.ts'
import type { Remedy } from '../../../../shared/model/remedies.ts'
import { refusedFor } from '../classify.ts'
import { requestsOf } from '../messages.ts'
import { observed, peerName, statusText, type Found, type Rule } from '../rule.ts'
import { told } from '../told.ts'

interface Advice {
  readonly next: string
  readonly remedy?: Remedy
  readonly change?: Change
}

const g711 = new Set(['PCMU', 'PCMA'])

const required: Remedy = { code: 'choose-encryption', encryption: 'required' }

/** What may be changed, after what was offered and what the other side says (`why`; empty: nothing). */
function adviceOf(facts: CallFacts, why: string, audio: readonly MediaDescription[]): Advice {
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
  const speech = audio.flatMap(({ formats }) => formats.filter(isSpeech).map(({ codec }) => codec.toUpperCase()))
  const change = encryptionAdvice(audio)
  const missing = [...g711].filter((codec) => !speech.includes(codec))
  const codecs: Advice = {
    next:
      missing.length > 0
        ? `Call again offering ${[...g711].join(' and ')} too: nearly every peer has them.`
        : `Ask the other side which codecs it takes: ${[...new Set(speech)].join(', ')} were offered.`,
    ...(missing.length > 0 && {
      change: { what: 'codecs', to: [...speech.filter((name) => g711.has(name)), ...missing] },
    }),
  }
  if (/codec|format|no common|media type/i.test(why) && !/profile|encrypt|srtp|savp|crypto/i.test(why)) return codecs
  if (/profile|encrypt|srtp|savp|crypto|transport/i.test(why)) return change
  // Without a word of the peer's: what is missing that nearly everybody has, then the one thing that is left.
  return missing.length > 0 ? codecs : change
}

/** The other form of encryption than was offered. RTP/AVP with keys beside it is a form that only some understand. */
function encryptionAdvice(audio: readonly MediaDescription[]): Advice {
  if (offersBoth(audio))
    return {
      next:
        'Ask the other side what it takes: RTP in clear and SRTP (RTP/SAVP) were both offered, with ' +
        `${suitesOf(audio).join(', ') || 'no key'}.`,
    }
  if (audio.every(({ protocol }) => protocol.includes('SAVP')))
    return {
      next: 'Call again with media encryption disabled: the peer may accept RTP in clear only.',
      remedy: { code: 'choose-encryption', encryption: 'disabled' },
    }
  return isOptional(audio)
    ? {
        next:
          'Call again with media encryption required: encryption was left open (RTP/AVP with a=crypto), and a peer ' +
          'that insists on SRTP refuses this form and wants RTP/SAVP.',
        remedy: required,
      }
    : { next: 'Call again with media encryption required: the peer may accept SRTP only.', remedy: required }
}

const suitesOf = (audio: readonly MediaDescription[]) => [
  ...new Set(audio.flatMap(({ crypto }) => crypto.map(({ suite }) => suite))),
]

/** Two lines of which the other side may take one. */
const offersBoth = (audio: readonly MediaDescription[]) =>
  audio.some(({ protocol }) => protocol.includes('SAVP')) && audio.some(({ protocol }) => !protocol.includes('SAVP'))

/** What was offered last: after a refusal the same may have been offered in another form, in the dialog too. */
function offeredAudio(facts: CallFacts): readonly MediaDescription[] {
  const last = requestsOf(facts, 'INVITE').findLast(({ fromUs, session }) => fromUs === facts.invite?.fromUs && session)
  return (last ?? facts.invite)?.session?.media.filter(({ kind }) => kind === 'audio') ?? []
}

const isOptional = (audio: readonly MediaDescription[]) =>
  audio.some(({ protocol, crypto }) => crypto.length > 0 && !protocol.includes('SAVP'))

const describe = (audio: readonly MediaDescription[]) =>
  audio
    .map(({ protocol, formats, crypto }) => {
      const keys = crypto.length > 0 && !protocol.includes('SAVP') ? ' and keys for SRTP' : ''
      return `${protocol} with ${formats.map(({ codec }) => codec).join(', ')}${keys}`
    })
    .join('; ') || 'no audio'

/** What to do about media that could not be agreed on for that reason. */
function unusableNext(why: string): string {
  if (/no (session description|answer)/.test(why))
    return (
      'Show the messages to whoever runs the other side: an offer must have an answer (RFC 3264 5, RFC 3261 ' +
      '13.2.1).'
    )
  return /encrypt|key|SAVP/i.test(why)
    ? 'Set media encryption to the same on both sides, with keys in the session description (SDES).'
    : 'Call again offering PCMU and PCMA: nearly every peer has them.'
}

const isSecure = ({ protocol, crypto }: MediaDescription) => protocol.includes('SAVP') || crypto.length > 0

/** The encryption of the answer, where it is not that of the offer. */
function otherEncryption({ vantage, invite, final }: CallFacts): Change | undefined {
  const [offer, answer] = [invite, final].map(
    (fact) => fact?.session?.media.filter(({ kind }) => kind === 'audio') ?? [],
  )
  if (vantage === 'inbound' || !offer?.length || !answer?.length) return undefined
  const [offered, answered] = [offer.some(isSecure), answer.some(isSecure)]
  return offered === answered ? undefined : { what: 'encryption', to: answered ? 'required' : 'disabled' }
}

/** Codec or encryption do not fit: 488, 606, 415, or an answer that cannot be used. */
export const refusedMedia: Rule = {
  id: 'refused-media',
  severities: ['fault'],
  looksAt: 'the final response (415, 488, 606), its Warning, the offer, and whether the media could be used',
  speaks: 'media could not be agreed on',
  silent: 'the call was refused for another reason',
  silences: ['nothing-arrives', 'nothing-sent'],
  evaluate(facts) {
    const audio = offeredAudio(facts)
    const unusable = observed(facts, 'media-failed')[0]
    if (unusable) {
      const advice: Advice =
        facts.vantage === 'outbound' && isOptional(audio) && /refuses the audio/.test(unusable.text)
          ? encryptionAdvice(audio)
          : { next: unusableNext(unusable.text) }
      return [
        {
          severity: 'fault',
          at: unusable.at,
          evidence: [facts.invite, facts.final, unusable],
          sentence: `The call was ended because media could not be agreed: ${unusable.text}.`,
          ...advice,
          change: advice.change ?? otherEncryption(facts),
        },
      ]
    }
    const final = refusedFor(facts, 'media')
    if (!final) return []
    const found: Found = {
      severity: 'fault',
      at: final.event.at,
      evidence: [facts.invite, final],
      sentence: `${peerName(facts)} refused the offered media (${describe(audio)}) with ${statusText(final)}.`,
      ...adviceOf(facts, header(final.message, 'warning') ?? '', audio),
    }
    return [told(facts, final, found, `; offered was ${describe(audio)}`)]
  },
}
