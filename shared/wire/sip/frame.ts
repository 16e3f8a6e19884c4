import { concatBytes, decodeText } from '../../base/text.ts'
import { headLength } from './parse.ts'

export type Frame =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** CRLF CRLF from the peer: answer with CRLF (RFC 5626 3.5.1). */
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  /** The stream cannot be followed any further; the connection must be closed. */
  | { readonly kind: 'broken'; readonly bytes: Uint8Array; readonly text: string }

export const maxHeadBytes = 64 * 1024
export const maxBodyBytes = 4 * 1024 * 1024

/** Cuts a byte stream into SIP messages by Content-Length (RFC 3261 18.3). */
export class StreamFramer {
  #pending: Uint8Array = new Uint8Array(0)
  /** Bytes still needed to complete the message whose head is here; null until a head is complete. */
  #needed: number | null = null
  #broken = false

  /** A message has begun and is not complete. */
  get pending(): boolean {
    return this.#pending.length > 0
  }

  push(chunk: Uint8Array): Frame[] {
    if (this.#broken) return []
    this.#pending = this.#pending.length === 0 ? chunk : concatBytes([this.#pending, chunk])
    const frames: Frame[] = []
    for (;;) {
      if (this.#needed !== null && this.#pending.length < this.#needed) return frames
      const frame = this.#next()
      if (!frame) return frames
      frames.push(frame)
      if (frame.kind === 'broken') return frames
    }
  }

  #next(): Frame | null {
    const bytes = this.#pending
    if (bytes.length === 0) return null
    if (bytes[0] === 13 || bytes[0] === 10) return this.#blank()
    if (bytes[0]! < 0x21 || bytes[0]! > 0x7e) return this.#fail(bytes[0] === 0x16 ? 'a TLS handshake came where SIP in clear is spoken' : 'bytes on the connection are no SIP message')
    if (this.#needed === null) {
      const head = headLength(bytes)
      if (head < 0) {
        if (bytes.length > maxHeadBytes) return this.#fail(`${bytes.length} bytes came without the end of a header: the limit is ${maxHeadBytes}`)
        return null
      }
      if (head > maxHeadBytes) return this.#fail(`a header of ${head} bytes: the limit is ${maxHeadBytes}`)
      const length = contentLength(bytes.subarray(0, head))
      if (typeof length === 'string') return this.#fail(length)
      this.#needed = head + length
      if (bytes.length < this.#needed) return null
    }
    const size = this.#needed
    this.#needed = null
    this.#pending = bytes.subarray(size)
    return { kind: 'message', bytes: bytes.subarray(0, size) }
  }

  #blank(): Frame | null {
    const bytes = this.#pending
    if (bytes[0] === 13 && bytes[1] === 10) {
      if (bytes[2] === 13 && bytes[3] === 10) return this.#take(4, 'ping')
      if (bytes.length === 2 || bytes[2] !== 13) return this.#take(2, 'pong')
      return null
    }
    if (bytes[0] === 13 && bytes.length === 1) return null
    return this.#take(1, 'pong')
  }

  #take(size: number, kind: 'ping' | 'pong'): Frame {
    this.#pending = this.#pending.subarray(size)
    return { kind }
  }

  #fail(text: string): Frame {
    const bytes = this.#pending
    this.#pending = new Uint8Array(0)
    this.#broken = true
    return { kind: 'broken', bytes, text }
  }
}

/** The declared body length, or why the stream cannot be followed. */
function contentLength(head: Uint8Array): number | string {
  const text = decodeText(head)
  if (!/^(?:SIP\/|\S+\s+.*SIP\/\d)/i.test(text.slice(0, text.indexOf('\n')))) return 'bytes on the connection are no SIP message'
  const match = /^(?:content-length|l)[ \t]*:[ \t]*(.*?)[ \t]*\r?$/im.exec(text)
  if (!match) return 'a message on a stream has no Content-Length'
  if (!/^\d{1,15}$/.test(match[1]!)) return `Content-Length "${match[1]!.slice(0, 40)}" is not a length`
  const length = Number(match[1])
  return length <= maxBodyBytes ? length : `Content-Length announces ${length} bytes: the limit is ${maxBodyBytes}`
}
