import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { CallTrace } from './call-trace.ts'

const mostStray = 200

/** All that one SIP endpoint saw, ordered by Call-ID; what belongs to no call is kept too, the newest of it. */
export class Journal {
  readonly #open: (callId: string, event: SipEvent) => CallTrace | null
  readonly #traces = new Map<string, CallTrace>()
  /** Messages and garbage that belong to no dialog we follow. */
  readonly stray: SipEvent[] = []

  /** `open` decides whether the first message of a Call-ID begins a trace. */
  constructor(open: (callId: string, event: SipEvent) => CallTrace | null) {
    this.#open = open
  }

  sip(event: SipEvent): void {
    const callId = event.message.kind === 'unreadable' ? null : messageIds(event.message).callId
    const trace = callId === null ? null : (this.#traces.get(callId) ?? this.#begin(callId, event))
    if (trace) return trace.sip(event)
    this.stray.push(event)
    if (this.stray.length > mostStray) this.stray.shift()
  }

  trace(callId: string): CallTrace | undefined {
    return this.#traces.get(callId)
  }

  add(trace: CallTrace): void {
    this.#traces.set(trace.callId, trace)
  }

  delete(callId: string): void {
    this.#traces.delete(callId)
  }

  #begin(callId: string, event: SipEvent): CallTrace | null {
    const trace = this.#open(callId, event)
    if (trace) this.#traces.set(callId, trace)
    return trace
  }
}

