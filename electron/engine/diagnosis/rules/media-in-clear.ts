import type { CallFacts, MessageFact } from '../../../../shared/model/facts.ts'
import { senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

const offersKeys = ({ session }: MessageFact) =>
  session?.media.some(
    ({ kind, port, crypto, fingerprint }) => kind === 'audio' && port !== 0 && (crypto.length > 0 || fingerprint),
  ) ?? false

/** The first agreement on audio in clear whose offer had encryption in it too. */
function inClear(facts: CallFacts) {
  return facts.agreed.find(
    ({ encryption, offerMessage }) => encryption === 'none' && offersKeys(facts.messages[offerMessage]!),
  )
}

/** Encryption was offered, not demanded, and the answer has none. */
export const mediaInClear: Rule = {
  id: 'media-in-clear',
  severities: ['info'],
  looksAt: 'the offer and the answer of the audio: a=crypto, a=fingerprint and the profile of each',
  speaks: 'the offer leaves it to the answer whether media is encrypted, and the answer has it in clear',
  silent: 'no encryption was offered, or it was agreed on',
  evaluate(facts) {
    const agreed = inClear(facts)
    if (!agreed) return []
    const [offer, answer] = [facts.messages[agreed.offerMessage]!, facts.messages[agreed.answerMessage]!]
    return [
      {
        severity: 'info',
        at: answer.event.at,
        evidence: [offer, answer],
        sentence:
          `The audio is not encrypted: ${senderOf(facts, offer)} offered that too, and ${senderOf(facts, answer)} ` +
          'answered without.',
        next:
          'Where it must not go in clear, set media encryption to required on the offering side: then the call is ' +
          'refused rather than heard by others.',
        remedy: facts.vantage === 'outbound' ? { code: 'choose-encryption', encryption: 'required' } : undefined,
      },
    ]
  },
}
