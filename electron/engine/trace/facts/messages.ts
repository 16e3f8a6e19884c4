import type { MessageFact } from '../../../../shared/model/facts.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { CallTrace } from '../journal/call-trace.ts'

/** The messages of a trace, each read once. */
export function messageFacts(trace: CallTrace): MessageFact[] {
  const caller = { callerTag: null }
  return trace.messages.map((_, n) => messageFact(trace, n, caller))
}

/** Message number n; `caller` keeps the tag of who sent the first INVITE. */
export function messageFact(trace: CallTrace, n: number, caller: { callerTag: string | null }): MessageFact {
  const { event, retransmissionOf } = trace.messages[n]!
  const read = event.message
  const message = read.kind === 'unreadable' ? null : read
  const fromTag = message ? messageIds(message).fromTag : null
  caller.callerTag ??= message?.kind === 'request' && message.method === 'INVITE' ? fromTag : null
  const byCaller = (fromTag === caller.callerTag) === (message?.kind === 'request')
  const fromUs =
    event.direction === 'observed' ? byCaller === (trace.vantage !== 'inbound') : event.direction === 'sent'
  return {
    n,
    event,
    message,
    problems: read.kind === 'unreadable' ? [{ text: read.text, fatal: true }] : read.problems,
    retransmissionOf,
    fromUs,
  }
}
