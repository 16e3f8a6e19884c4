import type { Micros } from '../../../../../shared/base/time.ts'
import type { RtcpPacket } from '../../../../../shared/wire/rtcp/rtcp.ts'
import { ReceptionReports, type Reporter } from '../../streams/reception-reports.ts'
import type { Endpoints } from '../endpoints.ts'
import { WordTable } from '../word-table.ts'
import type { StreamTable } from './stream-table.ts'

/** More pairs of endpoints than any capture has that is not made to fill a machine. */
const mostPairs = 200_000

/** The RTCP of a capture: what the reports between two endpoints say of the streams that they may speak of. */
export class RtcpFlows {
  readonly #endpoints: Endpoints
  readonly #streams: StreamTable
  readonly #pairs = new WordTable()
  readonly #reports: ReceptionReports[] = []
  /** By endpoint that reports, the pairs that it does so in. */
  readonly #bySource = new Map<number, Set<number>>()

  constructor(endpoints: Endpoints, streams: StreamTable) {
    this.#endpoints = endpoints
    this.#streams = streams
  }

  add(at: Micros, source: number, destination: number, packets: readonly RtcpPacket[]): void {
    const [low, high] = source < destination ? [source, destination] : [destination, source]
    if (this.#pairs.size >= mostPairs && this.#pairs.find(low, high, 0, 0) < 0) return
    const pair = this.#pairs.idOf(low, high, 0, 0)
    const reports = (this.#reports[pair] ??= new ReceptionReports())
    const known = this.#bySource.get(source)
    if (known) known.add(pair)
    else this.#bySource.set(source, new Set([pair]))
    const ids = new Set<number>()
    for (const packet of packets)
      if (packet.type === 'sr' || packet.type === 'rr')
        for (const { ssrc } of packet.reports) for (const id of this.#streams.withSsrc(ssrc)) ids.add(id)
    for (const id of this.#towards(source)) ids.add(id)
    const streams = [...ids].map((id) => this.#streams.all[id]!)
    reports.rtcp(at, this.#endpoints.address(source), null, packets, streams)
  }

  /** Who reports from an endpoint, or from the port above it. */
  reportersAt(endpoint: number): Reporter[] {
    const { host, port } = this.#endpoints.address(endpoint)
    const above = this.#endpoints.find(this.#endpoints.host(endpoint), port + 1)
    return [endpoint, above].flatMap((near) =>
      [...(this.#bySource.get(near) ?? [])].flatMap((pair) =>
        this.#reports[pair]!.reporters.filter(
          ({ address }) => address.host === host && (address.port === port || address.port === port + 1),
        ),
      ),
    )
  }

  /** Streams that go to the address of a receiver: that of its RTCP, or the port below. */
  #towards(source: number): readonly number[] {
    return [...this.#streams.towards(source), ...this.#streams.towards(this.#endpoints.below(source))]
  }
}
