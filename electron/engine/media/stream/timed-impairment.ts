import { impairmentOf, type Impairment } from '../../../../shared/model/impairments.ts'
import type { RtpSender } from './sender.ts'

/** What goes wrong on purpose in a stream that is sent when its time has come: a start, a pause, another SSRC. */
export class TimedImpairment {
  #waits: boolean
  readonly #lateMs: number
  readonly #muteFromMs: number
  readonly #muteToMs: number
  /** Other SSRCs that are still to come. */
  #changes: readonly { readonly ms: number; readonly anew: boolean }[]
  #beganMs: number | null = null

  constructor(impairments: readonly Impairment[]) {
    this.#waits = impairmentOf(impairments, 'wait-for-peer') !== null
    this.#lateMs = impairmentOf(impairments, 'late')?.ms ?? 0
    const mute = impairmentOf(impairments, 'mute')
    this.#muteFromMs = mute?.fromMs ?? Infinity
    this.#muteToMs = mute?.toMs ?? Infinity
    const [same, anew] = [impairmentOf(impairments, 'ssrc'), impairmentOf(impairments, 'ssrc-jump')]
    this.#changes = [...(same ? [{ ms: same.ms, anew: false }] : []), ...(anew ? [{ ms: anew.ms, anew: true }] : [])]
  }

  /** Whether something is sent in this interval; the first call begins the time. `heard`: RTP of the peer has come. */
  speaks(nowMs: number, sender: Pick<RtpSender, 'renew'>, heard: boolean): boolean {
    this.#beganMs ??= nowMs
    const ms = nowMs - this.#beganMs
    for (const { anew } of this.#changes.filter((change) => change.ms <= ms)) sender.renew(anew)
    this.#changes = this.#changes.filter((change) => change.ms > ms)
    this.#waits &&= !heard
    if (this.#waits) return false
    return ms >= this.#lateMs && (ms < this.#muteFromMs || ms >= this.#muteToMs)
  }
}
