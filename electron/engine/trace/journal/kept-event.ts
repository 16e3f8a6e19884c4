import { isSameAddress, type Address } from '../../../../shared/base/address.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { parseSip } from '../../../../shared/wire/sip/parse.ts'

/**
 * A message kept as its bytes: read again when someone looks, since a call waits far longer than it is looked at. Until
 * the next collection of memory what was read is still there.
 */
export class KeptEvent implements SipEvent {
  #read: WeakRef<SipEvent['message']> | null = null
  readonly at: SipEvent['at']
  readonly transport: SipEvent['transport']
  readonly source: Address
  readonly destination: Address
  readonly direction: SipEvent['direction']
  readonly unknown: SipEvent['unknown']
  readonly #bytes: string | Uint8Array

  /** `beside`: an event whose addresses it may share. */
  constructor(
    { at, transport, source, destination, direction, bytes, unknown }: SipEvent,
    beside: SipEvent | null = null,
    kept: string | Uint8Array = lettersOf(bytes),
  ) {
    this.at = at
    this.transport = transport
    this.source = sameAs(source, beside)
    this.destination = sameAs(destination, beside)
    this.direction = direction
    this.unknown = unknown
    this.#bytes = kept
  }

  /** Made anew at each access. */
  get bytes(): Uint8Array {
    return typeof this.#bytes === 'string' ? Buffer.from(this.#bytes, 'latin1') : this.#bytes
  }

  /** How many bytes it has. */
  get size(): number {
    return this.#bytes.length
  }

  get message(): SipEvent['message'] {
    const read = this.#read?.deref()
    if (read) return read
    const message = parseSip(this.bytes)
    this.#read = new WeakRef(message)
    return message
  }
}

/** A letter a byte: an array of them takes 200 bytes more. */
const lettersOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

function sameAs(address: Address, beside: SipEvent | null): Address {
  if (!beside) return address
  const { source, destination } = beside
  return isSameAddress(address, source) ? source : isSameAddress(address, destination) ? destination : address
}
