import { u16 } from '../decode/bytes.ts'

/** No frame is longer. */
const mostBytes = 0x10_0000
const mostOfLine = 16
/** Less is no packet with anything in it. */
const fewestBytes = 28

/**
 * Packets as their bytes are printed, sixteen a line behind the number of the first (`tshark -x`, "Export Packet
 * Dissections" with bytes, `tcpdump -X`).
 */
export class HexDump {
  #bytes: number[] = []
  /** What is dumped is not the packet but something that was made of it. */
  #derived = false

  /** The packet that ends before this line, if one does; `taken`: whether the line is of a dump. */
  add(line: string): { readonly taken: boolean; readonly packet: Uint8Array | null } {
    const row = rowOf(line)
    const follows = row !== null && row.offset > 0 && row.offset === this.#bytes.length
    if (row && follows && this.#bytes.length < mostBytes) {
      this.#bytes.push(...row.bytes)
      return { taken: true, packet: null }
    }
    const packet = this.end()
    if (row?.offset === 0) {
      this.#bytes = row.bytes
      return { taken: true, packet }
    }
    // `Frame (854 bytes):` stands before the packet, `Reassembled TCP (788 bytes):` before what is none.
    const title = /^([A-Z][^:()]{0,80}) \(\d+ bytes\):$/.exec(line)
    if (title) this.#derived = title[1] !== 'Frame'
    return { taken: false, packet }
  }

  /** Nothing more will come. */
  end(): Uint8Array | null {
    const bytes = this.#bytes
    if (bytes.length === 0) return null
    const isPacket = !this.#derived && bytes.length >= fewestBytes
    this.#bytes = []
    this.#derived = false
    return isPacket ? Uint8Array.from(bytes) : null
  }
}

const isHex = (code: number) => (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)

/** The bytes of a line of a dump, and the number of the first of them; null where it is none. */
function rowOf(line: string): { readonly offset: number; readonly bytes: number[] } | null {
  const head = /^\s{0,8}(?:0x)?([0-9a-fA-F]{4,8}):?\s{2,4}(?=[0-9a-fA-F]{2})/.exec(line)
  if (!head) return null
  const bytes: number[] = []
  let at = head[0].length
  while (bytes.length < mostOfLine && isHex(line.charCodeAt(at)) && isHex(line.charCodeAt(at + 1))) {
    bytes.push(Number.parseInt(line.slice(at, at + 2), 16))
    at += 2
    if (line[at] === ' ') at++
    // A gap in the middle.
    if (bytes.length === 8 && line[at] === ' ') at++
  }
  // What ends inside of a word is a word.
  return at < line.length && line[at] !== ' ' && line[at - 1] !== ' '
    ? null
    : { offset: Number.parseInt(head[1]!, 16), bytes }
}

const ethernet = 1
/** Links by their numbers, and where an IP packet begins in them. */
const places: readonly (readonly [link: number, at: number])[] = [
  [101, 0],
  [0, 4],
  [9, 2],
  [9, 4],
  [113, 16],
  [276, 20],
]

/** The link type of a packet that nobody names: one in which an IP packet of the right length lies, else Ethernet. */
export function linkOf(bytes: Uint8Array): number {
  const found = places.find(([, at]) => {
    const size = bytes.length - at
    const version = bytes[at]! >> 4
    return version === 4 ? u16(bytes, at + 2) === size : version === 6 && u16(bytes, at + 4) + 40 === size
  })
  return found?.[0] ?? ethernet
}
