import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { CallTrace } from './call-trace.ts'

const mostStray = 2000
const mostStrayBytes = 4 * 1024 * 1024

/** All that one SIP endpoint saw, ordered by Call-ID; what belongs to no trace is kept too, the newest of it. */
export class Journal {
  readonly #open: (callId: string, event: SipEvent) => CallTrace | null
  readonly #traces = new Map<string, CallTrace>()
  /** Messages and garbage that belong to no trace, the oldest first. */
  readonly #stray = new Set<SipEvent>()
  #strayBytes = 0

  /** `open` decides whether the first message of a Call-ID begins a trace at once; else `adopt` may, later. */
  constructor(open: (callId: string, event: SipEvent) => CallTrace | null = () => null) {
    this.#open = open
  }

  get stray(): readonly SipEvent[] {
    return [...this.#stray]
  }

  sip(event: SipEvent): void {
    const callId = callIdOf(event)
    const trace = callId === null ? null : (this.#following(callId, event) ?? this.#begin(callId, event))
    if (trace) return trace.sip(event)
    this.#stray.add(event)
    this.#strayBytes += event.bytes.length
    for (const oldest of this.#stray) {
      if (this.#stray.size <= mostStray && this.#strayBytes <= mostStrayBytes) break
      this.#drop(oldest)
    }
  }

  trace(callId: string): CallTrace | undefined {
    return this.#traces.get(callId)
  }

  add(trace: CallTrace): void {
    this.#traces.set(trace.callId, trace)
  }

  /** From now on the messages of its Call-ID are the trace's, and those that came before and were not another's. */
  adopt(trace: CallTrace): void {
    this.add(trace)
    for (const event of [...this.#stray]) {
      if (callIdOf(event) !== trace.callId) continue
      this.#drop(event)
      trace.sip(event)
    }
  }

  /** Forgets a trace, unless another has taken its place. */
  delete(trace: CallTrace): void {
    if (this.#traces.get(trace.callId) === trace) this.#traces.delete(trace.callId)
  }

  #drop(event: SipEvent): void {
    this.#stray.delete(event)
    this.#strayBytes -= event.bytes.length
  }

  /** The trace that a message continues; a new INVITE after the end of its call does not. */
  #following(callId: string, { direction, message }: SipEvent): CallTrace | undefined {
    const trace = this.#traces.get(callId)
    const begins = direction === 'received' && message.kind === 'request' && message.method === 'INVITE' && messageIds(message).toTag === null
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
