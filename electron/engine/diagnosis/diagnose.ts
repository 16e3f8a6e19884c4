import type { Finding } from '../../../shared/contract/report.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { judge } from './directions.ts'
import type { LastRequestFacts } from './last-request.ts'
import { refusal, toFinding, type Found, type Need, type Rule } from './rule.ts'
import { dialogRules, registrationRules, rules } from './rules/index.ts'

/** More findings of one rule say nothing new. */
const mostOfRule = 50

const order = { fault: 0, warning: 1, info: 2 } as const

/** What is wrong with a call, most serious first; a cause silences its consequences. */
export const diagnose = (facts: CallFacts): Finding[] => findingsOf(rulesFor(facts), facts)

/** The rules that may speak of a call: those that need what it has. */
export function rulesFor(facts: CallFacts): Rule[] {
  const has: Readonly<Record<Need, boolean>> = {
    observations: facts.observations.length > 0,
    refusal: refusal(facts) !== null,
    judgement: judge(facts)?.ready ?? false,
    streams: facts.streams.length > 0,
    repetitions: facts.messages.some(({ retransmissionOf }) => retransmissionOf !== null),
  }
  return rules.filter(({ needs }) => needs === undefined || has[needs])
}

/** What is wrong with a registration, as for a call. */
export const diagnoseRegistration = (facts: LastRequestFacts): Finding[] => findingsOf(registrationRules, facts)

/** What is wrong with OPTIONS, SUBSCRIBE and other dialogs without a call. */
export const diagnoseDialog = (facts: LastRequestFacts): Finding[] => findingsOf(dialogRules, facts)

function findingsOf<Facts>(rules: readonly Rule<Facts>[], facts: Facts): Finding[] {
  const found: { id: string; finding: Found }[] = []
  const silenced = new Set<string>()
  for (const rule of rules) {
    const results = rule.evaluate(facts)
    if (results.length > 0) for (const id of rule.silences ?? []) silenced.add(id)
    // A message that passes several hops breaks a rule once.
    for (const finding of results.slice(0, mostOfRule))
      if (!found.some((known) => known.id === rule.id && known.finding.sentence === finding.sentence))
        found.push({ id: rule.id, finding })
  }
  if (found.length === 0) return []
  return found
    .filter(({ id }) => !silenced.has(id))
    .sort((a, b) => order[a.finding.severity] - order[b.finding.severity] || a.finding.at - b.finding.at)
    .map(({ id, finding }) => toFinding(id, finding))
}
