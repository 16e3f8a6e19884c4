import type { Encryption } from '../../../../shared/model/encryption.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { DtlsTransport } from './dtls.ts'
import type { PortPool } from './ports.ts'
import { SdesTransport } from './sdes.ts'
import type { MediaTransport } from './transport.ts'
import { UdpTransport } from './udp.ts'

interface TransportDeps {
  readonly clock: Clock
  readonly random: Random
  readonly ports: PortPool
}

/** What can do all that may be agreed on with that encryption. */
export function transportFor(encryption: Encryption, { clock, random, ports }: TransportDeps): MediaTransport {
  const udp = new UdpTransport(clock, ports)
  return encryption === 'disabled' ? udp : new DtlsTransport(new SdesTransport(udp, random), udp, clock, random)
}
