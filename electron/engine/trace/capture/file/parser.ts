import type { Micros } from '../../../../../shared/base/time.ts'
import type { Address } from '../../../../../shared/base/address.ts'
import type { TransportName } from '../../../../../shared/model/transport.ts'
import type { Unknown } from '../../../../../shared/model/wire.ts'
import type { ReadAhead } from './read-ahead.ts'

/** A SIP message that was written to a text; null for what the text does not say. */
export interface WrittenMessage {
  readonly bytes: Uint8Array
  readonly at: Micros
  readonly source: Address | null
  readonly destination: Address | null
  readonly transport: TransportName | null
  readonly unknown: readonly Unknown[]
}

/** What takes the frames of a capture. Bytes stay as they are only during the call. */
export interface FrameSink {
  /** `position`: of `bytes[0]` in the file. `cut`: the frame was longer than what the capture kept. */
  frame(bytes: Uint8Array, from: number, to: number, at: Micros, linkType: number, position: number, cut: boolean): void
  message?(message: WrittenMessage): void
  /** Keys that lie in the capture, as the key log of a TLS library writes them. */
  secrets?(text: string): void
}

/** Takes whole records from what was read; what is not whole stays for the next time. */
export interface CaptureParser {
  frames: number
  /** False when nothing behind this place can be read. */
  parse(ahead: ReadAhead, sink: FrameSink): boolean
  /** Nothing more will come: takes what is left. */
  end?(ahead: ReadAhead, sink: FrameSink): void
  /** Damage, as sentences; `rest`: bytes that are left at the end of the file. */
  damage(rest: number): string[]
  /** What else is to be known of the capture. */
  notes(): string[]
}

/** No frame is larger. */
export const largestFrame = 0x100_0000
