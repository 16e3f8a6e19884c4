import type { CallReport } from '../../shared/contract/report.ts'
import type { Change } from '../../shared/contract/state.ts'
import type { Micros } from '../../shared/base/time.ts'
import type { Vantage } from '../../shared/model/facts.ts'
import type { Clock } from './base/clock.ts'
import type { Random } from './base/random.ts'
import { pcma, pcmu } from './media/codec/g711.ts'
import type { MediaTap } from './media/session/session.ts'
import { reportOf } from './report.ts'
import { PacketRing } from './trace/capture/packet-ring.ts'
import type { PcapFile } from './trace/capture/pcap-write.ts'
import { CallTrace } from './trace/journal/call-trace.ts'
import type { Call } from './ua/index.ts'

/** G.711 codes to linear samples, for levels; other codecs cannot be read without decoding. */
export const linearOf = (codec: string): Int16Array | null => (codec === 'PCMU' ? pcmu.decodeTable : codec === 'PCMA' ? pcma.decodeTable : null)

/** Ended calls that stay in memory; older ones are in the history. */
const keptEnded = 200
const ringBytes = 4 * 1024 * 1024

/** A call of this engine: its trace, and the session while it lives. */
export interface BookedCall {
  readonly trace: CallTrace
  readonly agent: string | null
  call: Call | null
  endedAt: Micros | null
  readonly ring: PacketRing | null
  pcap: PcapFile | null
}

export interface CallBookEvents {
  /** Something about a call changed. */
  touched(booked: BookedCall): void
  ended(booked: BookedCall, report: CallReport): void
  forgotten(id: string): void
}

/** All calls that the engine knows, live and just ended. */
export class CallBook {
  readonly #clock: Clock
  readonly #random: Random
  readonly #events: CallBookEvents
  readonly #calls = new Map<string, BookedCall>()
  readonly #ended: string[] = []

  constructor(clock: Clock, random: Random, events: CallBookEvents) {
    this.#clock = clock
    this.#random = random
    this.#events = events
  }

  /** `keepPackets`: hold the newest packets so that a capture can be saved later. */
  open(callId: string, vantage: Vantage, agent: string | null, keepPackets: boolean): BookedCall {
    const trace = new CallTrace(this.#random.token(10), callId, vantage, linearOf)
    const ring = keepPackets ? new PacketRing(ringBytes) : null
    if (ring) trace.addSink(ring)
    const booked: BookedCall = { trace, agent, call: null, endedAt: null, ring, pcap: null }
    this.#calls.set(trace.id, booked)
    return booked
  }

  get(id: string): BookedCall | undefined {
    return this.#calls.get(id)
  }

  get size(): number {
    return this.#calls.size
  }

  all(): BookedCall[] {
    return [...this.#calls.values()]
  }

  touched(booked: BookedCall): void {
    this.#events.touched(booked)
  }

  tap(booked: BookedCall): MediaTap {
    const { trace } = booked
    return {
      rtp: (at, source, destination, bytes, sent, clear) => void trace.rtp(at, source, destination, bytes, clear, sent),
      rtcp: (at, source, destination, bytes, sent, clear) => trace.rtcp(at, source, destination, bytes, clear, sent),
      observe: (kind, text) => this.observe(booked, kind, text),
    }
  }

  observe(booked: BookedCall, kind: Parameters<MediaTap['observe']>[0], text: string): void {
    booked.trace.observe({ at: this.#clock.nowUs(), kind, text })
    this.#events.touched(booked)
  }

  report(booked: BookedCall): CallReport {
    return reportOf(booked.trace, booked.endedAt ?? this.#clock.nowUs(), booked.endedAt)
  }

  change(booked: BookedCall): Change {
    return { kind: 'call', agent: booked.agent, ended: booked.endedAt !== null, report: this.report(booked) }
  }

  /** The call is over: its report is final. */
  finish(booked: BookedCall): void {
    if (booked.endedAt !== null) return
    booked.endedAt = this.#clock.nowUs()
    booked.pcap?.close()
    if (booked.pcap?.fault) this.observe(booked, 'note', booked.pcap.fault)
    booked.trace.close()
    booked.call = null
    this.#events.ended(booked, this.report(booked))
    this.#ended.push(booked.trace.id)
    while (this.#ended.length > keptEnded) {
      const id = this.#ended.shift()!
      this.#calls.delete(id)
      this.#events.forgotten(id)
    }
  }
}
