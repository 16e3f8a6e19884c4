import type { MessageFact } from '../../../../shared/model/facts.ts'
import { findSession } from '../../../../shared/wire/sdp/find.ts'
import { faultsOfSent } from '../../../../shared/wire/sip/check-sent.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header, type SipProblem } from '../../../../shared/wire/sip/message.ts'
import type { CallTrace } from '../journal/call-trace.ts'

/** Where messages are cut by Content-Length (RFC 3261 18.3). */
const streams: ReadonlySet<string> = new Set(['tcp', 'tls'])

/** The messages of a trace, each read once. */
export function messageFacts(trace: CallTrace): MessageFact[] {
  const [first] = trace.messages
  const message = first?.event.message
  const caller = { callerTag: message && message.kind !== 'unreadable' ? messageIds(message).fromTag : null }
  return trace.messages.map((_, n) => messageFact(trace, n, caller))
}

/** Message number n; `caller` keeps the tag of who sent the first INVITE. */
export function messageFact(trace: CallTrace, n: number, caller: { callerTag: string | null }): MessageFact {
  const { event, retransmissionOf } = trace.messages[n]!
  const read = event.message
  const message = read.kind === 'unreadable' ? null : read
  const ids = message && messageIds(message)
  // A response names the caller as the request did, where that was not captured.
  caller.callerTag ??= ids?.cseq?.method === 'INVITE' ? ids.fromTag : null
  const byCaller = (ids?.fromTag === caller.callerTag) === (message?.kind === 'request')
  const fromUs =
    event.direction === 'observed' ? byCaller === (trace.vantage !== 'inbound') : event.direction === 'sent'
  const found = message && findSession(message)
  const problems: SipProblem[] = read.kind === 'unreadable' ? [{ text: read.text, fatal: true }] : [...read.problems]
  for (const text of found?.problems ?? []) problems.push({ text, fatal: false })
  if (message && streams.has(event.transport) && header(message, 'content-length') === undefined)
    problems.push({ text: 'there is no Content-Length, which a message on a stream must have', fatal: false })
  // What we send is checked more strictly than what comes.
  if (message && event.direction === 'sent')
    for (const text of faultsOfSent(message)) problems.push({ text, fatal: false })
  return {
    n,
    event,
    message,
    problems,
    session: found?.session ?? null,
    retransmissionOf,
    fromUs,
  }
}
