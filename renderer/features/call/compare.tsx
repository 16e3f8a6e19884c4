import { useMemo } from 'react'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import { useReport, type Looked } from '../../state/reports.ts'
import { compareWith, select } from '../../state/ui.ts'
import { Button, Fault, Foreign, Icon } from '../../ui/controls.tsx'
import { Loading } from '../../ui/loading.tsx'
import { Head } from './head.tsx'
import { comparedFacts } from './compared.ts'
import { factsOf, methodOf } from '../../../shared/shown/message-facts.ts'
import { Verdict } from './verdict.tsx'
import './compare.css'

/** Two calls side by side: which they are, what came of them, and where they differ. */
export function Compare({ ids: [one, other] }: { ids: readonly [string, string] }) {
  const left = useReport(one)
  const right = useReport(other)
  const facts = useMemo(
    () => (left.report && right.report ? comparedFacts(left.report, right.report) : []),
    [left.report, right.report],
  )
  const invites = useMemo(() => {
    const [a, b] = [left.report, right.report].map((report) => {
      const invite = report?.messages.find((message) => methodOf(message) === 'INVITE')
      return invite ? factsOf(invite).message : null
    })
    return a && b ? compareMessages(a, b).filter(({ name }) => !ofEveryCall.has(name.toLowerCase())) : []
  }, [left.report, right.report])
  const differ = facts.filter(({ same }) => !same).length
  return (
    <section className="compare" aria-label="Two calls compared">
      <div className="compare-head">
        <Button onClick={() => compareWith(null)}>
          <Icon name="close" /> Close the comparison
        </Button>
        <span role="status" className="muted">
          {facts.length > 0 && `${differ} of ${facts.length} facts differ`}
        </span>
      </div>
      <div className="compare-calls">
        {[left, right].map((looked, i) => (
          <One key={i} looked={looked} id={i === 0 ? one : other} which={i === 0 ? 'first' : 'second'} />
        ))}
      </div>
      {facts.length > 0 && (
        <table className="numbers">
          <thead>
            <tr>
              <th>fact</th>
              <th>first call</th>
              <th>second call</th>
            </tr>
          </thead>
          <tbody>
            {facts.map(({ name, left: a, right: b, same }) => (
              <tr key={name} className={same ? 'muted' : 'differs'}>
                <th>
                  {!same && <span className="hidden">differs: </span>}
                  {name}
                </th>
                <td>
                  <Foreign text={a} />
                </td>
                <td>
                  <Foreign text={b} />
                </td>
              </tr>
            ))}
            {invites.map(({ name, before, after }, i) => (
              <tr key={`invite ${i}`} className="differs">
                <th>
                  INVITE: <Foreign text={name} />
                </th>
                <td className="mono">{before === null ? 'not there' : <Foreign text={before} />}</td>
                <td className="mono">{after === null ? 'not there' : <Foreign text={after} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** Differ in every two calls, whatever is wrong with one. */
const ofEveryCall = new Set([
  'via',
  'call-id',
  'cseq',
  'content-length',
  'date',
  'o',
  'authorization',
  'proxy-authorization',
])

function One({ looked: { report, view, fault }, id, which }: { looked: Looked; id: string; which: string }) {
  return (
    <article>
      {fault !== null && <Fault text={fault} />}
      {fault === null && !report && <Loading what={`the ${which} call`} />}
      {report && (
        <>
          <Head report={report} view={view} />
          <Verdict
            report={report}
            view={view}
            label={`Verdict of the ${which} call`}
            chosen={null}
            onEvidence={() => select(id)}
          />
          <Button onClick={() => select(id)}>Open the {which} call</Button>
        </>
      )}
    </article>
  )
}
