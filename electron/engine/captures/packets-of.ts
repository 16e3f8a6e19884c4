import type { Address } from '../../../shared/base/address.ts'
import type { Micros } from '../../../shared/base/time.ts'
import { isRtcp } from '../../../shared/wire/rtp/rtp.ts'
import type { CallPackets } from '../report/exports.ts'
import { Account } from '../trace/capture/account.ts'
import { hep, isHep } from '../trace/capture/decode/hep.ts'
import { layers } from '../trace/capture/decode/layers.ts'
import { Packet } from '../trace/capture/decode/packet.ts'
import { Endpoints } from '../trace/capture/endpoints.ts'
import { PacketRing } from '../trace/capture/packet-ring.ts'
import { readCapture } from '../trace/capture/pcap-read.ts'
import { isKeyLog } from '../trace/capture/tls/key-log-file.ts'
import type { CallProjection } from '../trace/facts/call-projection.ts'
import type { TracedStream } from '../trace/streams/traced-stream.ts'

/** Of the packets of one call; beyond it the oldest make room. */
const mostBytes = 64 * 1024 * 1024

/**
 * The messages and packets of a call of those captures, which are read again, as a capture file. Throws RingbackError
 * as readCapture does.
 */
export async function packetsOf(files: readonly string[], call: CallProjection): Promise<CallPackets> {
  const ring = new PacketRing(mostBytes)
  const { all } = call.streams
  const isOfCall = membership(all)
  if (all.length > 0)
    await eachDatagram(files, (at, source, destination, payload) => {
      if (isOfCall(source, destination, payload)) ring.packet(call.trace.callId, at, source, destination, payload)
    })
  return { pcap: ring.export(call.trace.messages, []), dropped: ring.dropped }
}

/** Calls `use` with the payload of every datagram, those that a capture agent sent on too. */
async function eachDatagram(
  files: readonly string[],
  use: (at: Micros, source: Address, destination: Address, payload: Uint8Array) => void,
): Promise<void> {
  const endpoints = new Endpoints()
  const take = (datagram: Packet, from: number, to: number): 'read' => {
    const { bytes, at, sourceHost, sourcePort, destinationHost, destinationPort } = datagram
    const source = endpoints.address(endpoints.idOf(sourceHost, sourcePort))
    const destination = endpoints.address(endpoints.idOf(destinationHost, destinationPort))
    use(at, source, destination, bytes.subarray(from, to))
    return 'read'
  }
  const packet = new Packet(
    layers,
    endpoints,
    {
      udp: (datagram, from, to) => {
        if (!isHep(datagram.bytes, from, to)) return take(datagram, from, to)
        hep(datagram, from, to)
        return datagram.outcome
      },
      tcp: () => 'other',
      relayed: (inner, _transport, from, to) => take(inner, from, to),
    },
    new Account(),
  )
  for (const path of files.filter((file) => !isKeyLog(file)))
    await readCapture(path, {
      frame: (bytes, from, to, at, linkType, position) => packet.frame(linkType, bytes, from, to, at, position),
    })
  packet.end()
}

/** Whether a packet is of one of the streams, or is RTCP between their ends. */
function membership(streams: readonly TracedStream[]) {
  const rtp = new Set(streams.map(({ source, destination, stats }) => `${key(source, destination)} ${stats.ssrc}`))
  const rtcp = new Set(
    streams.flatMap(({ source, destination }) => [
      key(source, destination),
      key(destination, source),
      key(above(source), above(destination)),
      key(above(destination), above(source)),
    ]),
  )
  return (source: Address, destination: Address, payload: Uint8Array): boolean =>
    isRtcp(payload)
      ? rtcp.has(key(source, destination))
      : payload.length >= 12 && rtp.has(`${key(source, destination)} ${ssrcOf(payload)}`)
}

const key = (source: Address, destination: Address) =>
  `${source.host} ${source.port} ${destination.host} ${destination.port}`

/** The port where RTCP is due unless something else was agreed (RFC 3550 11). */
const above = ({ host, port }: Address): Address => ({ host, port: port + 1 })

const ssrcOf = (packet: Uint8Array): number => new DataView(packet.buffer, packet.byteOffset).getUint32(8)
