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

interface Report {
  readonly to: Address
  readonly clear: Uint8Array
}

/** Sends the reports of a call when they are due. */
export class ReportLoop {
  readonly #deps: Pick<MediaDeps, 'clock' | 'random'>
  readonly #reports: Reports
  readonly #sender: RtpSender
  readonly #transport: MediaTransport
  /** Where reports may go; null where nothing may. */
  readonly #destination: () => Address | null
  /** How long a report waits before it leaves, on purpose. */
  readonly #delayMs: number
  readonly #waiting = new Set<Timer>()
  #timer: Timer | null = null

  constructor(
    deps: Pick<MediaDeps, 'clock' | 'random'>,
    reports: Reports,
    sender: RtpSender,
    transport: MediaTransport,
    destination: () => Address | null,
    delayMs = 0,
  ) {
    this.#deps = deps
    this.#reports = reports
    this.#sender = sender
    this.#transport = transport
    this.#destination = destination
    this.#delayMs = delayMs
  }

  /** Begins, once. */
  start(): void {
    if (!this.#timer) this.#schedule(firstMs)
  }

  /** The last report, with a BYE: what goes on the wire and its bytes in clear; null where there is none. */
  close(): (Report & { readonly wire: Uint8Array }) | null {
    if (!this.#timer) return null
    this.#timer.cancel()
    for (const timer of this.#waiting) timer.cancel()
    // One that waits would leave when the call is over.
    const last = this.#delayMs > 0 ? null : this.#due(true)
    return last && { ...last, wire: this.#transport.sendRtcp(last.clear, last.to) }
  }

  #schedule(delayMs: number): void {
    const spread = 0.5 + (this.#deps.random.uint32() % 1000) / 1000
    this.#timer = this.#deps.clock.after(delayMs * spread, () => {
      const report = this.#due(false)
      if (report) this.#send(report)
      this.#schedule(intervalMs)
    })
  }

  #send({ to, clear }: Report): void {
    if (this.#delayMs === 0) return void this.#transport.sendRtcp(clear, to)
    const timer = this.#deps.clock.after(this.#delayMs, () => {
      this.#waiting.delete(timer)
      this.#transport.sendRtcp(clear, to)
    })
    this.#waiting.add(timer)
  }

  #due(goodbye: boolean): Report | null {
    const { clock } = this.#deps
    const to = this.#destination()
    const clear = to && this.#reports.compound(this.#sender, clock.nowUs(), clock.monotonicMs(), goodbye)
    return clear && { to, clear }
  }
}
