import type { Proof } from '../../../shared/contract/proof.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { failuresToSend } from '../../../shared/model/wire.ts'

/** What the calls say of a cause: `because` is a clause for "cannot tell", else a sentence. */
interface Judgement {
  readonly result: Proof['result']
  readonly because: string
}

/** A call in a few words: "refused with 488 Not Acceptable Here", "answered, one-way audio". */
export function outcomeWords(report: CallReport): string {
  const { outcome, status, verdict } = report
  if (outcome === 'answered') return `answered, ${verdict.kind.replace(/-audio$/, ' audio')}`
  if (status) return `${outcome} with ${status.code} ${status.reason}`
  const unsent = unsentBy(report)
  return unsent ? `not sent (${unsent.text})` : outcome.replaceAll('-', ' ')
}

const unsent: ReadonlySet<string> = new Set(failuresToSend)

/** What kept the request from getting anywhere, last; undefined where something came back. */
const unsentBy = ({ status, observations }: CallReport) =>
  status === null ? observations.findLast(({ kind }) => unsent.has(kind)) : undefined

const hasFinding = (report: CallReport, rule: string) => report.findings.some((finding) => finding.rule === rule)
const hasSilence = ({ verdict }: CallReport) => verdict.kind === 'one-way-audio' || verdict.kind === 'no-audio'

/** How a call failed, for comparison; null where nothing is wrong with it. */
function failureOf(report: CallReport): string | null {
  const { outcome, status, verdict, findings } = report
  if (outcome !== 'answered') return `${outcome} ${status?.code ?? ''}`
  if (hasSilence(report)) return `${verdict.kind} ${verdict.missing}`
  return findings.find(({ severity }) => severity !== 'info')?.rule ?? null
}

/** Whether anything is wrong with the call at all: of a good one there is no cause to prove. */
export const hasFailed = (report: CallReport): boolean => failureOf(report) !== null

/** The same failure: the same finding after the same answer. */
function isSame(before: CallReport, after: CallReport, rule: string | null): boolean {
  return rule === null
    ? failureOf(before) === failureOf(after)
    : hasFinding(after, rule) &&
        before.status?.code === after.status?.code &&
        before.outcome === after.outcome &&
        unsentBy(before)?.kind === unsentBy(after)?.kind
}

/** Why the call cannot be compared; null when it can. */
function uncertainty(call: CallReport): string | null {
  const here = call.observations.find(({ kind }) =>
    ['cancelled-by-user', 'machine-fault', 'unresolved', 'not-sent'].includes(kind),
  )
  if (here) return here.text
  return call.outcome === 'in-progress' ? 'it was not over in time' : null
}

/** Whether the failure is gone, and nothing took its place; else why that cannot be said. */
function isGone(before: CallReport, after: CallReport, rule: string | null): true | string {
  if (rule !== null && hasFinding(after, rule)) return `it failed in another way: ${outcomeWords(after)}`
  if (after.outcome !== 'answered') return `it failed in another way: ${outcomeWords(after)}`
  // Of a refusal that is gone nothing else is asked; of lost audio, that there is audio now.
  if (before.outcome !== 'answered') return true
  if (after.verdict.kind === 'unknown') return `it was answered, and its audio is unknown: ${after.verdict.sentence}`
  if (hasSilence(after)) return `it failed in another way: ${outcomeWords(after)}`
  return true
}

/** After the call with the change; null: the call as it was must be placed again to decide. */
export function judgeChanged(before: CallReport, changed: CallReport, rule: string | null): Judgement | null {
  if (isSame(before, changed, rule))
    return { result: 'not-the-cause', because: `With it the call failed in the same way: ${outcomeWords(changed)}.` }
  const doubt = uncertainty(changed)
  if (doubt !== null) return { result: 'cannot-tell', because: `the changed call was not decided: ${doubt}` }
  const gone = isGone(before, changed, rule)
  return gone === true ? null : { result: 'cannot-tell', because: `with it changed ${gone}` }
}

/** After the call as it was, placed again, where the changed one went through. */
export function judgeBoth(
  before: CallReport,
  changed: CallReport,
  unchanged: CallReport,
  rule: string | null,
): Judgement {
  if (isSame(before, unchanged, rule))
    return {
      result: 'cause-proven',
      because: `With it the call was ${outcomeWords(changed)}; without it, again ${outcomeWords(unchanged)}.`,
    }
  const doubt = uncertainty(unchanged)
  if (doubt !== null)
    return { result: 'cannot-tell', because: `the call as it was could not be decided again: ${doubt}` }
  return {
    result: 'cannot-tell',
    because:
      failureOf(unchanged) === null || isGone(before, unchanged, rule) === true
        ? `the call as it was goes through now too: ${outcomeWords(unchanged)}`
        : `the call as it was fails in another way now: ${outcomeWords(unchanged)}`,
  }
}
