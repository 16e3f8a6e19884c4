import { liveKitMatching } from '../../livekit.ts'
import { anyOf, type Step } from '../decision.ts'
import { kindOf, ruleName, trunkName, type Project, type Rule, type Trunk } from './config.ts'
import { normalized, type Caller } from './trunk.ts'

export interface RuleMatch {
  readonly steps: readonly Step[]
  readonly rule: Rule | null
  /** Two rules are for the same, which the platform takes for a failure; a clause. */
  readonly conflict: string | null
}

/**
 * The dispatch rule of a call. `pin`: what was dialled, empty for # alone, null while nothing was. Rules that name the
 * trunk go before those that name none; among those direct before individual before callee, with a pin before without,
 * with numbers before without.
 */
export function matchRule({ rules }: Project, trunk: Trunk, caller: Caller, pin: string | null): RuleMatch {
  const conflict = conflictOf(rules)
  if (conflict !== null) return { steps: [], rule: null, conflict }
  const steps: Step[] = []
  const matching: Rule[] = []
  for (const rule of rules) {
    const compared = compare(rule, trunk, caller, pin)
    steps.push(...compared.slice(0, compared.findIndex(({ holds }) => !holds) + 1 || compared.length))
    if (compared.every(({ holds }) => holds)) matching.push(rule)
  }
  const specific = matching.filter(({ trunkIds }) => trunkIds.length > 0)
  const [rule = null, ...others] = (specific.length > 0 ? specific : matching).toSorted(byPriority)
  const passed = [...others, ...(specific.length > 0 ? matching.filter((one) => !specific.includes(one)) : [])]
  if (rule && passed.length > 0)
    steps.push({
      subject: 'which rule goes first',
      arrived: passed.map(ruleName).join(', '),
      wanted: ruleName(rule),
      holds: true,
      source: liveKitMatching,
    })
  return { steps, rule, conflict: null }
}

function compare(rule: Rule, trunk: Trunk, { from, to }: Caller, pin: string | null): Step[] {
  const { inboundNumbers, numbers, trunkIds } = rule
  const step = (what: string, arrived: string, wanted: string, holds: boolean): Step => ({
    subject: `${ruleName(rule)}: ${what}`,
    arrived,
    wanted,
    holds,
    source: liveKitMatching,
  })
  const asIs = (list: readonly string[], number: string) => list.length === 0 || list.includes(number)
  const id = trunk.sipTrunkId === '' ? `${trunkName(trunk)}, whose file names no sip_trunk_id` : trunk.sipTrunkId
  return [
    step('inbound numbers (From, as written)', from, anyOf(inboundNumbers), asIs(inboundNumbers, from)),
    step('numbers (To, as written)', to, anyOf(numbers), asIs(numbers, to)),
    ...(pin === null ? [] : [pinStep(step, kindOf(rule).pin, pin)]),
    step('trunks', id, anyOf(trunkIds), trunkIds.length === 0 || trunkIds.includes(trunk.sipTrunkId)),
  ]
}

/** Neither pin is shown. */
function pinStep(step: (...args: [string, string, string, boolean]) => Step, wanted: string, pin: string): Step {
  const arrived = pin === '' ? 'none, # alone' : 'a pin'
  return step('pin', arrived, wanted === '' ? 'none' : 'the pin of the rule', wanted === pin)
}

const kinds = ['direct', 'individual', 'callee'] as const

/** The smaller goes first. */
function priority(rule: Rule): number {
  const { kind, pin } = kindOf(rule)
  const penalties = [rule.inboundNumbers, rule.numbers].filter((list) => list.length === 0).length
  return kinds.indexOf(kind) + (pin === '' ? 100 : 0) + penalties * 1000
}

function byPriority(a: Rule, b: Rule): number {
  const [rooms, order] = [[kindOf(a).room, kindOf(b).room], priority(a) - priority(b)]
  return order === 0 ? (rooms[0]! < rooms[1]! ? -1 : rooms[0]! > rooms[1]! ? 1 : 0) : order
}

/** Two rules for the same trunk, numbers and pin. */
function conflictOf(rules: readonly Rule[]): string | null {
  for (const [i, rule] of rules.entries()) {
    const other = rules.slice(0, i).find((one) => isForTheSame(one, rule))
    if (other)
      return `${ruleName(other)} and ${ruleName(rule)} are for the same trunk, numbers and pin: only one may be`
  }
  return null
}

function isForTheSame(a: Rule, b: Rule): boolean {
  const share = (one: readonly string[], two: readonly string[]) => {
    const known = new Set(one.length === 0 ? [''] : one.map(normalized))
    return (two.length === 0 ? [''] : two).some((item) => known.has(normalized(item)))
  }
  return (
    kindOf(a).pin === kindOf(b).pin &&
    share(a.trunkIds, b.trunkIds) &&
    share(a.inboundNumbers, b.inboundNumbers) &&
    share(a.numbers, b.numbers)
  )
}

/** The room that the rule puts the caller in; `random` follows where the platform makes a name unique. */
export function roomOf(rule: Rule, { from, to }: Caller, random: string): string {
  const { rule: kinds, hidePhoneNumber } = rule
  const shown = hidePhoneNumber ? from.slice(from.length <= 4 ? -1 : -4) : from
  const named = (prefix: string, number: string) => (prefix === '' ? number : `${prefix}_${number}`)
  if (kinds.dispatchRuleIndividual) {
    const { roomPrefix, noRandomness } = kinds.dispatchRuleIndividual
    return named(roomPrefix, shown) + (noRandomness ? '' : `_${random}`)
  }
  if (kinds.dispatchRuleCallee) {
    const { roomPrefix, randomize } = kinds.dispatchRuleCallee
    return named(roomPrefix, to) + (randomize ? `_${random}` : '')
  }
  return kinds.dispatchRuleDirect!.roomName
}
