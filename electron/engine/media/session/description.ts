import {
  directionOf,
  parseSdp,
  writeSdp,
  type MediaDescription,
  type SessionDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import type { MediaTransport } from '../transport/transport.ts'
import { isRefusal, makeAnswer, readAnswer, type Negotiated, type NotNegotiated } from './negotiate.ts'
import { makeOffer, type LocalMedia } from './offer.ts'
import type { MediaOptions } from './options.ts'

type DescribedOptions = Pick<MediaOptions, 'codecs' | 'encryption' | 'ptimeMs'>

/** Our side of the offers and answers of one call: what is written, and what it means. */
export class Descriptions {
  readonly #options: DescribedOptions
  readonly #transport: MediaTransport
  readonly #sessionId: string
  #version = 0
  /** The lines of our last description that was agreed to: each later one has them in their places. */
  #lines: readonly MediaDescription[] = []
  #offered: readonly MediaDescription[] = []
  #wanted = directionOf(true, true)

  constructor(options: DescribedOptions, transport: MediaTransport, sessionId: string) {
    this.#options = options
    this.#transport = transport
    this.#sessionId = sessionId
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
    return { sdp: writeSdp(result.answer), negotiated: result.negotiated }
  }

  answered(text: string): Negotiated | NotNegotiated {
    const answer = read(text)
    if (isRefusal(answer)) return answer
    const result = readAnswer(answer, this.#local('offered'))
    if (!isRefusal(result)) this.#lines = this.#offered
    return result
  }

  #local(description: 'offer' | 'answer' | 'offered'): LocalMedia {
    return {
      codecs: this.#options.codecs,
      encryption: this.#options.encryption,
      address: this.#transport.local,
      direction: this.#wanted,
      ptimeMs: this.#options.ptimeMs,
      sessionId: this.#sessionId,
      version: this.#version,
      srtpMaster: this.#transport.key(description),
    }
  }
}

function read(text: string): SessionDescription | NotNegotiated {
  const parsed = parseSdp(text)
  return typeof parsed === 'string' ? { refusal: 'unreadable', text: parsed } : parsed
}
