import type { Outcome } from '../account.ts'
import { Held, type ByteStream, type TakeMessage } from '../tcp/byte-stream.ts'
import { Carried } from '../tcp/carried.ts'
import { WebSocketTerms } from '../tcp/deflate.ts'
import { u16, u32 } from '../decode/bytes.ts'
import { clientRandomOf, serverHelloOf } from './hello.ts'
import { Aead13, type RecordCipher, type Sealed } from './record-cipher.ts'
import type { Role, TlsSession } from './session.ts'

const changeCipher = 20
const handshake = 22
const application = 23
const recordHeader = 5
/** RFC 8446 5.2 and RFC 5246 6.2.3: with what encryption may add. */
const mostRecordBytes = 16_384 + 2048
const mostHandshakeBytes = 256 * 1024
const mostWaitingBytes = 256 * 1024
/** Records that are not authentic, before it is given up; and those that may be missing in a hole of the capture. */
const mostRefused = 64
const mostMissing = 64

export const ofTls = 'TLS connections whose keys are not known'
const tlsRefused = 'TLS that the keys of its connection do not open'
export const tlsWithoutBegin = 'TLS connections whose beginning was not captured'

/** Whether bytes begin a record of TLS. */
export function beginsTls(bytes: Uint8Array): boolean {
  return bytes[0]! >= 0x14 && bytes[0]! <= 0x17 && bytes[1] === 3 && bytes[2]! <= 4
}

interface Waiting extends Sealed {
  readonly take: TakeMessage
}

/** One direction of a TLS connection: what is in it is read where its keys are known, as if it had come in clear. */
export class TlsStream implements ByteStream {
  readonly session: TlsSession
  readonly #held = new Held()
  readonly #inner: Carried
  #handshake = new Uint8Array(0)
  #role: Role | null = null
  #ciphered = false
  #ciphers: RecordCipher[] = []
  #sequence = 0
  #opened = 0
  #refused = 0
  /** Records that wait until it is known how to open them. */
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #overflowed = false
  /** A segment is missing: where the next record begins must be found, and its number. */
  #lost = false
  #missing = 0

  constructor(session: TlsSession) {
    this.session = session
    this.#inner = new Carried(null, () => (session.webSocket ??= new WebSocketTerms()))
  }

  get held(): number {
    return this.#held.size + this.#inner.held
  }

  /** How its packets end: as what was in them, or why that is not read. */
  get outcome(): Outcome {
    if (this.#opened > 0 && !this.#inner.isEmpty) return this.#inner.outcome
    if (this.#opened > 0 && this.#refused <= mostRefused) return 'other'
    if (this.#refused > 0) return tlsRefused
    const { fault, hello } = this.session
    return fault ?? (hello || this.#role !== null || this.#ciphers.length > 0 ? ofTls : tlsWithoutBegin)
  }

  takeUnread(): string | null {
    return this.#inner.takeUnread()
  }

  push(chunk: Uint8Array, take: TakeMessage): boolean {
    this.#held.add(chunk)
    const bytes = this.#held.bytes
    let at = this.#lost ? this.#find(bytes) : 0
    while (bytes.length - at >= recordHeader) {
      const length = u16(bytes, at + 3)
      if (!beginsTls(bytes.subarray(at)) || length > mostRecordBytes) {
        this.#lost = true
        at += this.#find(bytes.subarray(at))
        break
      }
      const end = at + recordHeader + length
      if (end > bytes.length) break
      this.#record(
        { type: bytes[at]!, version: u16(bytes, at + 1), body: bytes.subarray(at + recordHeader, end) },
        take,
      )
      at = end
    }
    this.#held.drop(at)
    return true
  }

  /** What is missing will not come. */
  end(take: TakeMessage): void {
    this.#drain()
    this.#inner.end(take)
    this.#held.drop(this.#held.size)
    this.#lost = true
  }

  /** Where a record may begin behind a hole: one whose end is there, or is where another begins. */
  #find(bytes: Uint8Array): number {
    for (let at = 0; at + recordHeader < bytes.length; at++) {
      if (bytes[at] !== application || bytes[at + 1] !== 3 || bytes[at + 2] !== 3) continue
      const end = at + recordHeader + u16(bytes, at + 3)
      if (end !== bytes.length && !(end + 3 < bytes.length && beginsTls(bytes.subarray(end)))) continue
      this.#lost = false
      this.#missing = mostMissing
      return at
    }
    return Math.max(0, bytes.length - recordHeader)
  }

  #record(record: Sealed, take: TakeMessage): void {
    if (this.#waiting.length > 0) this.#drain()
    if (this.#waiting.length === 0 && this.#use(record, take)) return
    this.#wait(record, take)
  }

  #wait({ type, version, body }: Sealed, take: TakeMessage): void {
    const { keys } = this.session
    if (this.#overflowed || this.session.fault !== null || this.#refused > mostRefused) return
    if (this.#waitingBytes + body.length > mostWaitingBytes || keys.isFull) {
      this.#overflowed = true
      keys.waitingBytes -= this.#waitingBytes
      this.#waitingBytes = 0
      this.#waiting = []
      return
    }
    keys.waitingBytes += body.length
    this.#waitingBytes += body.length
    this.#waiting.push({ type, version, body: body.slice(), take })
  }

  #drain(): void {
    let done = 0
    for (const record of this.#waiting) {
      if (!this.#use(record, record.take)) break
      done++
      this.#waitingBytes -= record.body.length
      this.session.keys.waitingBytes -= record.body.length
    }
    this.#waiting.splice(0, done)
  }

  /** False where it must wait: for what the other side said, or for keys. */
  #use(record: Sealed, take: TakeMessage): boolean {
    const { hello, isNew } = this.session
    if (!this.#ciphered && record.type === handshake) {
      this.#greet(record.body)
      return true
    }
    if (record.type === changeCipher) {
      if (!hello) return this.#overflowed
      if (!isNew) this.#ciphered = true
      return true
    }
    if (!this.#ciphered && record.type !== application) return true
    // Without the hello that tells the connection no key is found.
    if (this.#role === null || this.#overflowed || this.#refused > mostRefused) return true
    if (this.#ciphers.length === 0) this.#ciphers = this.session.ciphers(this.#role)
    if (this.#ciphers.length === 0) return false
    this.#open(record, take)
    return true
  }

  #open(record: Sealed, take: TakeMessage): void {
    const opened = this.#try(record)
    if (!opened) return void this.#refused++
    this.#opened++
    this.#missing = 0
    if (opened.type === application) this.#inner.feed(opened.content, take)
  }

  /** With the keys in use, else with those that come next, else as one of the records behind a hole. */
  #try(record: Sealed): ReturnType<RecordCipher['open']> {
    const [current, following] = this.#ciphers as [RecordCipher, RecordCipher | undefined]
    const usual = current.open(record, this.#sequence)
    if (usual) {
      this.#sequence++
      return usual
    }
    const next = following ?? (current instanceof Aead13 && this.#opened > 0 ? current.next() : null)
    const first = next?.open(record, 0) ?? null
    if (next && first) {
      this.#ciphers = [next]
      this.#sequence = 1
      return first
    }
    for (let skipped = 1; skipped <= this.#missing; skipped++) {
      const later = current.open(record, this.#sequence + skipped)
      if (!later) continue
      this.#sequence += skipped + 1
      return later
    }
    return null
  }

  /** Takes the hellos from the handshake that is in clear. */
  #greet(bytes: Uint8Array): void {
    if (this.#handshake.length + bytes.length > mostHandshakeBytes) return
    this.#handshake = new Uint8Array(Buffer.concat([this.#handshake, bytes]))
    let at = 0
    while (this.#handshake.length - at >= 4) {
      const word = u32(this.#handshake, at)
      const end = at + 4 + (word & 0xffffff)
      if (end > this.#handshake.length) break
      const body = this.#handshake.subarray(at + 4, end)
      if (word >>> 24 === 1) {
        this.#role = 'client'
        const random = clientRandomOf(body)
        if (random) this.session.clientRandom = random
      } else if (word >>> 24 === 2) {
        this.#role = 'server'
        this.session.hello = serverHelloOf(body) ?? this.session.hello
      }
      at = end
    }
    this.#handshake = this.#handshake.slice(at)
  }
}
