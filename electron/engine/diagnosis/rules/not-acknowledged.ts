import { count } from '../../../../shared/base/text.ts'
import { repeatsOf, senderOf } from '../messages.ts'
import { isOnPurpose, statusText, type FinalResponse, type Rule } from '../rule.ts'

/** A 2xx that is sent again and again: its ACK is lost or goes elsewhere. */
export const notAcknowledged: Rule = {
  id: 'not-acknowledged',
  severities: ['fault'],
  looksAt: 'the 2xx of the INVITE, how often it was sent, and its ACK',
  speaks: 'the same 2xx came three times and more after the first',
  silent: 'fewer repetitions: the ACK may have been late; or this endpoint leaves it out on purpose',
  needs: 'repetitions',
  evaluate(facts) {
    const { final } = facts
    if (!final || facts.answeredAt === null || isOnPurpose(facts, 'no-ack')) return []
    const repeats = repeatsOf(facts, final)
    if (repeats.length < 3) return []
    return [
      {
        severity: 'fault',
        at: repeats[2]!.event.at,
        evidence: [final, ...repeats, facts.ack],
        sentence:
          `${senderOf(facts, final)} repeated its ${statusText(final as FinalResponse)} ` +
          `${count(repeats.length, 'time')}: the ACK ` +
          `${facts.ack ? `of ${senderOf(facts, facts.ack)} was sent and does not get there` : 'never came'}.`,
        next:
          'Compare the Contact and Record-Route headers of the 200 OK with where the ACK goes: a private ' +
          'address there cannot be reached from outside.',
      },
    ]
  },
}
