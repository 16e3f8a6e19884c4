/** A view of the bytes that were asked about last: a text is made of it faster than of single letters. */
let bytesSeen: Uint8Array = new Uint8Array(0)
let view: Buffer = Buffer.alloc(0)

/** The text of bytes, each a letter of Latin-1. */
export function latin(bytes: Uint8Array, from: number, to: number): string {
  if (bytes !== bytesSeen) {
    bytesSeen = bytes
    view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }
  return view.toString('latin1', from, to)
}

/** Whether a text in lower case lies there, in whatever case. */
export function liesAt(bytes: Uint8Array, from: number, to: number, lower: string): boolean {
  if (to - from !== lower.length) return false
  for (let i = 0; i < lower.length; i++) {
    const code = bytes[from + i]!
    if ((code >= 65 && code <= 90 ? code | 0x20 : code) !== lower.charCodeAt(i)) return false
  }
  return true
}

/** Whether a text lies there, as it is. */
export function begins(bytes: Uint8Array, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}
