import { formatAddress, type Address } from '../../../../../shared/base/address.ts'
import { count } from '../../../../../shared/base/text.ts'

const mostNamed = 4

/** What came of an attempt that chose nothing. */
export interface Attempt {
  readonly seconds: number
  readonly candidates: readonly Address[]
  /** Of our checks. */
  readonly answers: number
  /** Checks of the peer's. */
  readonly requests: number
  readonly controlling: boolean
}

/** Why ICE has no address to use, a clause. */
export function silenceText({ seconds, candidates, answers, requests, controlling }: Attempt): string {
  const to =
    candidates.length === 0
      ? 'the peer names no address that could be tried'
      : candidates.slice(0, mostNamed).map(formatAddress).join(', ')
  if (requests === 0 && answers === 0)
    return `ICE found no way to the peer in ${seconds} s: nothing came from it, neither checks nor answers (${to})`
  const came = `${count(answers, 'answer')} to ours and ${count(requests, 'check')} of its own came`
  return controlling
    ? `ICE chose no address in ${seconds} s: ${came} (${to})`
    : `ICE has no address to use after ${seconds} s: ${came}, and the peer, which decides, chose none (${to})`
}

/** The peer no longer agrees to what it is sent (RFC 7675), a clause. */
export function consentText(to: Address, seconds: number): string {
  return (
    `${formatAddress(to)} has not answered ICE's checks for ${seconds} s: it no longer agrees to what it is sent, ` +
    'and nothing more is'
  )
}
