import { visible } from '../../shared/base/text.ts'
import type { CallReport } from '../../shared/contract/report.ts'
import { severityText, type Paint } from './terminal.ts'

/** A line about a finding, and its instant; null where that is now. */
export interface News {
  readonly at: string | null
  readonly text: string
}

/** What is found of a call while it goes on: each rule has a line when its time has come, and one when that is over. */
export class LiveFindings {
  readonly #paint: Paint
  /** By rule, the sentence that was told; empty when it is over. */
  readonly #told = new Map<string, string>()

  constructor(paint: Paint) {
    this.#paint = paint
  }

  /** What is new of a call that goes on; what is found of one that ended stands in its summary. */
  news({ findings, timeline }: CallReport): News[] {
    if (timeline.endedAt !== null) return []
    const lines: News[] = []
    for (const { rule, severity, at, sentence } of findings) {
      if (severity === 'info' || this.#told.has(rule)) continue
      this.#told.set(rule, sentence)
      lines.push({ at, text: `${severityText(severity, this.#paint)}: ${visible(sentence)}` })
    }
    for (const [rule, sentence] of this.#told) {
      if (sentence === '' || findings.some((finding) => finding.rule === rule)) continue
      this.#told.set(rule, '')
      lines.push({ at: null, text: `${this.#paint.green('✓ no longer')}: ${visible(sentence)}` })
    }
    return lines
  }
}
