import { useState } from 'react'
import type { Change } from '../../../shared/contract/change.ts'
import type { CallReport, Finding } from '../../../shared/contract/report.ts'
import type { Placed } from '../../../shared/contract/place-call.ts'
import type { CallView } from '../../../shared/contract/views.ts'
import { evidenceTexts } from '../../../shared/words/evidence.ts'
import type { Place } from '../../state/ui.ts'
import { Act, Button, Foreign, Icon } from '../../ui/controls.tsx'
import { withPlace } from '../../ui/remedies.ts'
import { signOf, type Sign } from '../../ui/verdict.ts'
import { placeOf } from './evidence.ts'
import { isInterrupted } from './head.tsx'
import { stepsFor } from './next-steps.ts'
import { OtherCause } from './other-cause.tsx'
import { Prove } from './proof.tsx'
import { withoutLabel } from './verdict-words.ts'
import './verdict.css'

/** Findings beyond these are folded away until they are asked for, or looked at. */
const shownFindings = 2

/** The verdict, said once; below it why: each finding with its evidence and what to do next. */
export function Verdict({
  report,
  view,
  chosen,
  label = 'Verdict',
  onEvidence,
}: {
  report: CallReport
  view: CallView | undefined
  label?: string
  /** The finding that is looked at. */
  chosen: number | null
  onEvidence: (place: Place, finding: number) => void
}) {
  const sign = verdictSign(report, view)
  return (
    <section className={`verdict ${sign.tone}`} aria-label={label}>
      <p className="verdict-line">
        <b role="status" className={`verdict-label tone-${sign.tone}`}>
          <Icon name={sign.icon} /> <span>{sign.word}</span>
        </b>
        <span>
          <Foreign text={withoutLabel(sentenceOf(report, view), sign.word)} />
        </span>
      </p>
      <Findings
        findings={report.findings}
        placed={report.placed}
        provable={report.placed && report.timeline.endedAt !== null ? report.id : null}
        chosen={chosen}
        onEvidence={onEvidence}
      />
    </section>
  )
}

/** Why: the findings, each with its evidence and what to do next; those after the second when they are asked for. */
export function Findings({
  findings,
  placed,
  provable = null,
  chosen,
  onEvidence,
}: {
  findings: readonly Finding[]
  /** How the call was asked for, where it was placed here. */
  placed: Placed | null
  /** The call, where it can be placed again to prove a cause. */
  provable?: string | null
  chosen: number | null
  onEvidence: (place: Place, finding: number) => void
}) {
  const [all, setAll] = useState(false)
  const whole = all || findings.length <= shownFindings || (chosen !== null && chosen >= shownFindings)
  if (findings.length === 0) return null
  return (
    <>
      <ul>
        {(whole ? findings : findings.slice(0, shownFindings)).map((finding, n) => (
          <Why
            key={`${finding.rule} ${finding.sentence}`}
            finding={finding}
            placed={placed}
            provable={provable}
            chosen={chosen === n}
            onEvidence={(place) => onEvidence(place, n)}
          />
        ))}
      </ul>
      {!whole && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {findings.length - shownFindings} more
        </Button>
      )}
      {provable !== null && placed && findings.some(({ severity }) => severity === 'fault') && (
        <OtherCause id={provable} placed={placed} />
      )}
    </>
  )
}

const severities = { fault: 'Cause', warning: 'Warning', info: 'Note' } as const

function Why({
  finding,
  placed,
  provable,
  chosen,
  onEvidence,
}: {
  finding: Finding
  placed: Placed | null
  provable: string | null
  chosen: boolean
  onEvidence: (place: Place) => void
}) {
  const { severity, sentence, next, remedy, evidence } = finding
  const steps = stepsFor(placed, finding)
  return (
    <li className={`why ${severity}`} aria-current={chosen || undefined}>
      <span className="why-label">{severities[severity]}</span>
      <div>
        <Foreign text={sentence} />{' '}
        {evidenceTexts(evidence, sentence).map((item) => {
          const place = placeOf(item)
          return place ? (
            <Button key={item.text} kind="quiet" onClick={() => onEvidence(place)}>
              {item.text}
            </Button>
          ) : (
            <span key={item.text} className="muted">
              <Foreign text={item.text} />{' '}
            </span>
          )
        })}
      </div>
      <span className="why-label">Next</span>
      <div className="why-next">
        <span>
          <Foreign text={withPlace(next, steps.length > 0 ? undefined : remedy)} />
        </span>
        {steps.map(({ name, run }) => (
          <Act key={name} run={run}>
            {name}
          </Act>
        ))}
        {provable !== null && finding.change && (
          <Prove id={provable} what={{ rule: finding.rule }} asks={asksCredentials(finding.change, placed)} />
        )}
      </div>
    </li>
  )
}

/** Those of a trunk are stored; of others none are kept. */
const asksCredentials = (change: Change, placed: Placed | null) =>
  change.what === 'digest' && change.to === 'on' && placed?.trunk === undefined

/** The sign over a call: while it goes on, an unknown verdict is one that is not due yet. */
function verdictSign(report: CallReport, view: CallView | undefined): Sign {
  const { verdict, outcome, status } = report
  const live = view !== undefined && view.state !== 'ended'
  if (live && outcome === 'in-progress') return { icon: 'live', tone: 'live', word: 'under way' }
  if (live && verdict.kind === 'unknown') return { icon: 'live', tone: 'live', word: 'answered' }
  if (isInterrupted(report, view)) return { icon: 'warning', tone: 'warning', word: 'interrupted' }
  if (outcome === 'in-progress') return { icon: 'unknown', tone: 'unknown', word: 'end unknown' }
  return signOf(outcome, verdict.kind, status?.code ?? null)
}

function sentenceOf(report: CallReport, view: CallView | undefined): string {
  const { verdict, outcome } = report
  const live = view !== undefined && view.state !== 'ended'
  if (isInterrupted(report, view) && (verdict.kind === 'unknown' || outcome === 'in-progress'))
    return 'Ringback was gone before the call ended: what came of it, and its audio, are unknown.'
  if (!live && outcome === 'in-progress') return 'Not answered as far as this was seen: what came of it is unknown.'
  return verdict.sentence
}
