import type { RefusedBy } from '../model/refused-by.ts'

/** A cause of ITU-T Q.850, as `Reason: Q.850;cause=` carries it (RFC 3326). */
interface Cause {
  /** A clause. */
  readonly meaning: string
  readonly refusedBy: RefusedBy
  readonly next: string
}

const capacity = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'capacity',
  next: 'Call again later and slower: check the limits of the trunk; the telephone network behind it has no room.',
})
const number = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'number',
  next: 'Check the number and the form that it is written in, with + and the country code or without.',
})
const callee = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'callee',
  next: 'Call again later, or another number of the called party.',
})
const routing = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'routing',
  next: 'Ask the provider of the trunk: the fault is in the network behind it. Give the Call-ID and the time.',
})
const media = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'media',
  next: 'Call again offering PCMU and PCMA in clear: the telephone network behind the trunk wants plain speech.',
})
const barred = (meaning: string): Cause => ({
  meaning,
  refusedBy: 'provider',
  next: 'Ask the provider of the trunk what this account may call.',
})

/** Those that say why; 16, 21, 31 and 127 say nothing of a refusal that its status does not. */
const causes: Readonly<Record<number, Cause>> = {
  1: number('the number is not assigned to anybody'),
  2: routing('there is no route to the network'),
  3: routing('there is no route to the destination'),
  17: callee('the called party is busy'),
  18: callee('nothing of the called party responds'),
  19: callee('the called party was alerted and did not answer'),
  20: callee('the called party is absent: its phone is off or out of reach'),
  22: number('the number has changed'),
  25: routing('the call ran in a loop of the routing'),
  26: callee('the call was answered elsewhere'),
  27: routing('the destination is out of order'),
  28: number('the number is incomplete or in a wrong format'),
  29: barred('a facility of the call is rejected'),
  34: capacity('no circuit is free'),
  38: capacity('the network is out of order'),
  41: capacity('a temporary failure of the network'),
  42: capacity('the switching equipment is congested'),
  44: capacity('the circuit that was asked for is not available'),
  47: capacity('a resource is not available'),
  50: barred('the facility is not subscribed to'),
  55: barred('incoming calls are barred'),
  57: barred('this kind of call is not authorised'),
  58: capacity('this kind of call is not available at present'),
  65: media('this kind of call is not implemented'),
  79: media('the service is not implemented'),
  88: media('the destination is not compatible'),
  102: routing('a timer of the network ran out'),
}

/** What a cause of Q.850 says of a refusal; null for those that say nothing, and those that are not known. */
export function causeOfQ850(code: number): Cause | null {
  return (Object.hasOwn(causes, code) && causes[code]) || null
}
