import type { Micros } from '../../../../../shared/base/time.ts'
import { isRtcp, rtpHeaderBytes } from '../../../../../shared/wire/rtp/rtp.ts'
import { Column } from '../column.ts'
import { u16, u32 } from '../decode/bytes.ts'
import { WordTable } from '../word-table.ts'
import type { StreamTable } from './stream-table.ts'

/** Where the link says what it carries, where that begins, and where a cooked capture says of what hardware it is. */
const links: Readonly<Record<number, readonly [type: number, begin: number, hardware: number] | undefined>> = {
  1: [12, 14, -1],
  113: [14, 16, 2],
  276: [0, 20, 8],
}
/** Hardware from here on has frames of its own kind. */
const firstOddHardware = 800
const ipv4 = 0x0800
const udp = 17
const ipHeaderBytes = 20
const udpHeaderBytes = 8

/**
 * Packets of streams that were seen before, as nearly all packets of a capture are: RTP in UDP in IPv4, with nothing
 * between. They need no other layer and name no end: one look into one table finds their stream. What is out of the
 * ordinary in whatever way is not known here.
 */
export class KnownFlows {
  readonly #streams: StreamTable
  readonly #layeredPorts: { has(port: number): boolean }
  /** Source, destination, ports and SSRC as they lie in packets, and for each of them the stream. */
  readonly #flows = new WordTable()
  readonly #ids = new Column(Uint32Array)
  /** Where UDP begins in the frame that was looked at last, and ends; -1 where that is no such packet. */
  #from = -1
  #to = -1

  /** `layeredPorts`: what passes there may be another layer. */
  constructor(streams: StreamTable, layeredPorts: { has(port: number): boolean }) {
    this.#streams = streams
    this.#layeredPorts = layeredPorts
  }

  /** Counts a packet of a known stream; false where the frame is to be read as any other. */
  take(linkType: number, bytes: Uint8Array, from: number, to: number, at: Micros): boolean {
    this.#find(linkType, bytes, from, to)
    const udpAt = this.#from
    if (udpAt < 0) return false
    const flow = this.#flows.find(
      u32(bytes, udpAt - 8),
      u32(bytes, udpAt - 4),
      u32(bytes, udpAt),
      u32(bytes, udpAt + udpHeaderBytes + 8),
    )
    return flow >= 0 && this.#streams.further(this.#ids.at(flow), at, bytes, udpAt + udpHeaderBytes, this.#to)
  }

  /** The frame that was not taken was read as any other, and turned out to be of that stream. */
  learn(bytes: Uint8Array, stream: number): void {
    const udpAt = this.#from
    if (udpAt < 0) return
    if (this.#layeredPorts.has(u16(bytes, udpAt)) || this.#layeredPorts.has(u16(bytes, udpAt + 2))) return
    const flow = this.#flows.idOf(
      u32(bytes, udpAt - 8),
      u32(bytes, udpAt - 4),
      u32(bytes, udpAt),
      u32(bytes, udpAt + udpHeaderBytes + 8),
    )
    this.#ids.put(flow, stream)
  }

  #find(linkType: number, bytes: Uint8Array, from: number, to: number): void {
    this.#from = -1
    const link = links[linkType]
    if (!link) return
    const ip = from + link[1]
    const udpAt = ip + ipHeaderBytes
    const rtpAt = udpAt + udpHeaderBytes
    if (to - rtpAt < rtpHeaderBytes) return
    // Without options, and no fragment.
    if (u16(bytes, from + link[0]) !== ipv4 || bytes[ip] !== 0x45 || bytes[ip + 9] !== udp) return
    if ((u16(bytes, ip + 6) & 0x3fff) !== 0) return
    if (link[2] >= 0 && u16(bytes, from + link[2]) >= firstOddHardware) return
    const [total, length] = [u16(bytes, ip + 2), u16(bytes, udpAt + 4)]
    // Offloading leaves 0 where the length was not known yet; UDP is right where IP says less.
    if (total >= ipHeaderBytes && total < ipHeaderBytes + udpHeaderBytes) return
    const end = Math.min(to, udpAt + length)
    if (end - rtpAt < rtpHeaderBytes || bytes[rtpAt]! >> 6 !== 2 || isRtcp(bytes, rtpAt, end)) return
    this.#from = udpAt
    this.#to = end
  }
}
