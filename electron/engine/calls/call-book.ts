import type { Placed } from '../../../shared/contract/place-call.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { Change } from '../../../shared/contract/state.ts'
import type { Vantage } from '../../../shared/model/facts.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { BookedCall } from './booked-call.ts'
import { viewOf } from './call-view.ts'
import type { Watcher } from '../feed.ts'
import { meterOf } from '../media/codec/index.ts'
import type { MediaTap } from '../media/session/tap.ts'
import { reportOf } from '../report/report.ts'
import { PacketRing } from '../trace/capture/packet-ring.ts'
import { CallTrace, type TraceLimits } from '../trace/journal/call-trace.ts'

/** Ended calls that stay in memory; older ones are in the history. */
const keptEnded = 200
const ringBytes = 4 * 1024 * 1024

export interface CallBookEvents {
  /** Something about a call changed. */
  touched(booked: BookedCall): void
  /** Its state changed: ringing, answered. */
  moved(booked: BookedCall): void
  ended(booked: BookedCall, report: CallReport): void
  forgotten(id: string): void
}

/** All calls that the engine knows, live and just ended. */
export class CallBook {
  readonly #clock: Clock
  readonly #random: Random
  readonly #boundary: Boundary
  readonly #events: CallBookEvents
  readonly #calls = new Map<string, BookedCall>()
  readonly #ended: string[] = []

  constructor(clock: Clock, random: Random, boundary: Boundary, events: CallBookEvents) {
    this.#clock = clock
    this.#boundary = boundary
    this.#random = random
    this.#events = events
  }

  /** `attended`: keep what a person may ask for: the newest packets, the figures of the last two minutes. */
  open(
    callId: string,
    vantage: Vantage,
    attended: boolean,
    origin: { readonly agent: string } | { readonly placed: Placed } | null,
    limits: TraceLimits,
  ): BookedCall {
    const trace = new CallTrace(this.#random.token(10), callId, vantage, meterOf, limits)
    const ring = attended ? new PacketRing(ringBytes) : null
    if (ring) trace.addSink(ring)
    trace.attended = attended
    if (origin && 'placed' in origin) trace.placed = origin.placed
    const booked: BookedCall = {
      trace,
      agent: origin && 'agent' in origin ? origin.agent : null,
      call: null,
      endedAt: null,
      ring,
      pcap: null,
      waiting: null,
      held: false,
      muted: false,
      recordingTo: null,
      recording: null,
      judged: null,
      view: null,
    }
    this.#calls.set(trace.id, booked)
    return booked
  }

  get(id: string): BookedCall | undefined {
    return this.#calls.get(id)
  }

  all(): BookedCall[] {
    return [...this.#calls.values()]
  }

  touched(booked: BookedCall): void {
    this.#events.touched(booked)
  }

  moved(booked: BookedCall): void {
    this.#events.moved(booked)
    this.#events.touched(booked)
  }

  tap(booked: BookedCall): MediaTap {
    const { trace } = booked
    return {
      rtp: (at, source, destination, bytes, sent, clear, header) =>
        trace.rtp(at, source, destination, bytes, clear, sent, header),
      rtcp: (at, source, destination, bytes, sent, _clear, packets) =>
        trace.rtcp(at, source, destination, bytes, sent, packets),
      foreign: (at, source, destination, bytes) => trace.foreign(at, source, destination, bytes),
      observe: (kind, text, value) => this.observe(booked, kind, text, value),
    }
  }

  observe(booked: BookedCall, kind: Parameters<MediaTap['observe']>[0], text: string, value?: string): void {
    booked.trace.observe({ at: this.#clock.nowUs(), kind, text, ...(value === undefined ? {} : { value }) })
    this.#events.touched(booked)
  }

  report(booked: BookedCall): CallReport {
    return reportOf(booked.trace, booked.endedAt ?? this.#clock.nowUs(), booked.endedAt)
  }

  /** What a watcher is told of a call now. */
  changes(booked: BookedCall, watcher: Watcher): Change[] {
    const { id } = booked.trace
    const wanted =
      watcher.reports === 'live' ||
      (watcher.reports === 'ended' ? booked.endedAt !== null && !watcher.told.has(id) : watcher.watched.has(id))
    const summary: Change[] = watcher.reports === 'ended' ? [] : this.#summary(booked, watcher)
    return wanted ? [...summary, this.#news(booked, watcher)] : summary
  }

  /** Nothing where a list would show what it shows already. */
  #summary(booked: BookedCall, { views }: Watcher): Change[] {
    const view = viewOf(booked, this.#clock.nowUs())
    if (views.get(view.id) === view) return []
    views.set(view.id, view)
    return [{ kind: 'call', call: view }]
  }

  #news(booked: BookedCall, { told }: Watcher): Change {
    const { trace, endedAt } = booked
    const known = told.get(trace.id) ?? { messages: 0, samples: [] }
    const report = reportOf(trace, endedAt ?? this.#clock.nowUs(), endedAt, known.messages)
    told.set(trace.id, {
      messages: trace.messages.length,
      samples: trace.streams.map(({ series }) => series?.count ?? 0),
    })
    return {
      kind: 'report',
      ended: endedAt !== null,
      from: known.messages,
      report,
      samples: trace.streams.map(({ series }, i) => series?.since(known.samples[i] ?? 0) ?? []),
    }
  }

  /** The call is over: its report is final. */
  finish(booked: BookedCall): void {
    if (booked.endedAt !== null) return
    booked.endedAt = this.#clock.nowUs()
    booked.pcap?.close()
    if (booked.pcap?.fault) this.observe(booked, 'not-kept', booked.pcap.fault)
    booked.trace.close()
    booked.call = null
    booked.waiting = null
    booked.recordingTo = null
    this.#boundary.run('end of a call', () => this.#events.ended(booked, this.report(booked)))
    this.#ended.push(booked.trace.id)
    while (this.#ended.length > keptEnded) {
      const id = this.#ended.shift()!
      this.#calls.delete(id)
      this.#events.forgotten(id)
    }
  }
}
