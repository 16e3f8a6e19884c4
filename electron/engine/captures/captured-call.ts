import type { CallReport } from '../../../shared/contract/report.ts'
import type { Sample } from '../../../shared/contract/state.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import type { Extent, KnownCall } from '../known-calls.ts'
import type { CallPackets } from '../report/exports.ts'

/** What a capture knows of one of its calls. */
export interface CallSource {
  drawn(): Promise<readonly [CallReport, CallView]>
  packets(): Promise<CallPackets>
  /** Of all calls, by their ids: kept for as long as the capture is open. */
  readonly notes: Map<string, string>
}

/** A call of an opened capture: over, whatever became of it after the capture. Its report is drawn when asked for. */
export class CapturedCall implements KnownCall {
  readonly id: string
  readonly over = true
  readonly recording = null
  readonly recordingTo = null
  readonly #source: CallSource
  #drawing: Promise<void> | null = null
  #drawn: readonly [CallReport, CallView] | null = null

  constructor(id: string, source: CallSource) {
    this.id = id
    this.#source = source
  }

  /** Rejects with RingbackError (usage) where the capture has no such call. */
  fetch(): Promise<void> | null {
    if (this.#drawn) return null
    return (this.#drawing ??= this.#source.drawn().then((drawn) => {
      this.#drawn = drawn
    }))
  }

  view(): CallView {
    return this.#known()[1]
  }

  report(from = 0): CallReport {
    const [report] = this.#known()
    const note = this.#source.notes.get(this.id)
    return { ...report, ...(note === undefined ? {} : { note }), messages: report.messages.slice(from) }
  }

  extent(): Extent {
    return { messages: this.#known()[0].messages.length, samples: [] }
  }

  /** Figures of a capture are those of its whole length. */
  samples(): Sample[][] {
    return this.#known()[0].streams.map(() => [])
  }

  annotate(note: string | null): void {
    if (note === null) this.#source.notes.delete(this.id)
    else this.#source.notes.set(this.id, note)
  }

  packets(): Promise<CallPackets> {
    return this.#source.packets()
  }

  #known(): readonly [CallReport, CallView] {
    if (!this.#drawn) throw new Error('the report of a captured call is asked for before it is there')
    return this.#drawn
  }
}
