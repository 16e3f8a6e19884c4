import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'
import type { CustomHeader } from '../../base/secret-headers.ts'
import type { EventSink, TracedMessage } from '../journal/events.ts'
import { PcapEncoder, pcapHeader } from './pcap-write.ts'

const chunkBytes = 64 * 1024

/** The newest RTP and RTCP of a call as pcap records, within a fixed number of bytes; SIP is kept whole elsewhere. */
export class PacketRing implements EventSink {
  readonly #limitBytes: number
  readonly #encoder = new PcapEncoder()
  #chunks: Buffer[][] = [[]]
  #chunkSize = 0
  #bytes = 0
  /** Packets that had to make room. */
  dropped = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  sip(): void {}

  observation(): void {}

  packet(_callId: string, at: Micros, source: Address, destination: Address, payload: Uint8Array): void {
    const record = this.#encoder.udp(at, source, destination, payload)
    this.#chunks.at(-1)!.push(record)
    this.#chunkSize += record.length
    this.#bytes += record.length
    if (this.#chunkSize >= chunkBytes) {
      this.#chunks.push([])
      this.#chunkSize = 0
    }
    while (this.#bytes > this.#limitBytes && this.#chunks.length > 1) {
      const gone = this.#chunks.shift()!
      this.dropped += gone.length
      for (const old of gone) this.#bytes -= old.length
    }
  }

  /**
   * A whole capture file: these packets and those messages in the order of their times; values of the `secrets` masked.
   */
  export(messages: readonly TracedMessage[], secrets: readonly CustomHeader[]): Buffer {
    const encoder = new PcapEncoder(secrets)
    const entries = messages.map(({ event }) => ({ at: event.at, bytes: encoder.sip(event) }))
    for (const bytes of this.#chunks.flat())
      entries.push({ at: bytes.readUInt32LE(0) * 1e6 + bytes.readUInt32LE(4), bytes })
    entries.sort((a, b) => a.at - b.at)
    return Buffer.concat([pcapHeader(), ...entries.map((entry) => entry.bytes)])
  }
}
