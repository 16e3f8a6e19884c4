import { decodeText, printable } from '../../base/text.ts'
import { isDigit } from '../../base/scan.ts'
import { contentLength } from './numbers.ts'
import { headerKey } from './message.ts'
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
const maxStartLineBytes = 16 * 1024
const longestMethod = 64
/** Room for what is held, at least. */
const smallestRoom = 1024
/** `Content-Length` with some white space before its colon. */
const mostNameLength = 40

const CR = 13
const LF = 10
const SP = 32

/** Many empty lines say no more than one, and many double ones no more than one of them. */
const saysNoMore = (frame: Frame, before: Frame | undefined) =>
  before?.kind === 'ping'
    ? frame.kind === 'ping' || frame.kind === 'pong'
    : frame.kind === 'pong' && before?.kind === 'pong'

const nothing = new Uint8Array(0)
const noSip = 'bytes on the connection are no SIP message'

/** A frame and the bytes that it takes from the stream. */
interface Cut {
  readonly frame: Frame
  readonly size: number
}

/**
 * Cuts a byte stream into SIP messages by Content-Length (RFC 3261 18.3); a message with neither that field nor a
 * Content-Type has no body. Every byte is looked at once, and copied at most a few times, however the stream is cut;
 * what is held is never more than twice the message that is under way.
 */
export class StreamFramer {
  /** Bytes of a message that is not complete; the first `#size` of them hold something. */
  #room: Uint8Array = nothing
  #size = 0
  /**
   * Where the message under way stands: how many of its bytes have been searched for the end of its start line, then of
   * its head.
   */
  #searched = 0
  #startLine = false
  /** Bytes that the message takes; null until its head is complete. */
  #needed: number | null = null
  #broken = false

  /** Whether a message has begun that is not complete. */
  get pending(): boolean {
    return this.#size > 0
  }

  push(chunk: Uint8Array): Frame[] {
    if (this.#broken || chunk.length === 0) return []
    const held = this.#size > 0
    const bytes = held ? this.#hold(chunk) : chunk
    const end = bytes.length
    const frames: Frame[] = []
    let at = 0
    while (at < end) {
      const cut = this.#next(bytes, at)
      if (!cut) break
      if (!saysNoMore(cut.frame, frames.at(-1))) frames.push(cut.frame)
      if (cut.frame.kind === 'broken') return frames
      at += cut.size
      this.#searched = 0
      this.#startLine = false
      this.#needed = null
    }
    if (at > 0 || !held) this.#keep(bytes.subarray(at))
    return frames
  }

  /** Adds to what is held: room grows by doubling, and to the size of the message once that is known. */
  #hold(chunk: Uint8Array): Uint8Array {
    const size = this.#size + chunk.length
    if (size > this.#room.length) {
      const room = new Uint8Array(Math.max(size, Math.min(this.#size * 2, this.#needed ?? Infinity), smallestRoom))
      room.set(this.#room.subarray(0, this.#size))
      this.#room = room
    }
    this.#room.set(chunk, this.#size)
    this.#size = size
    return this.#room.subarray(0, size)
  }

  /** Holds what is left after the last whole message: in new room, for messages that were given out lie in the old. */
  #keep(rest: Uint8Array): void {
    this.#room = rest.length > 0 ? rest.slice() : nothing
    this.#size = rest.length
  }

  #next(bytes: Uint8Array, at: number): Cut | null {
    if (bytes[at] === CR || bytes[at] === LF) return blank(bytes, at)
    if (!this.#startLine) {
      const fault = this.#readStartLine(bytes, at)
      if (fault !== null) return this.#fail(bytes.subarray(at), fault)
      if (!this.#startLine) return null
    }
    const held = bytes.length - at
    if (this.#needed === null) {
      const head = this.#searchHead(bytes, at)
      if (head < 0 && held <= maxHeadBytes) return null
      if (head < 0)
        return this.#fail(
          bytes.subarray(at),
          `${held} bytes came without the end of a header: the limit is ${maxHeadBytes}`,
        )
      if (head > maxHeadBytes)
        return this.#fail(bytes.subarray(at), `a header of ${head} bytes: the limit is ${maxHeadBytes}`)
      const length = announcedLength(bytes.subarray(at, at + head))
      if (typeof length === 'string') return this.#fail(bytes.subarray(at), length)
      this.#needed = head + length
    }
    const size = this.#needed
    return held < size ? null : { frame: { kind: 'message', bytes: bytes.subarray(at, at + size) }, size }
  }

  /** Looks at the first line as far as it has come; returns why it cannot begin a message. */
  #readStartLine(bytes: Uint8Array, at: number): string | null {
    if (this.#searched <= longestMethod && !mayBegin(bytes, at, bytes.length))
      return bytes[at] === 0x16 ? 'a TLS handshake came where SIP in clear is spoken' : noSip
    const end = bytes.indexOf(LF, at + this.#searched)
    this.#searched = (end < 0 ? bytes.length : end) - at
    if (this.#searched >= maxStartLineBytes)
      return `a first line of more than ${maxStartLineBytes} bytes came without the end of a header`
    if (end < 0) return null
    if (!isStartLine(bytes, at, end)) return noSip
    this.#startLine = true
    return null
  }

  /** The length of the head; -1 while its end has not come. */
  #searchHead(bytes: Uint8Array, at: number): number {
    const end = headLength(bytes, at + this.#searched)
    if (end >= 0) return end - at
    // An empty line may have begun with the last two bytes.
    this.#searched = Math.max(this.#searched, bytes.length - at - 2)
    return -1
  }

  #fail(bytes: Uint8Array, text: string): Cut {
    this.#room = nothing
    this.#size = 0
    this.#broken = true
    return { frame: { kind: 'broken', bytes, text }, size: bytes.length }
  }
}

const pings: Cut = { frame: { kind: 'ping' }, size: 4 }
const pong: Cut = { frame: { kind: 'pong' }, size: 1 }
const crlfPong: Cut = { frame: { kind: 'pong' }, size: 2 }

/** Line ends between messages: two in a row ask for one back. Null while it may still become two. */
function blank(bytes: Uint8Array, at: number): Cut | null {
  const size = bytes.length - at
  if (bytes[at] === LF) return pong
  if (size === 1) return null
  if (bytes[at + 1] !== LF) return pong
  if (size === 2 || bytes[at + 2] !== CR) return crlfPong
  if (size === 3) return null
  return bytes[at + 3] === LF ? pings : crlfPong
}

/**
 * Whether bytes can be the beginning of a start line: a word of visible ASCII, not longer than a method, then a space.
 */
function mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
  const most = Math.min(end, at + longestMethod + 1)
  for (let i = at; i < most; i++) {
    const code = bytes[i]!
    if (code === SP || code === 9) return i > at
    if (code <= SP || code > 0x7e) return false
  }
  return end - at <= longestMethod
}

/**
 * Whether the bytes from here to there, a line without its line feed, begin a SIP message: `SIP/2.0 ...` or `METHOD uri
 * SIP/2.0` (RFC 3261 7.1, 7.2).
 */
export function isStartLine(bytes: Uint8Array, from: number, to: number): boolean {
  if (isVersionAt(bytes, from)) return true
  if (!mayBegin(bytes, from, to)) return false
  let end = to
  while (end > from && bytes[end - 1]! <= SP) end--
  let start = end
  while (start > from && bytes[start - 1]! > SP) start--
  return start > from && isVersionAt(bytes, start)
}

/** `SIP/` and a digit, in any case. */
function isVersionAt(bytes: Uint8Array, at: number): boolean {
  return (
    (bytes[at]! | 0x20) === 0x73 &&
    (bytes[at + 1]! | 0x20) === 0x69 &&
    (bytes[at + 2]! | 0x20) === 0x70 &&
    bytes[at + 3] === 0x2f &&
    isDigit(bytes[at + 4] ?? 0)
  )
}

/** The declared body length, 0 where no body is declared, or why the stream cannot be followed. */
function announcedLength(head: Uint8Array): number | string {
  const text = decodeText(head)
  let typed = false
  for (let start = text.indexOf('\n') + 1; start > 0; start = text.indexOf('\n', start) + 1) {
    const initial = text.charCodeAt(start) | 0x20
    if (initial !== 0x63 && initial !== 0x6c) continue
    const line = text.slice(start, text.indexOf('\n', start))
    const colon = line.indexOf(':')
    if (colon < 0 || colon > mostNameLength) continue
    const key = headerKey(line.slice(0, colon).trimEnd())
    typed ||= key === 'content-type'
    if (key !== 'content-length') continue
    const value = line.slice(colon + 1).trim()
    const length = contentLength(value)
    if (length === null) return `Content-Length "${printable(value)}" is not a length`
    return length <= maxBodyBytes ? length : `Content-Length announces ${length} bytes: the limit is ${maxBodyBytes}`
  }
  return typed ? 'a message with a Content-Type has no Content-Length, so nobody can tell where it ends' : 0
}
