import { formatAddress, type Address } from '../../../../shared/base/address.ts'

const enough = 5

/**
 * Symmetric RTP (RFC 4961): audio goes to where the packets come from, once enough have come from elsewhere than the session
 * description says and none from there. One stray packet moves nothing.
 */
export class Latch {
  #destination: Address | null = null
  #settled = false
  #strange: { readonly from: string; count: number } | null = null

  get destination(): Address | null {
    return this.#destination
  }

  /** What the session description says from now on. */
  expect(destination: Address | null): void {
    this.#destination = destination
    this.#settled = false
    this.#strange = null
  }

  /** A packet came; returns the address that was given up when this one moves the destination. */
  heard(from: Address): Address | null {
    const before = this.#destination
    if (!before || this.#settled) return null
    if (before.host === from.host && before.port === from.port) {
      this.#settled = true
      return null
    }
    const key = formatAddress(from)
    if (this.#strange?.from !== key) this.#strange = { from: key, count: 0 }
    if (++this.#strange.count < enough) return null
    this.#destination = from
    this.#settled = true
    return before
  }
}
