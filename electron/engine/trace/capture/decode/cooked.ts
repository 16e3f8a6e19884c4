import { u16 } from './bytes.ts'
import { llc } from './ethernet.ts'
import type { Layer, Packet } from './packet.ts'

/** Kinds of hardware (ARPHRD) under which a whole frame of that link is captured. */
const frames: ReadonlyMap<number, number> = new Map([
  [801, 105],
  [803, 127],
])
const llcProtocol = 4

/** Linux cooked capture, version 1 (LINKTYPE_LINUX_SLL). */
export const cooked: Layer = (packet, from, to) => {
  if (to - from < 16) return packet.cut()
  inside(packet, u16(packet.bytes, from + 2), u16(packet.bytes, from + 14), from + 16, to)
}

/** Version 2 (LINKTYPE_LINUX_SLL2). */
export const cooked2: Layer = (packet, from, to) => {
  if (to - from < 20) return packet.cut()
  inside(packet, u16(packet.bytes, from + 8), u16(packet.bytes, from), from + 20, to)
}

function inside(packet: Packet, hardware: number, protocol: number, from: number, to: number): void {
  const link = frames.get(hardware)
  if (link !== undefined) return packet.link(link, from, to)
  if (protocol === llcProtocol) return llc(packet, from, to)
  if (protocol < 0x600) return packet.other()
  packet.etherType(protocol, from, to)
}
