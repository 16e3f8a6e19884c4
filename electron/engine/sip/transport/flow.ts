import { bracketHost, type Address } from '../../../../shared/base/address.ts'
import type { TransportName } from '../../../../shared/model/transport.ts'
import { writeSip } from '../../../../shared/wire/sip/write.ts'
import type { SipMessage } from '../../../../shared/wire/sip/message.ts'
import type { TlsFacts } from '../../base/net.ts'

/** A message together with its bytes, so that a retransmission repeats them exactly. */
export interface Packet<M extends SipMessage = SipMessage> {
  readonly message: M
  readonly bytes: Uint8Array
}

/** Throws SipWriteError when the message must not go out. */
export function packet<M extends SipMessage>(message: M): Packet<M> {
  return { message, bytes: writeSip(message) }
}

/** A way to one peer: a connection, or a UDP socket together with the peer's address. */
export interface Flow {
  readonly transport: TransportName
  readonly local: Address
  readonly remote: Address
  readonly reliable: boolean
  readonly tls: TlsFacts | null
  /**
   * Where the peer can open a flow to us; for a client's TLS connection the connection itself. Another once `seenAt`
   * was told. Port 0, and a host that ends in `.invalid`, where nobody can (RFC 7118 5).
   */
  readonly contact: Address
  /** The peer sees us at that address: there, from now on, our Contact says. None where nobody asked for that. */
  readonly seenAt?: ((address: Address) => void) | undefined
  /** The same socket towards another port of the peer; a connection stays itself. */
  to(remote: Address): Flow
  send(packet: Packet, failed: (error: Error) => void): void
  /** Asks the network whether the peer's port is closed, where nothing came from it; `closed` hears that it is. */
  probe?(closed: (error: Error) => void): void
  /** Where answers are measured against what came: more bytes came. */
  heard?(bytes: number): void
}

/** The contact of a flow as a Via and a URI have it. */
export function hostPort({ host, port }: Address): string {
  return port === 0 ? bracketHost(host) : `${bracketHost(host)}:${port}`
}

/** The host of ours that a URI of a person here may have; that of the connection where the contact is none. */
export const ownHost = ({ contact, local }: Flow): string =>
  bracketHost(isUnreachable(contact) ? local.host : contact.host)

/** Whether nobody can open a flow to that contact. */
export const isUnreachable = ({ port }: Address): boolean => port === 0
