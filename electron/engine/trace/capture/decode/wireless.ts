import { u16, u16le, u32, u32le } from './bytes.ts'
import { llc } from './ethernet.ts'
import type { Layer, Packet } from './packet.ts'

const dataFrame = 2
const flagsField = 1
const hasFcs = 0x10
const hasPadding = 0x20

/** 802.11: data frames carry 802.2; others are the link's own (IEEE 802.11 9.3). */
export const wireless: Layer = (packet, from, to) => frame(packet, from, to, false)

function frame(packet: Packet, from: number, to: number, padded: boolean): void {
  const { bytes } = packet
  if (to - from < 24) return (bytes[from]! & 0x0c) === 8 ? packet.cut() : packet.other()
  const control = bytes[from]!
  const flags = bytes[from + 1]!
  const withoutData = (control & 0x40) !== 0
  if (((control >> 2) & 3) !== dataFrame || withoutData) return packet.other()
  if (flags & 0x40) return packet.unread('Wi-Fi frames that are encrypted')
  let header = 24 + ((flags & 3) === 3 ? 6 : 0)
  let aggregated = false
  if (control & 0x80) {
    aggregated = (bytes[from + header]! & 0x80) !== 0
    header += 2 + (flags & 0x80 ? 4 : 0)
  }
  const at = from + (padded ? (header + 3) & ~3 : header)
  if (aggregated) return subframes(packet, at, to)
  llc(packet, at, to)
}

/** Several frames in one (A-MSDU): each with addresses and length, padded to four bytes. */
function subframes(packet: Packet, from: number, to: number): void {
  for (let at = from; at + 14 <= to;) {
    const end = at + 14 + u16(packet.bytes, at + 12)
    llc(packet, at + 14, Math.min(end, to))
    at = from + ((end - from + 3) & ~3)
  }
}

/** 802.11 behind what the receiver knew of it (radiotap). */
export const radiotap: Layer = (packet, from, to) => {
  const { bytes } = packet
  const length = u16le(bytes, from + 2)
  if (to - from < 8 || length < 8 || from + length > to) return packet.cut()
  // The words that name the fields: the highest bit says that another follows.
  let at = from + 4
  const present = u32le(bytes, at)
  while (at + 4 <= from + length && u32le(bytes, at) & 0x80000000) at += 4
  at += 4
  if (present & 1) at = from + ((at - from + 7) & ~7) + 8
  const flags = present & (1 << flagsField) ? bytes[at]! : 0
  frame(packet, from + length, flags & hasFcs ? to - 4 : to, (flags & hasPadding) !== 0)
}

/** 802.11 behind the header of older drivers, which begins with its kind and its length (LINKTYPE_IEEE802_11_PRISM). */
export const prism: Layer = (packet, from, to) => {
  const { bytes } = packet
  if (to - from < 8) return packet.cut()
  const avs = bytes[from] === 0x80 && bytes[from + 1] === 0x21
  const length = avs ? u32(bytes, from + 4) : u32le(bytes, from + 4)
  if (length > to - from) return packet.cut()
  frame(packet, from + length, to, false)
}
