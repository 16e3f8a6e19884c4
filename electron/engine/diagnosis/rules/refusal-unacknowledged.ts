import { count } from '../../../../shared/base/text.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { repeatsOf, requestsOf, responsesTo, senderOf } from '../messages.ts'
import { statusText, type Found, type Rule } from '../rule.ts'

/** Repetitions that may only have crossed the ACK. */
const crossing = 2

/** A refusal of an INVITE is sent again and again: its ACK does not fit, is lost, or never came (RFC 3261 17.1.1.3). */
export const refusalUnacknowledged: Rule = {
  id: 'refusal-unacknowledged',
  severities: ['warning'],
  looksAt: 'refusals of INVITEs (300 and above), how often each was sent, and the branch of its ACK',
  speaks: 'one was repeated twice and more after an ACK with another branch, or three times and more without success',
  silent: 'fewer repetitions: they may have crossed the ACK',
  needs: 'repetitions',
  evaluate(facts) {
    const acks = requestsOf(facts, 'ACK')
    return requestsOf(facts, 'INVITE').flatMap((invite): Found[] => {
      const refused = responsesTo(facts, invite).find(({ message: { status } }) => status >= 300)
      if (!refused) return []
      const repeats = repeatsOf(facts, refused)
      if (repeats.length < crossing) return []
      const { cseq, via, fromTag } = messageIds(invite.message)
      const own = acks.filter(({ message, event, n }) => {
        const ids = messageIds(message)
        return (
          n > refused.n &&
          ids.cseq?.number === cseq?.number &&
          ids.fromTag === fromTag &&
          event.source.host === refused.event.destination.host
        )
      })
      const fits = own.find(
        ({ message }) => messageIds(message).via?.params.get('branch') === via?.params.get('branch'),
      )
      const other = fits ? undefined : own[0]
      const late = other ? repeats.filter(({ n }) => n > other.n) : repeats
      if (late.length < (other ? crossing : crossing + 1)) return []
      const why = other
        ? `the ACK of ${senderOf(facts, other)} has another branch than the INVITE`
        : fits
          ? `the ACK of ${senderOf(facts, fits)} does not get there`
          : 'no ACK came'
      return [
        {
          severity: 'warning',
          at: late[late.length - 1]!.event.at,
          evidence: [invite, refused, other ?? fits, ...late.slice(0, 20)],
          sentence:
            `${senderOf(facts, refused)} repeated its ${statusText(refused)} ` +
            `${count(repeats.length, 'time')}: ${why}.`,
          next: other
            ? 'Show the messages to whoever runs the calling side: the ACK to a refusal has the branch of its INVITE ' +
              '(RFC 3261 17.1.1.3).'
            : 'Check that the ACK goes back the way the INVITE came, and that nothing on it drops the ACK.',
        },
      ]
    })
  },
}
