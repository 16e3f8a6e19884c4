import { formatAddress, parseAddress, type Address } from '../../../../shared/base/address.ts'
import type { AgreedMedia, CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import type { CallStreams } from '../streams/call-streams.ts'

export function streamFacts({ all }: CallStreams, agreed: readonly AgreedMedia[]): StreamFact[] {
  return all.map(({ source, destination, sent, stats, report }, n) => ({
    n,
    source: formatAddress(source),
    destination: formatAddress(destination),
    toPeer: sent ?? towardsPeer(source, destination, agreed),
    ssrc: stats.ssrc,
    payloadType: stats.payloadType,
    codec: stats.codec,
    packets: stats.packets,
    lost: stats.lost,
    firstAt: stats.firstAt,
    lastAt: stats.lastAt,
    meanDbfs: stats.meanDbfs,
    firstEnergyAt: stats.firstEnergyAt,
    lastEnergyAt: stats.lastEnergyAt,
    levelPackets: stats.levelPackets,
    payloadTypes: stats.payloadTypes,
    rtcp: report && {
      reportedLost: report.lost,
      highestSequence: report.highestSequence,
      roundTripMs: report.roundTripMs,
      reportedJitterMs: stats.clockRateHz > 0 ? Math.round((report.jitter * 1e6) / stats.clockRateHz) / 1000 : 0,
    },
  }))
}

function towardsPeer(source: Address, destination: Address, agreed: readonly AgreedMedia[]): boolean | null {
  const from = formatAddress(source)
  const to = formatAddress(destination)
  if (agreed.some(({ remote, local }) => to === remote || from === local)) return true
  if (agreed.some(({ remote, local }) => to === local || from === remote)) return false
  return null
}

export function reportsFromPeer(
  { reporters }: CallStreams,
  agreed: readonly AgreedMedia[],
): CallFacts['reportsFromPeer'] {
  const theirs = (address: Address) =>
    agreed.some(({ remote }) => {
      const media = parseAddress(remote)
      return (
        media !== null &&
        media.host === address.host &&
        (address.port === media.port || address.port === media.port + 1)
      )
    })
  const peers = reporters.filter(({ address, sent }) => (sent === null ? theirs(address) : !sent))
  return {
    total: peers.reduce((sum, { reports }) => sum + reports, 0),
    blind: peers.reduce((sum, { blind }) => sum + blind, 0),
  }
}
