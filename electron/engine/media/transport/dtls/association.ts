import type { Address } from '../../../../../shared/base/address.ts'
import type { Timer } from '../../../base/clock.ts'
import type { SrtpContext } from '../../../srtp/srtp.ts'
import type { NegotiatedDtls } from '../../session/negotiate.ts'
import type { DtlsHandshake } from './handshake.ts'
import type { IceAgent } from './ice.ts'

/** SRTP whose keys come of a handshake between the two sides, at the addresses that ICE finds (RFC 5764, RFC 8445). */
export interface Session {
  readonly agreed: NegotiatedDtls
  ice: IceAgent | null
  handshake: DtlsHandshake | null
  readonly early: Uint8Array[]
  /** Packets that come before the keys. */
  readonly waiting: (() => void)[]
  timer: Timer | null
  keys: { readonly ours: SrtpContext; readonly theirs: SrtpContext } | null
  /** Where packets go: chosen by ICE, or of the description where the peer speaks none. */
  to: Address | null
  isOver: boolean
}

/** Where the peer's packets come from, where that has answered too; else where ICE says. */
export function placeOf({ ice, to }: Session, destination: Address): Address {
  return ice?.hasAnswered(destination) ? destination : to!
}

export function isSameAssociation(a: NegotiatedDtls, b: NegotiatedDtls): boolean {
  const text = ({ fingerprints }: NegotiatedDtls) => fingerprints.map(({ hash, value }) => `${hash} ${value}`).join()
  return text(a) === text(b)
}
