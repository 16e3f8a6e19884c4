import { concatBytes } from '../../../../../shared/base/text.ts'
import type { ByteStream, StreamKind, TakeMessage } from './byte-stream.ts'
import type { Outcome } from '../account.ts'
import { WebSocketTerms } from './deflate.ts'
import { HepStream, beginsHep } from './hep-stream.ts'
import { RelayStream, beginsStun } from './relay-stream.ts'
import { SipStream, looksLikeSip, nextStart } from './sip-stream.ts'
import { WebSocketStream, beginsUpgrade, looksLikeFramedDeflate, looksLikeFramedSip } from './web-socket.ts'

/** So many bytes tell what a connection carries. */
const longestOpening = 400

/** What else a connection may carry, by its first bytes; null where they are none of it. */
type Otherwise = (bytes: Uint8Array) => ByteStream | null

/** One direction of a connection as what it carries, which its bytes tell. */
export class Carried {
  kind: StreamKind = 'unknown'
  readonly #tls: Otherwise | null
  readonly #webSocket: () => WebSocketTerms | null
  #content: ByteStream | null = null
  /** The first bytes of a connection that are too few to tell what it carries; null where they were not captured. */
  #opening: Uint8Array | null = null

  /** `tls`: what reads TLS; null inside of it. `webSocket`: what the other direction knows of one, if it is one. */
  constructor(tls: Otherwise | null, webSocket: () => WebSocketTerms | null) {
    this.#tls = tls
    this.#webSocket = webSocket
  }

  /** Bytes that are kept for messages to come. */
  get held(): number {
    return this.#content?.held ?? 0
  }

  /** How its packets end. */
  get outcome(): Outcome {
    return this.#content ? (this.#content.outcome ?? 'read') : 'other'
  }

  /** What is known of the WebSocket that it is; null where it is none. */
  get webSocket(): WebSocketTerms | null {
    return this.#content instanceof WebSocketStream ? this.#content.terms : null
  }

  /** Why a message of what was fed since the last time is not read; null where all are. */
  takeUnread(): string | null {
    return this.#content?.takeUnread?.() ?? null
  }

  get isEmpty(): boolean {
    return this.#content === null
  }

  /** A connection begins. */
  begin(): void {
    this.#forget()
    this.#opening = new Uint8Array(0)
  }

  feed(bytes: Uint8Array, take: TakeMessage): void {
    const opening = this.#content ? null : this.#opening
    const all = opening && opening.length > 0 ? concatBytes([opening, bytes]) : bytes
    const content = this.#content ?? this.#recognise(all)
    this.#opening = opening && !content && all.length < longestOpening && !all.includes(10) ? all.slice() : null
    if (!content) return
    if (!content.push(all, (message, inner, before) => take(message, inner ?? this.kind, before))) this.#forget()
  }

  /** What is missing will not come: gives out what is there, and goes on where the content finds its way again. */
  skip(take: TakeMessage): void {
    this.end(take)
    if (this.kind === 'hep' || this.kind === 'turn') this.#forget()
  }

  /** Nothing more will come. */
  end(take: TakeMessage): void {
    this.#content?.end((message, inner) => take(message, inner ?? this.kind))
  }

  #forget(): void {
    this.#content = null
    this.kind = 'unknown'
  }

  /** A capture may begin in the middle of a message: until it is known what this is, each piece may tell. */
  #recognise(bytes: Uint8Array): ByteStream | null {
    const tls = this.#tls?.(bytes) ?? null
    if (tls) return this.#as('tls', tls)
    if (looksLikeSip(bytes) || nextStart(bytes, 0) >= 0) return this.#as('sip', new SipStream())
    if (beginsHep(bytes)) return this.#as('hep', new HepStream())
    if (beginsStun(bytes)) return this.#as('turn', new RelayStream())
    const upgrading = beginsUpgrade(bytes)
    if (!upgrading && !looksLikeFramedSip(bytes) && !looksLikeFramedDeflate(bytes)) return null
    return this.#as('websocket', new WebSocketStream(upgrading, this.#webSocket() ?? new WebSocketTerms()))
  }

  #as(kind: StreamKind, content: ByteStream): ByteStream {
    this.kind = kind
    return (this.#content = content)
  }
}
