import type { Address } from '../../../../shared/base/address.ts'
import type { Timer } from '../../base/clock.ts'
import type { Reports } from '../stream/reports.ts'
import type { RtpSender } from '../stream/sender.ts'
import type { MediaTransport } from '../transport/transport.ts'
import type { MediaDeps } from './options.ts'

/**
 * The first report soon, so that short test calls have one; then every 2 s, half to one and a half (RFC 3550 6.3
 * randomises likewise).
 */
const firstMs = 500
const intervalMs = 2000

/** Sends the reports of a call when they are due. */
export class ReportLoop {
  readonly #deps: Pick<MediaDeps, 'clock' | 'random'>
  readonly #reports: Reports
  readonly #sender: RtpSender
  readonly #transport: MediaTransport
  /** Where reports may go; null where nothing may. */
  readonly #destination: () => Address | null
  #timer: Timer | null = null

  constructor(
    deps: Pick<MediaDeps, 'clock' | 'random'>,
    reports: Reports,
    sender: RtpSender,
    transport: MediaTransport,
    destination: () => Address | null,
  ) {
    this.#deps = deps
    this.#reports = reports
    this.#sender = sender
    this.#transport = transport
    this.#destination = destination
  }

  /** Begins, once. */
  start(): void {
    if (!this.#timer) this.#schedule(firstMs)
  }

  /** The last report, with a BYE: what goes on the wire and its bytes in clear; null where there is none. */
  close(): { readonly to: Address; readonly wire: Uint8Array; readonly clear: Uint8Array } | null {
    if (!this.#timer) return null
    this.#timer.cancel()
    return this.#send(true)
  }

  #schedule(delayMs: number): void {
    const spread = 0.5 + (this.#deps.random.uint32() % 1000) / 1000
    this.#timer = this.#deps.clock.after(delayMs * spread, () => {
      this.#send(false)
      this.#schedule(intervalMs)
    })
  }

  #send(goodbye: boolean): { readonly to: Address; readonly wire: Uint8Array; readonly clear: Uint8Array } | null {
    const { clock } = this.#deps
    const to = this.#destination()
    const clear = to && this.#reports.compound(this.#sender, clock.nowUs(), clock.monotonicMs(), goodbye)
    return clear && { to, clear, wire: this.#transport.sendRtcp(clear, to) }
  }
}
