import { inBlock } from '../../../base/address.ts'
import { liveKitMatching } from '../../livekit.ts'
import { anyOf, type Step } from '../decision.ts'
import { trunkName, type Project, type Trunk } from './config.ts'

/** What a call is matched by. */
export interface Caller {
  /** The user part of From; empty where there is none. */
  readonly from: string
  readonly fromHost: string
  /** The user part of To, which is what counts as the called number; empty where there is none. */
  readonly to: string
  readonly sourceHost: string
}

export interface TrunkMatch {
  readonly steps: readonly Step[]
  readonly trunk: Trunk | null
  /** Several match, which the platform takes for a failure; a clause, null where that is not so. */
  readonly conflict: string | null
  /** A trunk has the called number, or any, and something else of it does not fit. */
  readonly near: boolean
}

/** The inbound trunk of a call: one that names the called number, else the one that names none. */
export function matchTrunk({ trunks }: Project, caller: Caller): TrunkMatch {
  const steps: Step[] = []
  const matching: Trunk[] = []
  let near = false
  for (const trunk of trunks) {
    const compared = compare(trunk, caller)
    steps.push(...compared.slice(0, compared.findIndex(({ holds }) => !holds) + 1 || compared.length))
    if (compared.every(({ holds }) => holds)) matching.push(trunk)
    else if (compared.at(-1)!.holds) near = true
  }
  const specific = matching.filter(({ numbers }) => numbers.length > 0)
  const found = specific.length > 0 ? specific : matching
  if (found.length < 2) return { steps, trunk: found[0] ?? null, conflict: null, near }
  const conflict = `${found.map(trunkName).join(' and ')} both match: only one may`
  return { steps, trunk: null, conflict, near }
}

/** The called number last: the other two are looked at before. */
function compare(trunk: Trunk, { from, fromHost, to, sourceHost }: Caller): Step[] {
  const of = (what: string, arrived: string, list: readonly string[], holds: boolean): Step => ({
    subject: `${trunkName(trunk)}: ${what}`,
    arrived,
    wanted: anyOf(list),
    holds,
    source: liveKitMatching,
  })
  const { allowedNumbers, numbers } = trunk
  const addresses = trunk.allowedAddresses.filter(isMask)
  const ignored = trunk.allowedAddresses.length - addresses.length
  const inList = addresses.length === 0 || addresses.some((mask) => mask === fromHost || inBlock(mask, sourceHost))
  const note = ignored > 0 ? ` (${ignored} that cannot be read count as if they were not there)` : ''
  const { wanted, ...where } = of('allowed addresses', sourceHost, addresses, inList)
  return [
    of('allowed numbers (From)', from, allowedNumbers, isListed(from, allowedNumbers)),
    { ...where, wanted: wanted + note },
    of('numbers (To)', to, numbers, isListed(to, numbers)),
  ]
}

const isListed = (number: string, list: readonly string[]) =>
  list.length === 0 || list.some((one) => one === number || normalized(one) === normalized(number))

/** What looks like no address and no name is not looked at. */
const isMask = (mask: string) => !/[()+*;, \t\n\r]/.test(mask) && !mask.includes('://')

/** With a plus and without what people write between digits; what is no number stays as it is. */
export function normalized(number: string): string {
  if (!/^\+?[\d\- ()]+$/.test(number)) return number
  const digits = number.replace(/[- ()]/g, '')
  return digits.startsWith('+') ? digits : `+${digits}`
}
