import { formatAddress } from '../../../../shared/base/address.ts'
import { errorCode, explainError, machine } from '../../base/errors.ts'
import type { DatagramEvents, DatagramSocket, Net } from '../../base/net.ts'
import type { Random } from '../../base/random.ts'

export interface PortRange {
  readonly first: number
  readonly last: number
}

export interface RtpPorts {
  readonly rtp: DatagramSocket
  readonly rtcp: DatagramSocket
}

/** Hands out pairs of an even RTP port and the RTCP port above it (RFC 3550 11), going round the range. */
export class PortPool {
  readonly #net: Net
  readonly #range: PortRange
  #next: number

  constructor(net: Net, random: Random, range: PortRange) {
    this.#net = net
    this.#range = range
    const pairs = this.#pairs
    this.#next = pairs > 0 ? random.uint32() % pairs : 0
  }

  get #pairs(): number {
    const first = this.#range.first + (this.#range.first & 1)
    return Math.max(0, Math.floor((this.#range.last - first + 1) / 2))
  }

  /** Throws RingbackError (machine) when no pair of the range is free on that address. */
  async open(host: string, rtp: DatagramEvents, rtcp: DatagramEvents): Promise<RtpPorts> {
    const pairs = this.#pairs
    const first = this.#range.first + (this.#range.first & 1)
    for (let tries = 0; tries < pairs; tries++) {
      const port = first + 2 * (this.#next++ % pairs)
      try {
        const low = await this.#net.bindUdp(host, port, rtp)
        try {
          return { rtp: low, rtcp: await this.#net.bindUdp(host, port + 1, rtcp) }
        } catch (error) {
          low.close()
          throw error
        }
      } catch (error) {
        if (errorCode(error) !== 'EADDRINUSE')
          throw machine(`cannot open an RTP port at ${formatAddress({ host, port })}: ${explainError(error)}`, error)
      }
    }
    throw machine(
      `no free pair of RTP ports between ${this.#range.first} and ${this.#range.last} on ${host}: widen the range`,
      undefined,
      { code: 'widen-rtp-ports' },
    )
  }
}
