import { Account } from '../../electron/engine/trace/capture/account.ts'
import { layers } from '../../electron/engine/trace/capture/decode/layers.ts'
import { Packet } from '../../electron/engine/trace/capture/decode/packet.ts'
import { Endpoints } from '../../electron/engine/trace/capture/endpoints.ts'

/** What lies in the UDP datagrams and TCP segments of frames, in their order. */
export class Payloads {
  readonly found: Uint8Array[] = []
  readonly account = new Account()
  readonly #packet = new Packet(
    layers,
    new Endpoints(),
    {
      udp: (packet, from, to) => this.#take(packet.bytes.slice(from, to)),
      tcp: (packet, from, to) => this.#take(packet.bytes.slice(from + (packet.bytes[from + 12]! >> 4) * 4, to)),
      relayed: () => 'other',
    },
    this.account,
  )

  frame(bytes: Uint8Array, from = 0, to = bytes.length, linkType = 101): void {
    this.#packet.frame(linkType, bytes, from, to, 0, 0)
  }

  end(): void {
    this.#packet.end()
  }

  #take(payload: Uint8Array): 'read' {
    this.found.push(payload)
    return 'read'
  }
}
