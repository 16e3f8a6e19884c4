import type { Micros } from '../../../shared/base/time.ts'
import type { PersonaReport } from '../../../shared/contract/persona.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import type { EndCause } from '../../../shared/model/end-cause.ts'
import { reportOf, type Asked } from '../report/report.ts'
import type { CallProjection } from '../trace/facts/call-projection.ts'

/** What is reported of a call, with the note of a person and what a persona did: drawn anew while it goes on. */
export class DrawnReport {
  readonly #projection: CallProjection
  readonly #asked: Asked
  /** Of an ended call, until something is still added to it: history and windows ask for it at once. */
  #final: WeakRef<CallReport> | null = null
  /** What is no projection of its trace. */
  #beside: Pick<CallReport, 'note' | 'persona'> = {}

  constructor(projection: CallProjection, asked: Asked) {
    this.#projection = projection
    this.#asked = asked
  }

  /** At `now`, with the messages from number `from` on. `ended`: when and how; null while it goes on. */
  at(now: Micros, ended: { readonly at: Micros; readonly cause: EndCause | null } | null, from: number): CallReport {
    if (!ended) return this.#draw(now, null, null, from)
    const report = this.#final?.deref() ?? this.#draw(ended.at, ended.at, ended.cause, 0)
    this.#final = new WeakRef(report)
    return from === 0 ? report : { ...report, messages: report.messages.slice(from) }
  }

  /** Something was added. */
  grew(): void {
    this.#final = null
  }

  annotate(note: string | null): void {
    const { note: _before, ...rest } = this.#beside
    this.#beside = note === null ? rest : { ...rest, note }
    this.#final = null
  }

  /** What the persona that its agent plays made of it, as far as it came. */
  plays(persona: PersonaReport): void {
    this.#beside = { ...this.#beside, persona }
    this.#final = null
  }

  #draw(now: Micros, ended: Micros | null, cause: EndCause | null, from: number): CallReport {
    return { ...reportOf(this.#projection, now, ended, { ...this.#asked, cause }, from), ...this.#beside }
  }
}
