import { headerFields } from '../../../../shared/wire/sip/message.ts'
import { judge } from '../directions.ts'
import { senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** Normal clearing, however it is written (RFC 3326, RFC 4411; Q.850 16 and 31). */
const normal = /cause\s*=\s*"?(16|31|200)\b/i
const usual = /completed elsewhere/i

/** The side that ended the call says why, and it is not that somebody hung up. */
export const byeReason: Rule = {
  id: 'bye-reason',
  severities: ['warning'],
  looksAt: 'the Reason header of the BYE (RFC 3326)',
  speaks: 'it names another cause than normal clearing: a media timeout, a failure, a network that is out of order',
  silent: 'there is none, or it says that somebody hung up (Q.850 16 or 31, SIP 200)',
  evaluate(facts) {
    const { bye } = facts
    if (!bye?.message) return []
    const reason = headerFields(bye.message, 'reason').find((value) => !normal.test(value) && !usual.test(value))
    if (reason === undefined) return []
    const ofMedia = /rtp|media/i.test(reason)
    const reached = judge(facts)?.[bye.fromUs ? 'fromPeer' : 'toPeer'].delivered === 'yes'
    const but = ofMedia && reached ? ', though audio had reached it by its own RTCP reports' : ''
    return [
      {
        severity: 'warning',
        at: bye.event.at,
        evidence: [bye],
        sentence: `The call was ended by ${senderOf(facts, bye)} with the reason ${reason}${but}.`,
        next: ofMedia
          ? 'Find out which audio did not arrive there: it ends calls without media after a time of its own.'
          : 'Ask whoever runs that side what it means by this reason; give the Call-ID and the time.',
      },
    ]
  },
}
