import type { Micros } from '../../../shared/base/time.ts'

/** A datagram of UDP in a capture of our own form. */
export interface Datagram {
  readonly at: Micros
  readonly sourcePort: number
  readonly destinationPort: number
  readonly payload: Uint8Array
}

const fileHeaderBytes = 24
const recordHeaderBytes = 16
const udp = 17

/** The datagrams of a capture that `PcapEncoder` wrote: classic pcap, microseconds, raw IP without options. */
export function* datagramsOf(pcap: Uint8Array): Generator<Datagram> {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.byteLength)
  for (let at = fileHeaderBytes; at + recordHeaderBytes <= pcap.length;) {
    const length = view.getUint32(at + 8, true)
    const ip = at + recordHeaderBytes
    const isV6 = pcap[ip]! >> 4 === 6
    const segment = ip + (isV6 ? 40 : 20)
    if (pcap[ip + (isV6 ? 6 : 9)] === udp && segment + 8 <= ip + length)
      yield {
        at: view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true),
        sourcePort: view.getUint16(segment),
        destinationPort: view.getUint16(segment + 2),
        payload: pcap.subarray(segment + 8, ip + length),
      }
    at = ip + length
  }
}
