import type { Micros } from '../../../shared/base/time.ts'
import type { MessageFact } from '../../../shared/model/facts.ts'
import { messageIds } from '../../../shared/wire/sip/grammar.ts'
import type { SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'

/** What a capture shows of one registration: what counts is how its last REGISTER ended. */
export interface RegistrationFacts {
  readonly now: Micros
  readonly messages: readonly MessageFact[]
  /** The last REGISTER, each sending of it; null where none was captured. */
  readonly request: (MessageFact & { readonly message: SipRequest }) | null
  readonly sendings: readonly MessageFact[]
  /** Its responses: any at all, and the final one. */
  readonly answered: boolean
  readonly final: (MessageFact & { readonly message: SipResponse }) | null
}

type RequestFact = MessageFact & { readonly message: SipRequest }
type ResponseFact = MessageFact & { readonly message: SipResponse }

const sequenceOf = ({ message }: MessageFact) => (message ? (messageIds(message).cseq?.number ?? 0) : 0)

export function registrationFacts(messages: readonly MessageFact[], now: Micros): RegistrationFacts {
  const requests = messages.filter(
    (fact): fact is RequestFact => fact.message?.kind === 'request' && fact.message.method === 'REGISTER',
  )
  const responses = messages.filter((fact): fact is ResponseFact => fact.message?.kind === 'response')
  const newest = requests.findLast(({ retransmissionOf }) => retransmissionOf === null) ?? null
  // Where no request was captured, the responses tell.
  const last = newest ? sequenceOf(newest) : Math.max(0, ...responses.map(sequenceOf))
  const own = responses.filter((fact) => sequenceOf(fact) === last)
  return {
    now,
    messages,
    request: requests.find((fact) => sequenceOf(fact) === last) ?? null,
    sendings: requests.filter((fact) => sequenceOf(fact) === last),
    answered: own.length > 0,
    final: own.findLast(({ message }) => message.status >= 200) ?? null,
  }
}
