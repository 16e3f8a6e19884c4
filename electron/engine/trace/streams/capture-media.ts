import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { RtcpPacket } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'
import { addressesOf, rtcpAt } from '../../../../shared/wire/agreement/agree.ts'
import type { SessionDescription } from '../../../../shared/wire/sdp/sdp.ts'
import { addressKey, callsOf, type Announcing } from './attribution.ts'
import type { CallStreams } from './call-streams.ts'
import { PayloadMeanings, type MeterOf } from './payload-meanings.ts'
import { ReceptionReports } from './reception-reports.ts'
import { TracedStream } from './traced-stream.ts'

/** Streams between one pair of addresses; pairs that nobody announced, and pairs at all. */
const mostOfPair = 200
const mostUnannounced = 5_000
const mostPairs = 500_000
/** Addresses of one call, and calls at one address at about one time. */
const mostOfCall = 4_096
const mostAtAddress = 200
/** Streams that a report may mean. */
const mostAlike = 100

/** A call of the capture: its streams are filled when all is read. */
export interface CapturedCall {
  readonly streams: CallStreams
  readonly from: Micros
  readonly until: Micros
}

interface Announced<Call> extends Announcing {
  readonly call: Call
}

/**
 * All RTP of captures: streams are collected as they come, and belong to calls only when every session description of
 * every call is known.
 */
export class CaptureMedia<Call> {
  /** Packets of more streams than are followed. */
  unfollowedPackets = 0
  readonly #meanings: PayloadMeanings
  /** By their two addresses. */
  readonly #pairs = new Map<string, TracedStream[]>()
  readonly #bySsrc = new Map<number, TracedStream[]>()
  readonly #byDestination = new Map<string, TracedStream[]>()
  readonly #reports = new ReceptionReports()
  /** Addresses that each call announced, and where RTCP is due. */
  readonly #announced = new Map<Call, Set<string>>()
  readonly #control = new Set<string>()
  #unannounced = 0
  #last: TracedStream | null = null

  constructor(meterOf: MeterOf) {
    this.#meanings = new PayloadMeanings(meterOf)
  }

  announce(call: Call, session: SessionDescription): void {
    this.#meanings.learn(session)
    const known = this.#announced.get(call) ?? new Set()
    this.#announced.set(call, known)
    for (const medium of session.media) {
      for (const address of addressesOf(medium)) if (known.size < mostOfCall) known.add(addressKey(address))
      const rtcp = rtcpAt(medium)
      if (rtcp) this.#control.add(addressKey(rtcp))
    }
  }

  /** Another stands for a call from now on. */
  replace(before: Call, after: Call): void {
    const known = this.#announced.get(before)
    this.#announced.delete(before)
    if (known) this.#announced.set(after, known)
  }

  rtp(at: Micros, source: Address, destination: Address, packet: Uint8Array, header: RtpHeader): void {
    const stream = this.#stream(source, destination, header.ssrc)
    if (!stream) return void this.unfollowedPackets++
    stream.stats.update(at, header, this.#meanings.of(stream, header.payloadType), packet.length, packet)
    stream.runs.update(at, header.sequence)
  }

  /** Whether RTCP between these addresses is of media that were announced. */
  isControl(source: Address, destination: Address): boolean {
    return [source, destination].some(
      (address) =>
        this.#control.has(addressKey(address)) ||
        this.#meanings.knows(address) ||
        this.#meanings.knows({ host: address.host, port: address.port - 1 }),
    )
  }

  rtcp(at: Micros, source: Address, packets: readonly RtcpPacket[]): void {
    const named = packets.flatMap((packet) =>
      packet.type === 'sr' || packet.type === 'rr' ? packet.reports.map(({ ssrc }) => ssrc) : [],
    )
    const streams = new Set(named.flatMap((ssrc) => this.#bySsrc.get(ssrc) ?? []))
    for (const stream of this.#towards(source)) streams.add(stream)
    this.#reports.rtcp(at, source, null, packets, [...streams])
  }

  /** Gives each call its streams, and what reported on them; returns the streams of no call. */
  attribute(spanOf: (call: Call) => CapturedCall): TracedStream[] {
    const byAddress = new Map<string, Announced<Call>[]>()
    const inTime = [...this.#announced].map(([call, addresses]): Announced<Call> => {
      const { from, until } = spanOf(call)
      return { call, addresses, from, until }
    })
    for (const announced of inTime.sort((a, b) => a.from - b.from))
      for (const key of announced.addresses) collect(byAddress, key, announced)
    const left: TracedStream[] = []
    const reporters = new Map(this.#reports.reporters.map((reporter) => [addressKey(reporter.address), reporter]))
    for (const pair of this.#pairs.values()) {
      for (const stream of pair) {
        const { source, destination } = stream
        const near = new Set(
          [destination, source].flatMap((end) => begunBy(byAddress.get(addressKey(end)) ?? [], stream.stats.lastAt)),
        )
        const calls = callsOf({ source, destination, firstAt: stream.stats.firstAt, lastAt: stream.stats.lastAt }, [
          ...near,
        ])
        if (calls.length === 0) left.push(stream)
        for (const { call } of calls) spanOf(call).streams.all.push(stream)
      }
    }
    for (const call of this.#announced.keys()) {
      const { streams } = spanOf(call)
      streams.all.sort((a, b) => a.stats.firstAt - b.stats.firstAt)
      const ends = streams.all.flatMap(({ source, destination }) => [source, destination])
      for (const { host, port } of ends)
        for (const near of [port, port + 1]) {
          const reporter = reporters.get(addressKey({ host, port: near }))
          if (reporter && !streams.reporters.includes(reporter)) streams.reporters.push(reporter)
        }
    }
    return left.sort((a, b) => a.stats.firstAt - b.stats.firstAt)
  }

  /** Streams that go to the address of a receiver. */
  *#towards({ host, port }: Address): Iterable<TracedStream> {
    for (const near of [port, port - 1]) yield* this.#byDestination.get(`${host} ${near}`) ?? []
  }

  #stream(source: Address, destination: Address, ssrc: number): TracedStream | null {
    if (this.#last?.is(source, destination, ssrc)) return this.#last
    const key = `${source.host} ${source.port} ${destination.host} ${destination.port}`
    const pair = this.#pairs.get(key) ?? this.#pair(key, source, destination)
    let stream = pair?.find(({ stats }) => stats.ssrc === ssrc)
    if (!pair || (!stream && pair.length >= mostOfPair)) return null
    if (!stream) {
      stream = new TracedStream(source, destination, null, ssrc)
      pair.push(stream)
      collect(this.#bySsrc, ssrc, stream, mostAlike)
      collect(this.#byDestination, addressKey(destination), stream, mostAlike)
    }
    return (this.#last = stream)
  }

  #pair(key: string, source: Address, destination: Address): TracedStream[] | null {
    const announced = this.#meanings.knows(source) || this.#meanings.knows(destination)
    if (this.#pairs.size >= mostPairs || (!announced && this.#unannounced++ >= mostUnannounced)) return null
    const pair: TracedStream[] = []
    this.#pairs.set(key, pair)
    return pair
  }
}

function collect<Key, Item>(map: Map<Key, Item[]>, key: Key, item: Item, most = Infinity): void {
  const list = map.get(key)
  if (list && list.length < most) list.push(item)
  else if (!list) map.set(key, [item])
}

/** The last of the calls that had begun by an instant, of a list in the order of their beginnings. */
function begunBy<Call extends Announcing>(calls: readonly Call[], at: Micros): readonly Call[] {
  let [low, high] = [0, calls.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (calls[middle]!.from <= at) low = middle + 1
    else high = middle
  }
  // An address that no call had named yet may be named by the next.
  return calls.slice(Math.max(0, low - mostAtAddress), Math.max(low, 1))
}
