import { ipBytes, ipFromBytes, type Address } from '../../../../shared/base/address.ts'
import { u32 } from './decode/bytes.ts'
import { WordTable } from './word-table.ts'

/** Three words that no IPv6 source or destination has: the fourth is an IPv4 address. */
const ipv4 = 0xffffffff

const nowhere = 'unknown'

/** Transport addresses as numbers: a packet names its ends without making a text. */
export class Endpoints {
  readonly #hosts = new WordTable()
  readonly #endpoints = new WordTable()
  readonly #addresses: (Address | undefined)[] = []
  readonly #hostTexts: (string | undefined)[] = []

  get size(): number {
    return this.#endpoints.size
  }

  /** The number of the IPv4 address that lies there. */
  host4(bytes: Uint8Array, at: number): number {
    return this.#hosts.idOf(ipv4, ipv4, ipv4, u32(bytes, at))
  }

  host6(bytes: Uint8Array, at: number): number {
    return this.#hosts.idOf(u32(bytes, at), u32(bytes, at + 4), u32(bytes, at + 8), u32(bytes, at + 12))
  }

  /** The number of a host that nobody knows. */
  unknownHost(): number {
    return this.#hosts.idOf(ipv4, ipv4, 0, 0)
  }

  /** The number of an address that was written, in whatever form; null for a name. */
  hostOf(text: string): number | null {
    const bytes = ipBytes(text)
    if (!bytes) return null
    return bytes.length === 4 ? this.host4(Uint8Array.from(bytes), 0) : this.host6(Uint8Array.from(bytes), 0)
  }

  idOf(host: number, port: number): number {
    return this.#endpoints.idOf(host, port, 0, 0)
  }

  find(host: number, port: number): number {
    return this.#endpoints.find(host, port, 0, 0)
  }

  /** The endpoint with the port below, where RTP is received whose RTCP is at this one; -1 where it was not seen. */
  below(id: number): number {
    return this.find(this.host(id), this.port(id) - 1)
  }

  host(id: number): number {
    return this.#endpoints.word(id, 0)
  }

  port(id: number): number {
    return this.#endpoints.word(id, 1)
  }

  /** The address with that number: one object, however often it is asked for. */
  address(id: number): Address {
    return (this.#addresses[id] ??= { host: this.hostText(this.host(id)), port: this.port(id) })
  }

  /** One text, however often it is asked for. */
  hostText(host: number): string {
    return (this.#hostTexts[host] ??= this.#write(host))
  }

  #write(host: number): string {
    const words = [0, 1, 2, 3].map((n) => this.#hosts.word(host, n))
    const bytes = words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255])
    if (words[0] === ipv4 && words[1] === ipv4 && words[2] === 0) return nowhere
    return words[0] === ipv4 && words[1] === ipv4 && words[2] === ipv4
      ? ipFromBytes(bytes, 12, 4)
      : ipFromBytes(bytes, 0, 16)
  }
}
