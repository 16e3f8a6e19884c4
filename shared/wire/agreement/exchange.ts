import { rackOf, rseqOf } from '../sip/numbers.ts'
import { messageIds } from '../sip/grammar.ts'
import type { SipMessage, SipRequest, SipResponse } from '../sip/message.ts'
import type { SessionDescription } from '../sdp/sdp.ts'

/** A session description and the message that carried it, as its reader knows messages. */
export interface Described<Ref> {
  readonly session: SessionDescription
  readonly ref: Ref
}

/** An offer that has its answer. */
export interface Exchange<Ref> {
  /** The To tag of the called side: its early or confirmed dialog; '' where the response had none. */
  readonly branch: string
  /** Null where the capture began after it. */
  readonly offer: Described<Ref> | null
  readonly answer: Described<Ref>
  /** An unreliable provisional response: what it says may be said otherwise by the 2xx. */
  readonly preview: boolean
}

/** More than a call has under way at once; the oldest make room. */
const most = 256

/**
 * Pairs the offers and answers of one call (RFC 3264, RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5): in INVITE and its
 * responses for each To tag, in a reliable response and PRACK, in 2xx and ACK, in UPDATE, PRACK and re-INVITE. It takes
 * messages in their order, without those that are sent again.
 */
export class OfferAnswer<Ref> {
  #callerTag: string | null = null
  /** Requests that may carry an offer: null where they carry none. */
  readonly #requests = new Map<string, Described<Ref> | null>()
  /** Offers in responses, by the INVITE and the branch. */
  readonly #inResponses = new Map<string, Described<Ref>>()
  /** What a branch said in answer to an offer, by the request and the branch; reliable answers hold. */
  readonly #answered = new Map<string, { readonly answer: Described<Ref>; readonly final: boolean }>()

  /** What the message completes; null for nothing. `session`: what it carries, null for none that can be read. */
  take(message: SipMessage, session: SessionDescription | null, ref: Ref): Exchange<Ref> | null {
    const { cseq, fromTag } = messageIds(message)
    if (!cseq) return null
    if (message.kind === 'request' && message.method === 'INVITE') this.#callerTag ??= fromTag
    const described = session && { session, ref }
    return message.kind === 'request'
      ? this.#request(message, cseq.number, described)
      : this.#response(message, cseq.method, cseq.number, described)
  }

  #request(message: SipRequest, number: number, described: Described<Ref> | null): Exchange<Ref> | null {
    const branch = this.#branchOf(message)
    const { method } = message
    if (method === 'ACK') return this.#answerOf(this.#name(message, 'INVITE', number), branch, described)
    if (method === 'PRACK') {
      const invite = this.#name(message, 'INVITE', rackOf(message)?.sequence ?? number)
      const answer = this.#answerOf(invite, branch, described)
      if (answer) return answer
    }
    if (method === 'INVITE' || method === 'UPDATE' || method === 'PRACK')
      remember(this.#requests, this.#name(message, method, number), described)
    return null
  }

  /** The offer of a response gets its answer in the ACK or the PRACK. */
  #answerOf(invite: string, branch: string, answer: Described<Ref> | null): Exchange<Ref> | null {
    const key = `${invite} ${branch}`
    const offer = this.#inResponses.get(key)
    if (!offer || !answer) return null
    this.#inResponses.delete(key)
    remember(this.#answered, key, { answer, final: true })
    return { branch, offer, answer, preview: false }
  }

  #response(
    message: SipResponse,
    method: string,
    number: number,
    described: Described<Ref> | null,
  ): Exchange<Ref> | null {
    const { status } = message
    if (status <= 100 || (method !== 'INVITE' && method !== 'UPDATE' && method !== 'PRACK')) return null
    const name = this.#name(message, method, number)
    if (status >= 300) {
      this.#requests.delete(name)
      return null
    }
    const branch = this.#branchOf(message)
    const request = this.#requests.get(name)
    if (!described) return status >= 200 ? this.#fromUntagged(name, branch, request ?? null) : null
    const reliable = status >= 200 || rseqOf(message) !== null
    const key = `${name} ${branch}`
    const before = this.#answered.get(key)
    // What is said again after it holds, or after an UPDATE changed it, is no news.
    if (before && (before.final || saysTheSame(before.answer.session, described.session))) {
      if (reliable) remember(this.#answered, key, { answer: before.answer, final: true })
      return null
    }
    if (request) {
      remember(this.#answered, key, { answer: described, final: reliable })
      return { branch, offer: request, answer: described, preview: !reliable }
    }
    if (method === 'INVITE') remember(this.#inResponses, key, described)
    // Of a request that was not seen it may be the answer.
    return request === undefined && status >= 200 ? { branch, offer: null, answer: described, preview: false } : null
  }

  /** A 2xx without a session description stands on what a response without To tag said. */
  #fromUntagged(name: string, branch: string, offer: Described<Ref> | null): Exchange<Ref> | null {
    const said = this.#answered.get(`${name} `)
    if (!said || !offer || this.#answered.has(`${name} ${branch}`)) return null
    return { branch, offer, answer: said.answer, preview: false }
  }

  #name(message: SipMessage, method: string, number: number): string {
    return `${messageIds(message).fromTag ?? ''} ${method} ${number}`
  }

  /** The tag of the called side. */
  #branchOf(message: SipMessage): string {
    const { fromTag, toTag } = messageIds(message)
    return (fromTag === this.#callerTag || this.#callerTag === null ? toTag : fromTag) ?? ''
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) map.delete(map.keys().next().value!)
}

function saysTheSame(a: SessionDescription, b: SessionDescription): boolean {
  return JSON.stringify(a.media) === JSON.stringify(b.media)
}
