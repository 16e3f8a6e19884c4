import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { CallTrace, KeptEvent } from './call-trace.ts'

const mostWaiting = 500
const mostWaitingBytes = 1024 * 1024

interface Waiting {
  readonly callId: string
  readonly event: SipEvent
}

/**
 * All that one SIP endpoint saw, ordered by Call-ID. What belongs to no trace is counted, and what may yet begin a call
 * is kept for a moment.
 */
export class Journal {
  readonly #open: (callId: string, event: SipEvent) => CallTrace | null
  readonly #traces = new Map<string, CallTrace>()
  /** Messages of INVITEs that are no calls, or not yet, the oldest first. */
  readonly #waiting = new Set<Waiting>()
  #waitingBytes = 0
  /** Datagrams and pieces of streams that are no SIP message. */
  unreadable = 0

  /** `open` decides whether the first message of a Call-ID begins a trace at once; else `adopt` may, later. */
  constructor(open: (callId: string, event: SipEvent) => CallTrace | null = () => null) {
    this.#open = open
  }

  /** The trace that the event went to; null where it belongs to none. */
  sip(event: SipEvent): CallTrace | null {
    const callId = callIdOf(event)
    if (callId === null) {
      if (event.message.kind === 'unreadable') this.unreadable++
      return null
    }
    const trace = this.#following(callId, event) ?? this.#begin(callId, event)
    if (trace) trace.sip(event)
    else if (isOfInvite(event)) this.#wait({ callId, event: new KeptEvent(event) })
    return trace
  }

  trace(callId: string): CallTrace | undefined {
    return this.#traces.get(callId)
  }

  add(trace: CallTrace): void {
    this.#traces.set(trace.callId, trace)
  }

  /**
   * From now on the messages of its Call-ID are the trace's, and those that came a moment before and were not
   * another's.
   */
  adopt(trace: CallTrace): void {
    this.add(trace)
    for (const waiting of [...this.#waiting]) {
      if (waiting.callId !== trace.callId) continue
      this.#drop(waiting)
      trace.sip(waiting.event)
    }
  }

  /** Forgets a trace, unless another has taken its place. */
  delete(trace: CallTrace): void {
    if (this.#traces.get(trace.callId) === trace) this.#traces.delete(trace.callId)
  }

  #wait(waiting: Waiting): void {
    this.#waiting.add(waiting)
    this.#waitingBytes += waiting.event.bytes.length
    for (const oldest of this.#waiting) {
      if (this.#waiting.size <= mostWaiting && this.#waitingBytes <= mostWaitingBytes) break
      this.#drop(oldest)
    }
  }

  #drop(waiting: Waiting): void {
    this.#waiting.delete(waiting)
    this.#waitingBytes -= waiting.event.bytes.length
  }

  /** The trace that a message continues; a new INVITE after the end of its call does not. */
  #following(callId: string, { direction, message }: SipEvent): CallTrace | undefined {
    const trace = this.#traces.get(callId)
    const begins =
      direction === 'received' &&
      message.kind === 'request' &&
      message.method === 'INVITE' &&
      messageIds(message).toTag === null
    return begins && trace?.closed && !trace.knows(message) ? undefined : trace
  }

  #begin(callId: string, event: SipEvent): CallTrace | null {
    const trace = this.#open(callId, event)
    if (trace) this.#traces.set(callId, trace)
    return trace
  }
}

function callIdOf({ message }: SipEvent): string | null {
  return message.kind === 'unreadable' ? null : messageIds(message).callId
}

/** Whether a message belongs to the begin of a call: INVITE, its responses, ACK, CANCEL. */
function isOfInvite({ message }: SipEvent): boolean {
  if (message.kind === 'unreadable') return false
  const method = message.kind === 'request' ? message.method : messageIds(message).cseq?.method
  return method === 'INVITE' || method === 'ACK' || method === 'CANCEL'
}
