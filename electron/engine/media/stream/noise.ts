import { meanSquare, silenceDbfs, toDbfs } from '../../quality/level.ts'

/** The level is said again so often while it is silent. */
const everyMs = 200
const mostDbov = 127

/** What of a packet interval is sent as comfort noise: no bytes where the last packet stands for it too. */
export interface NoisePacket {
  readonly level: number
  readonly bytes: 0 | 1
}

/** Silence as comfort noise (RFC 3389): when its level is said. */
export class NoiseSender {
  #silentMs: number | null = null

  /** Null for a frame that is audio. */
  next(frame: Int16Array, ptimeMs: number): NoisePacket | null {
    const dbfs = toDbfs(meanSquare(frame))
    if (dbfs >= silenceDbfs) {
      this.#silentMs = null
      return null
    }
    const due = this.#silentMs === null || this.#silentMs >= everyMs
    this.#silentMs = due ? ptimeMs : this.#silentMs! + ptimeMs
    return { level: Math.min(mostDbov, Math.round(-dbfs)), bytes: due ? 1 : 0 }
  }
}
