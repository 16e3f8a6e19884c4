import type { Address } from '../base/address.ts'

export const transportNames = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
export type TransportName = (typeof transportNames)[number]

/** What there is to know of a way that SIP goes. */
interface TransportFacts {
  readonly label: string
  /** Under TLS: nobody on the way reads it. */
  readonly secure: boolean
  /** Where a URI names no port and DNS neither (RFC 3261 19.1.2, RFC 7118 5.2). */
  readonly defaultPort: number
  /** What `;transport=` says of it; null where nothing is said. A WebSocket has one name, with TLS or without. */
  readonly parameter: string | null
  /** Each message in a message of its own (RFC 7118 4), rather than cut from a stream. */
  readonly webSocket: boolean
}

export const transports: Readonly<Record<TransportName, TransportFacts>> = {
  udp: { label: 'UDP', secure: false, defaultPort: 5060, parameter: null, webSocket: false },
  tcp: { label: 'TCP', secure: false, defaultPort: 5060, parameter: 'tcp', webSocket: false },
  tls: { label: 'TLS', secure: true, defaultPort: 5061, parameter: 'tls', webSocket: false },
  ws: { label: 'WebSocket', secure: false, defaultPort: 80, parameter: 'ws', webSocket: true },
  wss: { label: 'WebSocket over TLS', secure: true, defaultPort: 443, parameter: 'ws', webSocket: true },
}

/** Where a peer opens WebSockets: a path, with its query if any. */
export const webSocketResourcePattern = /^\/[!-"$-~]{0,199}$/

/** The transport of that name, in any case; undefined where there is none. */
export const transportNamed = (text: string | undefined): TransportName | undefined =>
  transportNames.find((name) => name === text?.toLowerCase())

/**
 * Above this a request should not go over UDP (RFC 3261 18.1.1: 200 bytes below the path MTU, 1,300 when it is
 * unknown).
 */
export const largestDatagram = 1300

/** Where a request is to be sent: the outcome of RFC 3263. */
export interface Target extends Address {
  readonly transport: TransportName
  /** The name that a TLS certificate must carry. */
  readonly serverName: string
}
