import type { BudgetLimits } from '../../../../shared/model/budgets.ts'
import type { Encryption, EncryptionForm, SrtpSuite } from '../../../../shared/model/encryption.ts'
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import type { SourceSpec } from '../audio/source.ts'
import type { PortPool } from '../transport/ports.ts'
import type { Pacer } from './pacer.ts'

export interface MediaDeps {
  readonly clock: Clock
  readonly random: Random
  readonly pacer: Pacer
  readonly ports: PortPool
  readonly limits: Pick<BudgetLimits, 'foreignSources'>
}

export interface MediaOptions {
  /** The local address for RTP; null where the first offer is to say. */
  readonly host: string | null
  /**
   * The host of the signalling peer, an IP literal, where it is known before the call: RTP from there is the peer's.
   */
  readonly signalling: string | null
  /** Names of codecs, the preferred one first. */
  readonly codecs: readonly string[]
  readonly encryption: Encryption
  /** How encryption that is allowed is offered first; left out: as one line. */
  readonly form?: EncryptionForm | undefined
  /** Hears that the peer refused that form and took the other. */
  readonly formTaken?: ((form: EncryptionForm) => void) | undefined
  /** What is offered, in this order, and accepted; left out: the usual ones are offered, all accepted. */
  readonly suites?: readonly SrtpSuite[] | undefined
  /** The packet time to ask for, 10 to 60; left out: as the other side likes it, or 20. */
  readonly ptimeMs?: number | undefined
  /** VoIP metrics (RFC 3611) are asked for and sent; left out: sent where the peer asks. */
  readonly rtcpXr?: boolean | undefined
  /**
   * So long may nothing come from the peer, neither RTP nor RTCP, while audio is to come; then the call ends. Null or
   * left out: for ever.
   */
  readonly silenceMs?: number | null | undefined
  /** False: RTP goes where the description says, wherever the peer's comes from (no symmetric RTP). */
  readonly latch?: boolean | undefined
  /** What goes wrong on purpose with what is sent, as shared/model/impairments reads it. */
  readonly impairments?: readonly string[] | undefined
  readonly source: SourceSpec
  readonly recordTo: string | null
}
