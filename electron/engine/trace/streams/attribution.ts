import type { Address } from '../../../../shared/base/address.ts'
import type { Micros } from '../../../../shared/base/time.ts'

/** A call as the session descriptions of all its messages announce its media. */
export interface Announcing {
  /** From its first message to its end; endless where that was not seen. */
  readonly from: Micros
  readonly until: Micros
  /** `host port` of every address that one of its session descriptions names. */
  readonly addresses: ReadonlySet<string>
}

/** A stream as far as its place is concerned. */
export interface Placed {
  readonly source: Address
  readonly destination: Address
  readonly firstAt: Micros
  readonly lastAt: Micros
}

export const addressKey = ({ host, port }: Address): string => `${host} ${port}`

/**
 * The calls that a stream belongs to, of those that announce one of its ends. All that announce both ends share it: the
 * legs of a call that passes its session descriptions on; and those that have two addresses in common with them: legs,
 * of which one learned later of a new address. Else those that announce where it goes to, else those that announce
 * where it comes from. Of calls at different times it belongs to those during which it runs; where it runs during none,
 * to the one that ended last before it.
 */
export function callsOf<Call extends Announcing>(stream: Placed, calls: readonly Call[]): Call[] {
  const [from, to] = [addressKey(stream.source), addressKey(stream.destination)]
  const during = calls.filter((call) => stream.firstAt <= call.until && stream.lastAt >= call.from)
  const found = best(during, from, to)
  if (found.length > 0) return found
  const last = best(calls, from, to)
    .filter((call) => call.until < stream.firstAt)
    .sort((a, b) => b.until - a.until)[0]
  return last ? [last] : best(calls, from, to).slice(0, 1)
}

function best<Call extends Announcing>(calls: readonly Call[], from: string, to: string): Call[] {
  const both = calls.filter(({ addresses }) => addresses.has(from) && addresses.has(to))
  if (both.length > 0) return calls.filter((call) => both.includes(call) || both.some((other) => areLegs(call, other)))
  const receiving = calls.filter(({ addresses }) => addresses.has(to))
  return receiving.length > 0 ? receiving : calls.filter(({ addresses }) => addresses.has(from))
}

function areLegs(a: Announcing, b: Announcing): boolean {
  let common = 0
  for (const key of a.addresses) if (b.addresses.has(key) && ++common === 2) return true
  return false
}
