import { offeredSuites, srtpSuites, type EncryptionForm, type SrtpSuite } from '../../../../shared/model/encryption.ts'
import {
  directionOf,
  parseSdp,
  writeSdp,
  type MediaDescription,
  type SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import type { MediaTransport } from '../transport/transport.ts'
import { isRefusal, makeAnswer, readAnswer, type Negotiated, type NotNegotiated } from './negotiate.ts'
import { makeOffer, refused, type LocalMedia } from './offer.ts'
import type { MediaOptions } from './options.ts'

const formWords: Readonly<Record<EncryptionForm, string>> = {
  'one-line': 'media encryption as RTP/AVP with a=crypto',
  'two-lines': 'media encryption as RTP/SAVP beside RTP/AVP',
}

type DescribedOptions = Pick<
  MediaOptions,
  'codecs' | 'encryption' | 'form' | 'suites' | 'ptimeMs' | 'formTaken' | 'rtcpXr'
>

/** Our side of the offers and answers of one call: what is written, and what it means. */
export class Descriptions {
  readonly #options: DescribedOptions
  readonly #transport: MediaTransport
  readonly #sessionId: string
  #version = 0
  /** The lines of our last description that was agreed to: each later one has them in their places. */
  #lines: readonly MediaDescription[] = []
  #offered: readonly MediaDescription[] = []
  #form: EncryptionForm
  /** The peer refused the other form. */
  #changed = false
  /** The suite that was agreed on last: the peer has it, and may have no other. */
  #suite: SrtpSuite | null = null
  #wanted = directionOf(true, true)

  constructor(options: DescribedOptions, transport: MediaTransport, sessionId: string) {
    this.#options = options
    this.#transport = transport
    this.#sessionId = sessionId
    this.#form = options.form ?? 'one-line'
  }

  /**
   * The peer refused an offer: where encryption is allowed and was offered in one form only, the next has the other.
   * Returns how that is, a clause, or null.
   */
  offerOtherwise(): string | null {
    if (this.#options.encryption !== 'allowed' || this.#changed) return null
    this.#changed = true
    this.#form = this.#form === 'one-line' ? 'two-lines' : 'one-line'
    return formWords[this.#form]
  }

  /** What the next offer asks for: hold sends but does not receive (RFC 3264 8.4). */
  hold(on: boolean): void {
    this.#wanted = directionOf(true, !on)
  }

  /** Each offer counts the version up (RFC 3264 8). */
  offer(): string {
    this.#version++
    const offer = makeOffer(this.#local('offer'), this.#lines)
    this.#offered = offer.media
    return writeSdp(offer)
  }

  answer(text: string): { readonly sdp: string; readonly negotiated: Negotiated } | NotNegotiated {
    const offer = read(text)
    if (isRefusal(offer)) return offer
    this.#version++
    const result = makeAnswer(offer, this.#local('answer'))
    if (isRefusal(result)) return result
    this.#lines = result.answer.media
    this.#suite = result.negotiated.crypto?.suite ?? null
    return { sdp: writeSdp(result.answer), negotiated: result.negotiated }
  }

  answered(text: string): Negotiated | NotNegotiated {
    const answer = read(text)
    if (isRefusal(answer)) return answer
    const result = readAnswer(answer, this.#offered, this.#local('offered'))
    if (isRefusal(result)) {
      // Another offer after it has the same lines.
      if (this.#lines.length === 0) this.#lines = this.#offered.map(refused)
      return result
    }
    if (this.#changed && this.#lines.every(({ port }) => port === 0)) this.#options.formTaken?.(this.#form)
    // Where two lines were offered, one is used.
    this.#lines = this.#offered.map((m, i) => (i === result.index ? m : refused(m)))
    this.#suite = result.negotiated.crypto?.suite ?? null
    return result.negotiated
  }

  /** An offer begins with the suite that is in use. */
  #suites(description: 'offer' | 'answer' | 'offered'): readonly SrtpSuite[] {
    const suites = this.#options.suites ?? (description === 'answer' ? srtpSuites : offeredSuites)
    const used = description === 'offer' ? this.#suite : null
    return used === null ? suites : [used, ...suites.filter((suite) => suite !== used)]
  }

  #local(description: 'offer' | 'answer' | 'offered'): LocalMedia {
    return {
      codecs: this.#options.codecs,
      encryption: this.#options.encryption,
      form: this.#form,
      suites: this.#suites(description),
      address: this.#transport.local,
      direction: this.#wanted,
      ptimeMs: this.#options.ptimeMs,
      rtcpXr: this.#options.rtcpXr,
      sessionId: this.#sessionId,
      version: this.#version,
      keys: this.#transport.keys(description),
      dtls: this.#transport.describe ? (ufrag) => this.#transport.describe!(ufrag) : undefined,
    }
  }
}

function read(text: string): SessionDescription | NotNegotiated {
  const parsed = parseSdp(text)
  return typeof parsed === 'string' ? { refusal: 'unreadable', text: parsed } : parsed
}
