import type { CallReport } from '../../../shared/contract/report.ts'
import { evidenceTexts } from '../../../shared/words/evidence.ts'
import type { Place } from '../../state/ui.ts'

/** What a link of a finding opens: a message or a stream. */
export interface Shown {
  readonly place: Place
  readonly finding: number
}

/** Where a piece of evidence is; null for what can only be read. */
export function placeOf({ message, stream }: { message: number | null; stream: number | null }): Place | null {
  if (message !== null) return { kind: 'message', n: message }
  return stream === null ? null : { kind: 'stream', n: stream }
}

/** The evidence of all findings that can be shown, in order. */
export function evidenceOf({ findings }: Pick<CallReport, 'findings'>): Shown[] {
  return findings.flatMap(({ evidence, sentence }, finding) =>
    evidenceTexts(evidence, sentence).flatMap((text) => {
      const place = placeOf(text)
      return place ? [{ place, finding }] : []
    }),
  )
}

/** What of an ended call tells most: the response that refused it, evidence of a fault, its first message. */
export function tellingPart(report: CallReport): Place | null {
  const { timeline, status, messages, findings } = report
  const code = timeline.answeredAt === null && status !== null && status.code >= 300 ? status.code : null
  const refused = messages.findLastIndex(
    ({ startLine, retransmissionOf }) => retransmissionOf === null && startLine.startsWith(`SIP/2.0 ${code} `),
  )
  if (refused >= 0) return { kind: 'message', n: refused }
  const fault = findings.findIndex(({ severity }) => severity === 'fault')
  const found = evidenceOf(report).find(({ finding }) => finding === fault)
  return found?.place ?? (messages.length === 0 ? null : { kind: 'message', n: 0 })
}
