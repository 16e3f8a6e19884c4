import type { Observation, SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import type { SipMessage } from '../../../../shared/wire/sip/message.ts'
import type { CallTrace } from './call-trace.ts'
import type { EventSink } from './events.ts'
import { KeptEvent } from './kept-event.ts'

const mostWaiting = 500
const mostWaitingBytes = 1024 * 1024
const mostMisnumbered = 16

interface Waiting {
  readonly callId: string
  readonly event: SipEvent
}

/**
 * All that one SIP endpoint saw, ordered by Call-ID. What belongs to no trace is counted, and what may yet begin a call
 * is kept for a moment. Sinks get everything, whether it becomes a call or not.
 */
export class Journal {
  readonly #traces = new Map<string, CallTrace>()
  /** Messages of INVITEs that are no calls, or not yet, the oldest first. */
  readonly #waiting = new Set<Waiting>()
  /** Call-IDs of the last INVITEs with a broken CSeq. */
  #misnumbered: readonly string[] = []
  readonly #sinks: EventSink[] = []
  /** What the traces pass on; their messages were passed on when they came. */
  readonly #fromTraces: EventSink = {
    sip: () => {},
    packet: (...packet) => {
      for (const sink of this.#sinks) sink.packet(...packet)
    },
    observation: (callId, observation) => {
      for (const sink of this.#sinks) sink.observation(callId, observation)
    },
  }
  #waitingBytes = 0

  /** The sink gets all that comes from now on. */
  addSink(sink: EventSink): void {
    this.#sinks.push(sink)
  }

  /** The trace that the event went to; null where it belongs to none. */
  sip(event: SipEvent): CallTrace | null {
    for (const sink of this.#sinks) sink.sip(event)
    if (event.message.kind === 'unreadable') return null
    // What has no Call-ID belongs together as far as anyone can tell.
    const callId = messageIds(event.message).callId ?? ''
    const trace = this.#traceFor(callId, event)
    if (trace) trace.sip(event)
    else if (isOfInvite(event.message) || this.#misnumbered.includes(callId)) {
      if (isMisnumbered(event.message)) this.#misnumbered = [callId, ...this.#misnumbered].slice(0, mostMisnumbered)
      this.#wait({ callId, event: new KeptEvent(event) })
    }
    return trace ?? null
  }

  /** The trace that the observation went to; null where none has that Call-ID. */
  observe(callId: string, observation: Observation): CallTrace | null {
    const trace = this.#traces.get(callId)
    if (trace) trace.observe(observation)
    else this.#fromTraces.observation(callId, observation)
    return trace ?? null
  }

  trace(callId: string): CallTrace | undefined {
    return this.#traces.get(callId)
  }

  /**
   * From now on the messages of its Call-ID are the trace's, and those that came a moment before and were not
   * another's.
   */
  adopt(trace: CallTrace): void {
    this.#traces.set(trace.callId, trace)
    trace.addSink(this.#fromTraces)
    for (const waiting of [...this.#waiting]) {
      if (waiting.callId !== trace.callId) continue
      this.#drop(waiting)
      // What is kept reads its message again for each who asks.
      const { event } = waiting
      trace.sip({ ...event, bytes: event.bytes, message: event.message })
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
  #traceFor(callId: string, { direction, message }: SipEvent): CallTrace | undefined {
    const trace = this.#traces.get(callId)
    // Without a Call-ID nothing shows that it belongs to what is over.
    if (callId === '' && trace?.closed) return undefined
    const begins =
      direction === 'received' &&
      message.kind === 'request' &&
      message.method === 'INVITE' &&
      messageIds(message).toTag === null
    return begins && trace?.closed && !trace.knows(message) ? undefined : trace
  }
}

/** Whether a message belongs to the begin of a call: INVITE, its responses, ACK, CANCEL. */
function isOfInvite(message: SipMessage): boolean {
  const method = message.kind === 'request' ? message.method : messageIds(message).cseq?.method
  return method === 'INVITE' || method === 'ACK' || method === 'CANCEL'
}

/** An INVITE whose CSeq is broken: its response repeats that, and does not show what it answers. */
function isMisnumbered(message: SipMessage): boolean {
  return message.kind === 'request' && message.method === 'INVITE' && messageIds(message).cseq?.method !== 'INVITE'
}
