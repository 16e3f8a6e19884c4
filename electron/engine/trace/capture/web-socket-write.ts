import { encodeText } from '../../../../shared/base/text.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds, parseUri } from '../../../../shared/wire/sip/grammar.ts'

/** What opens a WebSocket for SIP and what accepts it; key and answer are the examples of RFC 6455 1.3. */
export const upgradeRequest = encodeText(
  'GET / HTTP/1.1\r\nHost: sip.invalid\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
)
export const upgradeResponse = encodeText(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n',
)

/**
 * One message as one frame (RFC 6455 5.2). That of a client is masked, as it must be, with a key of zeros: its bytes
 * stay as they are, and can be searched.
 */
export function frameOf(payload: Uint8Array, fromClient: boolean): Buffer {
  const mask = fromClient ? 0x80 : 0
  const size = payload.length
  const head =
    size < 126
      ? Buffer.from([0x81, mask | size])
      : size < 65_536
        ? Buffer.from([0x81, mask | 126, size >> 8, size & 255])
        : Buffer.from([0x81, mask | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (size >>> bits) & 255)])
  return Buffer.concat([head, Buffer.alloc(fromClient ? 4 : 0), payload])
}

/**
 * Whether the sender of the first message on a connection opened it. A client of WebSockets has a host that ends in
 * `.invalid` (RFC 7118 5): a request that goes there comes from the server; any other first message from the client.
 */
export function isFromClient({ message }: SipEvent): boolean {
  if (message.kind === 'unreadable') return true
  if (message.kind === 'response') return !isInvalid(messageIds(message).via?.host)
  return !isInvalid(parseUri(message.uri)?.host)
}

const isInvalid = (host: string | undefined): boolean => host?.toLowerCase().endsWith('.invalid') ?? false
