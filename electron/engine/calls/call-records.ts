import type { CallReport } from '../../../shared/contract/report.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { meterOf } from '../media/codec/index.ts'
import type { Asked } from '../report/report.ts'
import type { Station } from '../stations/station.ts'
import { PacketRing } from '../trace/capture/packet-ring.ts'
import { CallProjection } from '../trace/facts/call-projection.ts'
import { CallTrace } from '../trace/journal/call-trace.ts'
import { CallRecord } from './call-record.ts'
import { CallViews } from './call-view.ts'

/** Ended calls that stay in memory; older ones are in the history. */
const keptEnded = 200
/** And no more of them than have so many bytes of messages together; the newest stays whatever it has. */
const keptEndedBytes = 16 * 1024 * 1024
const ringBytes = 4 * 1024 * 1024

/** What a call's record needs of the station where the call is. */
type CallStation = Pick<Station, 'traceLimits' | 'adopt' | 'forget'>

/** What the engine hears of all calls. */
export interface CallRecordsEvents {
  changed(record: CallRecord): void
  moved(record: CallRecord): void
  ended(record: CallRecord, report: CallReport): void
  forgotten(id: string): void
}

export interface CallRecordsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  /** A person looks on: what they may ask for is kept, the newest packets and the figures of the last two minutes. */
  readonly attended: boolean
}

/** All calls that the engine knows, under way and just ended. */
export class CallRecords {
  readonly #deps: CallRecordsDeps
  readonly #events: CallRecordsEvents
  readonly #records = new Map<string, CallRecord>()
  readonly #ended: CallRecord[] = []
  #endedBytes = 0
  readonly #views: CallViews

  constructor(deps: CallRecordsDeps, events: CallRecordsEvents) {
    this.#deps = deps
    this.#events = events
    this.#views = new CallViews(deps.clock)
  }

  /**
   * A call that came in at a station, with what was seen of it until now. `voiceOf`: it brings the microphone of a
   * window to that call.
   */
  begin(station: CallStation, callId: string, agent: string | null, voiceOf: string | null = null): CallRecord {
    return this.#open(station, callId, 'inbound', { placed: null, secrets: [], agent }, voiceOf)
  }

  /** A call that is about to be placed. */
  place(station: CallStation, callId: string, asked: Asked): CallRecord {
    return this.#open(station, callId, 'outbound', asked, null)
  }

  call(id: string): CallRecord | undefined {
    return this.#records.get(id)
  }

  /** The call whose trace that is. */
  ofTrace(trace: CallTrace | undefined): CallRecord | undefined {
    return trace && this.#records.get(trace.id)
  }

  all(): CallRecord[] {
    return [...this.#records.values()]
  }

  #open(
    station: CallStation,
    callId: string,
    vantage: 'inbound' | 'outbound',
    asked: Asked,
    voiceOf: string | null,
  ): CallRecord {
    const { clock, random, boundary, attended } = this.#deps
    const trace = new CallTrace(random.token(10), callId, vantage, station.traceLimits)
    const projection = new CallProjection(trace, meterOf, attended)
    const ring = attended ? new PacketRing(ringBytes) : null
    const record = new CallRecord({ clock, boundary, projection, asked, voiceOf, ring, views: this.#views })
    this.#records.set(record.id, record)
    record.events.on('changed', () => this.#events.changed(record))
    record.events.on('moved', () => this.#events.moved(record))
    record.events.on('ended', (report) => this.#end(record, report, station))
    station.adopt(trace)
    return record
  }

  #end(record: CallRecord, report: CallReport, station: CallStation): void {
    station.forget(record.trace)
    this.#ended.push(record)
    this.#endedBytes += record.trace.messageBytes
    while (this.#ended.length > keptEnded || (this.#endedBytes > keptEndedBytes && this.#ended.length > 1)) {
      const { id, trace } = this.#ended.shift()!
      this.#endedBytes -= trace.messageBytes
      this.#records.delete(id)
      this.#events.forgotten(id)
    }
    this.#events.ended(record, report)
  }
}
