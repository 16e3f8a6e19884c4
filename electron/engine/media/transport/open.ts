import type { Encryption } from '../../../../shared/model/encryption.ts'
import type { Impairment } from '../../../../shared/model/impairments.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { DtlsTransport } from './dtls.ts'
import { ImpairedTransport } from './impaired.ts'
import type { PortPool } from './ports.ts'
import { SdesTransport } from './sdes.ts'
import type { MediaTransport } from './transport.ts'
import { UdpTransport } from './udp.ts'

interface TransportDeps {
  readonly clock: Clock
  readonly random: Random
  readonly ports: PortPool
}

/** What can do all that may be agreed on with that encryption, and goes wrong as asked. */
export function transportFor(
  encryption: Encryption,
  impairments: readonly Impairment[],
  { clock, random, ports }: TransportDeps,
): MediaTransport {
  const udp =
    impairments.length === 0 ? new UdpTransport(clock, ports) : new ImpairedTransport(clock, ports, random, impairments)
  return encryption === 'disabled' ? udp : new DtlsTransport(new SdesTransport(udp, random), udp, clock, random)
}
