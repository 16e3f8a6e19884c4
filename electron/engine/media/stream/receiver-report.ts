import type { ReportBlock } from '../../../../shared/wire/rtcp/rtcp.ts'
import type { RtpHeader } from '../../../../shared/wire/rtp/rtp.ts'

const largestGap = 3000

/**
 * What we report of one received stream (RFC 3550 6.4.1, A.1, A.3, A.8). Times in milliseconds of one monotonic clock.
 */
export class ReceiverStream {
  readonly ssrc: number
  readonly clockRateHz: number
  #base: number
  #cycles = 0
  #highest: number
  #received = 0
  #transit: number | null = null
  #jitter = 0
  #expectedBefore = 0
  #receivedBefore = 0
  #lastSr = 0
  #lastSrAtMs = 0

  constructor(ssrc: number, firstSequence: number, clockRateHz: number) {
    this.ssrc = ssrc
    this.clockRateHz = clockRateHz
    this.#base = firstSequence
    this.#highest = firstSequence
  }

  received(header: RtpHeader, nowMs: number, inJitter: boolean): void {
    const ahead = (header.sequence - this.#highest) & 0xffff
    if (ahead > 0 && ahead < largestGap) {
      if (header.sequence < this.#highest) this.#cycles += 65536
      this.#highest = header.sequence
    } else if (ahead >= largestGap && ahead < 0x10000 - 100) {
      this.#base = header.sequence
      this.#highest = header.sequence
      this.#cycles = 0
      this.#received = 0
      this.#expectedBefore = 0
      this.#receivedBefore = 0
    }
    this.#received++
    if (!inJitter) return
    const transit = (nowMs * this.clockRateHz) / 1000 - header.timestamp
    if (this.#transit !== null) {
      const d = Math.abs(transit - this.#transit)
      // A jump of the sender's timestamps says nothing of the path.
      if (d < this.clockRateHz * 10) this.#jitter += (d - this.#jitter) / 16
    }
    this.#transit = transit
  }

  senderReport(middleNtp: number, nowMs: number): void {
    this.#lastSr = middleNtp
    this.#lastSrAtMs = nowMs
  }

  report(nowMs: number): ReportBlock {
    const highest = this.#cycles + this.#highest
    const expected = highest - this.#base + 1
    const expectedNow = expected - this.#expectedBefore
    const lostNow = expectedNow - (this.#received - this.#receivedBefore)
    this.#expectedBefore = expected
    this.#receivedBefore = this.#received
    return {
      ssrc: this.ssrc,
      fractionLost: expectedNow <= 0 || lostNow <= 0 ? 0 : Math.min(255, Math.floor((lostNow * 256) / expectedNow)),
      cumulativeLost: expected - this.#received,
      highestSequence: highest >>> 0,
      jitter: this.#jitter,
      lastSr: this.#lastSr,
      delaySinceLastSr: this.#lastSr === 0 ? 0 : Math.round(((nowMs - this.#lastSrAtMs) * 65536) / 1000) >>> 0,
    }
  }
}
