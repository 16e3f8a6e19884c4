import { findSession } from '../../../../shared/wire/sdp/find.ts'
import { startLine } from '../../../../shared/wire/sip/message.ts'
import { elide, visible } from '../../../../shared/base/text.ts'
import type { MessageFact } from '../../../../shared/model/facts.ts'
import { mayBeCut, senderOf } from '../messages.ts'
import type { Rule } from '../rule.ts'

/** A session description that cannot be read, or names no address for media that it offers (RFC 8866 5.7). */
export const sessionUnusable: Rule = {
  id: 'session-unusable',
  severities: ['warning'],
  looksAt: 'every session description, and the c= line that holds for each medium',
  speaks: 'one cannot be read, or a medium that is not refused has no address that could be used',
  silent: 'the medium is refused or on hold, the address is a host name, or a capture may have cut the message',
  evaluate(facts) {
    return facts.messages
      .filter((fact) => fact.retransmissionOf === null && !mayBeCut(facts, fact))
      .flatMap((fact) => {
        const why = faultOf(fact)
        if (why === null || !fact.message) return []
        const who = senderOf(facts, fact)
        return [
          {
            severity: 'warning' as const,
            at: fact.event.at,
            evidence: [fact],
            sentence:
              `The session description of ${who} in ${elide(visible(startLine(fact.message)), 80)} cannot be used: ` +
              `${why}.`,
            next:
              `Show the message to whoever runs ${who}, or the element on the way that changes it: audio cannot be ` +
              'sent by it.',
          },
        ]
      })
      .slice(0, 20)
  },
}

function faultOf({ message, session }: MessageFact): string | null {
  if (!message || message.body.length === 0) return null
  if (!session) return findSession(message)?.problems.at(-1) ?? null
  const without = session.media.find(({ port, address }) => port !== 0 && address === null)
  if (!without) return null
  const line = session.problems?.find((problem) => problem.startsWith('c='))
  return `${without.kind} has no address${line ? ` (${line})` : ''}`
}
