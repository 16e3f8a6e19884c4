import type { Address } from '../../../shared/base/address.ts'
import type { Micros } from '../../../shared/base/time.ts'
import type { ObservationKind } from '../../../shared/model/wire.ts'
import type { RtcpPacket } from '../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../shared/wire/rtp/rtp.ts'
import type { MediaTap } from '../media/session/tap.ts'
import type { CallRecord } from './call-record.ts'

/** Where the media of a call reports packets: to its trace. */
export class CallTap implements MediaTap {
  readonly #record: CallRecord
  readonly #heard: ((digit: string) => void) | undefined

  constructor(record: CallRecord, heard?: (digit: string) => void) {
    this.#record = record
    this.#heard = heard
  }

  rtp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    clear: Uint8Array,
    sent: boolean,
    header: RtpHeader,
  ): void {
    this.#record.trace.rtp(at, source, destination, bytes, clear, sent, header)
  }

  rtcp(
    at: Micros,
    source: Address,
    destination: Address,
    bytes: Uint8Array,
    _clear: Uint8Array,
    sent: boolean,
    packets: readonly RtcpPacket[],
  ): void {
    this.#record.trace.rtcp(at, source, destination, bytes, sent, packets)
  }

  foreign(at: Micros, source: Address, destination: Address, bytes: Uint8Array): void {
    this.#record.trace.foreign(at, source, destination, bytes)
  }

  observe(kind: ObservationKind, text: string, value?: string): void {
    this.#record.observe(kind, text, value)
    if (kind === 'digit-received' && value !== undefined) this.#heard?.(value)
  }
}
