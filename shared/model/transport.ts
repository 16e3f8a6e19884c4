import type { Address } from '../base/address.ts'

export const transportNames = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
/** Those that calls can go over in this version. */
export const usableTransports = ['udp', 'tcp', 'tls'] as const satisfies readonly TransportName[]
export type TransportName = (typeof transportNames)[number]

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
