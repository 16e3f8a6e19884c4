import { formatAddress, parseAddress, type Address } from '../../../../shared/base/address.ts'
import type { AnnouncedFact, CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import { append } from '../../base/append.ts'
import type { CallStreams } from '../streams/call-streams.ts'
import type { TracedStream } from '../streams/traced-stream.ts'

/** The streams of a call, and what is known of each: which way it goes, of which medium it is, between whom. */
export function streamFacts(all: readonly TracedStream[], announced: readonly AnnouncedFact[]): StreamFact[] {
  if (all.length === 0) return []
  const book = new AddressBook(announced)
  return all.map((stream, n) => {
    const { source, destination, sent, stats, report, unheard, heardUntil, srtp, sentBack } = stream
    const place = book.place(source, destination)
    return {
      n,
      source: formatAddress(source),
      destination: formatAddress(destination),
      toPeer: sent ?? place.toPeer,
      kind: place.kind,
      hop: place.hop,
      ssrc: stats.ssrc,
      payloadType: stats.payloadType,
      codec: stats.codec,
      packets: stats.packets,
      lost: stats.lost,
      ...timesOf(stream),
      meanDbfs: stats.meanDbfs,
      levelPackets: stats.levelPackets,
      payloadTypes: stats.payloadTypes,
      lastPayloadType: stats.lastPayloadType,
      unheardSince: unheard >= enoughUnheard ? heardUntil : null,
      looksCiphered: stats.looksCiphered,
      disguised: stats.content?.disguised ?? null,
      talk: stats.talk,
      beeps: stats.content?.beeps ?? [],
      leadMs: stream.timing.leadUs / 1000,
      clockSkew: stream.timing.skew,
      srtp,
      sentBack,
      rtcp: report && {
        reportedLost: report.lost,
        highestSequence: report.highestSequence,
        firstLost: report.firstLost,
        firstHighestSequence: report.firstHighestSequence,
        roundTripMs: report.roundTripMs,
        reportedJitterMs: stats.clockRateHz > 0 ? Math.round((report.jitter * 1e6) / stats.clockRateHz) / 1000 : 0,
      },
    }
  })
}

/**
 * When a stream passed, and when it had energy. Where its packets lie in another order than that of their times, its
 * runs tell, and it is taken to have had energy all the time, if at all.
 */
function timesOf({ stats, runs }: TracedStream) {
  const { firstAt, lastAt, firstEnergyAt, lastEnergyAt } = stats
  const timesGoBack = runs.goesBack
  if (!timesGoBack) return { firstAt, lastAt, firstEnergyAt, lastEnergyAt, runs: runs.all, timesGoBack }
  const inOrder = runs.all.toSorted((a, b) => a.firstAt - b.firstAt)
  const [first, last] = [inOrder[0]!.firstAt, Math.max(...inOrder.map((run) => run.lastAt))]
  const [energy, end] = firstEnergyAt === null ? [null, null] : [first, last]
  return { firstAt: first, lastAt: last, firstEnergyAt: energy, lastEnergyAt: end, runs: inOrder, timesGoBack }
}

/** Reports that name a stream no more, before that means something. */
const enoughUnheard = 2

interface Place {
  readonly toPeer: boolean | null
  readonly kind: string | null
  readonly hop: number | null
}

/** Who announced which address, and, where nobody did, who sits at that host as far as its messages show. */
class AddressBook {
  readonly #named = new Map<string, AnnouncedFact[]>()
  /** The port of a session description at the host that its message came from: what a 1:1 NAT hides. */
  readonly #hosts = new Map<string, AnnouncedFact[]>()

  constructor(announced: readonly AnnouncedFact[]) {
    for (const fact of announced) {
      append(this.#named, fact.address, fact)
      const address = parseAddress(fact.address)
      if (address && address.host !== fact.signalling)
        append(this.#hosts, formatAddress({ host: fact.signalling, port: address.port }), fact)
    }
  }

  place(source: Address, destination: Address): Place {
    const [from, to] = [formatAddress(source), formatAddress(destination)]
    const named = this.#judge(this.#named.get(from), this.#named.get(to))
    return named ?? this.#judge(this.#hosts.get(from), this.#hosts.get(to)) ?? { toPeer: null, kind: null, hop: null }
  }

  #judge(from: readonly AnnouncedFact[] = [], to: readonly AnnouncedFact[] = []): Place | null {
    const toPeer = sideOf(to, false) ?? sideOf(from, true)
    if (toPeer === null) return null
    const ofSide = [...to.filter(({ byUs }) => byUs !== toPeer), ...from.filter(({ byUs }) => byUs === toPeer)]
    const hops = new Set(ofSide.map(({ hop }) => hop))
    const both = [...hops].filter(
      (hop) => to.some((fact) => fact.hop === hop && fact.byUs !== toPeer) && from.some((fact) => fact.hop === hop),
    )
    return { toPeer, kind: ofSide[0]!.kind, hop: Math.min(...(both.length > 0 ? both : hops)) }
  }
}

/** Whether all who named an address are of one side: true where that is ours and `ours` is true, and so on. */
function sideOf(facts: readonly AnnouncedFact[], ours: boolean): boolean | null {
  if (facts.length === 0) return null
  if (facts.every(({ byUs }) => byUs)) return ours
  return facts.every(({ byUs }) => !byUs) ? !ours : null
}

export function reportsFromPeer(
  { reporters }: CallStreams,
  announced: readonly AnnouncedFact[],
): CallFacts['reportsFromPeer'] {
  const theirs = new Set(announced.filter(({ byUs }) => !byUs).flatMap(({ address, rtcp }) => [address, rtcp]))
  const isTheirs = ({ host, port }: Address) =>
    theirs.has(formatAddress({ host, port })) || (port > 0 && theirs.has(formatAddress({ host, port: port - 1 })))
  const peers = reporters.filter(({ address, sent }) => (sent === null ? isTheirs(address) : !sent))
  const sent = peers.map(({ sentPackets }) => sentPackets).filter((packets) => packets !== null)
  return {
    total: peers.reduce((sum, { reports }) => sum + reports, 0),
    sentPackets: sent.length > 0 ? Math.max(...sent) : null,
  }
}
