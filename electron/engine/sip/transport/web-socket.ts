import { isLoopback } from '../../../../shared/base/address.ts'
import type { Frame } from '../../../../shared/wire/sip/frame.ts'
import { maxBodyBytes, maxHeadBytes } from '../../../../shared/wire/sip/frame.ts'
import type { WebSocketLimits } from '../../base/net.ts'

/** A message may be as large as on a stream; who cuts it into more frames than this means no good. */
export const webSocketLimits: WebSocketLimits = { messageBytes: maxHeadBytes + maxBodyBytes, fragments: 1024 }

/** What a WebSocket carries: each of its messages is a SIP message, or a keep-alive (RFC 7118 4 and 6). */
export class MessageFramer {
  #pending = false

  /** Whether a message has begun that is not complete. */
  get pending(): boolean {
    return this.#pending
  }

  /** Bytes came that complete no message. */
  begun(): void {
    this.#pending = true
  }

  push(bytes: Uint8Array): Frame[] {
    this.#pending = false
    if (bytes.every((byte) => byte === 13 || byte === 10)) return [{ kind: bytes.length >= 4 ? 'ping' : 'pong' }]
    return [{ kind: 'message', bytes }]
  }
}

/**
 * Why a page of that origin must not open a WebSocket here; null lets it. A browser sends what any page wants, so that
 * of another site could call in the name of who looks at it (RFC 6455 10.2). Undefined: no browser, which always names
 * the origin. `allowed`: origins as a browser writes them, `*` for all; pages of this computer always may. A page whose
 * name was bound to an address of ours (DNS rebinding) has that name as its origin, and is refused with the others.
 */
export function originRefusal(origin: string | undefined, allowed: readonly string[]): string | null {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin.toLowerCase())) return null
  const url = URL.canParse(origin) ? new URL(origin) : null
  if (url && /^https?:$/.test(url.protocol) && isLoopback(url.hostname)) return null
  return `a page of ${JSON.stringify(origin.slice(0, 200))} asks, which is not one of the origins that may`
}
