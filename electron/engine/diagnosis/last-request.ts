import type { Micros } from '../../../shared/base/time.ts'
import type { MessageFact } from '../../../shared/model/facts.ts'
import type { Observation } from '../../../shared/model/wire.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { RequestFact, ResponseFact } from './messages.ts'

/** What a capture shows of a registration, or of another dialog without a call: how its last request ended. */
export interface LastRequestFacts {
  readonly now: Micros
  readonly messages: readonly MessageFact[]
  /** `REGISTER`, `OPTIONS`, `SUBSCRIBE`. */
  readonly method: string
  /** The last request of that method, each sending of it; null where none was captured. */
  readonly request: RequestFact | null
  readonly sendings: readonly MessageFact[]
  /** Its responses: any at all, and the final one. */
  readonly answered: boolean
  readonly final: ResponseFact | null
  /** The network said (ICMP) that nobody gets it. */
  readonly sentBack: Observation | null
}

const sequenceOf = ({ message }: MessageFact) => (message ? (messageIds(message).cseq?.number ?? 0) : 0)

/** `now`: how far it was recorded. */
export function lastRequestFacts(
  messages: readonly MessageFact[],
  observations: readonly Observation[],
  method: string,
  now: Micros,
): LastRequestFacts {
  const requests = messages.filter(
    (fact): fact is RequestFact => fact.message?.kind === 'request' && fact.message.method === method,
  )
  const responses = messages.filter(
    (fact): fact is ResponseFact =>
      fact.message?.kind === 'response' && (messageIds(fact.message).cseq?.method ?? method) === method,
  )
  const newest = requests.findLast(({ retransmissionOf }) => retransmissionOf === null) ?? null
  // Where no request was captured, the responses tell.
  const last = newest ? sequenceOf(newest) : Math.max(0, ...responses.map(sequenceOf))
  const own = responses.filter((fact) => sequenceOf(fact) === last)
  return {
    now,
    messages,
    method,
    request: requests.find((fact) => sequenceOf(fact) === last) ?? null,
    sendings: requests.filter((fact) => sequenceOf(fact) === last),
    answered: own.length > 0,
    sentBack: observations.find(({ kind }) => kind === 'connection-refused') ?? null,
    final: own.findLast(({ message }) => message.status >= 200) ?? null,
  }
}
