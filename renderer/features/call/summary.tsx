import type { CallReport, Evidence } from '../../../shared/contract/report.ts'
import { Button, Foreign, Icon } from '../../ui/controls.tsx'
import { secondsBetween, span } from '../../ui/format.ts'
import { withPlace } from '../../ui/remedies.ts'
import { signOf } from '../../ui/verdict.ts'
import './summary.css'

/** The answer in one line; below it each finding with its evidence and the next step. */
export function VerdictLine({ report, onEvidence }: { report: CallReport; onEvidence: (evidence: Evidence) => void }) {
  const { verdict, findings, outcome, status } = report
  const live = report.timeline.endedAt === null
  const sign =
    outcome === 'in-progress'
      ? { icon: 'live' as const, tone: 'live' as const, word: 'under way' }
      : live && verdict.kind === 'unknown'
        ? { icon: 'live' as const, tone: 'live' as const, word: 'answered' }
        : signOf(outcome, verdict.kind, status?.code ?? null)
  return (
    <section className={`verdict ${sign.tone}`} aria-label="Verdict">
      <p>
        <Icon name={sign.icon} />{' '}
        <b role="status" className={`tone-${sign.tone}`}>
          {sign.word}
        </b>{' '}
        <Foreign text={verdict.sentence} />
      </p>
      {findings.length > 0 && (
        <ul>
          {findings.map(({ rule, severity, sentence, evidence, next, remedy }) => (
            <li key={`${rule} ${sentence}`}>
              <Icon name={severity === 'fault' ? 'fault' : severity === 'warning' ? 'warning' : 'unknown'} />
              <div>
                <span className="hidden">{severity}: </span>
                <Foreign text={sentence} />
                {evidence.length > 0 && (
                  <span className="verdict-evidence">
                    {evidence.map((item, i) => (
                      <EvidenceLink key={i} evidence={item} onEvidence={onEvidence} />
                    ))}
                  </span>
                )}
                <p>
                  <span className="muted">next</span> <Foreign text={withPlace(next, remedy)} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function EvidenceLink({ evidence, onEvidence }: { evidence: Evidence; onEvidence: (evidence: Evidence) => void }) {
  const { message, stream, observation } = evidence
  if (message === undefined && stream === undefined)
    return (
      <q className="muted">
        <Foreign text={observation ?? ''} />
      </q>
    )
  return (
    <Button kind="quiet" onClick={() => onEvidence(evidence)}>
      {message !== undefined ? `message ${message + 1}` : `stream ${stream! + 1}`}
    </Button>
  )
}

/** The evidence of all findings that can be shown, in order. */
export function evidenceOf({ findings }: CallReport): Evidence[] {
  return findings
    .flatMap(({ evidence }) => evidence)
    .filter(({ message, stream }) => message !== undefined || stream !== undefined)
}

interface Mark {
  readonly word: string
  readonly at: string | null
  readonly className?: string
}

/** How long what took: invite, ringing, answer, first audio each way, end. */
export function TimeStrip({ report, now }: { report: CallReport; now: string }) {
  const { timeline, streams } = report
  const { startedAt, ringingAt, answeredAt, endedAt } = timeline
  const first = (toPeer: boolean) =>
    streams
      .filter((stream) => stream.toPeer === toPeer)
      .map((stream) => stream.startedAt)
      .sort()[0] ?? null
  const audio: Mark[] =
    answeredAt === null
      ? []
      : [
          { word: 'first audio →', at: first(true), className: 'to-peer' },
          { word: 'first audio ←', at: first(false), className: 'from-peer' },
        ]
  const marks: Mark[] = [
    { word: 'INVITE', at: startedAt },
    ...(ringingAt === null ? [] : [{ word: 'ringing', at: ringingAt }]),
    ...(answeredAt === null ? [] : [{ word: 'answered', at: answeredAt }]),
    ...audio.sort((a, b) => (a.at ?? '~').localeCompare(b.at ?? '~')),
    ...(endedAt === null
      ? []
      : [{ word: timeline.endedBy === null ? 'end' : `ended by ${timeline.endedBy}`, at: endedAt }]),
  ]
  let before = startedAt
  return (
    <ol className="strip numbers" aria-label="Times">
      {marks.map(({ word, at, className }) => {
        const seconds = at === null ? null : secondsBetween(before, at)
        if (at !== null && word !== 'INVITE') before = at
        return (
          <li key={word} title={at ?? 'not seen'}>
            {word !== 'INVITE' && (
              <span className="muted">
                {at === null ? 'never' : `${seconds! < 0 ? '−' : ''}${span(Math.abs(seconds!))}`}
              </span>
            )}
            <b className={className}>{word}</b>
          </li>
        )
      })}
      {endedAt === null && (
        <li>
          <span className="muted">{span(Math.max(0, secondsBetween(before, now)))}</span>
          <b>now</b>
        </li>
      )}
    </ol>
  )
}
