import type { DtmfMode } from '../../../shared/model/dtmf.ts'

/** Why a session description cannot be agreed to; `text` is a sentence for the log, and for the Warning of a 488. */
export interface MediaRefusal {
  readonly refusal: string
  readonly text: string
}

/**
 * What a call needs of its media: the offer/answer model (RFC 3264) over session descriptions as text. Who implements
 * it opens and moves packets; the call says when. One of `offer`, `answer` and `answered` is under way at a time. Each
 * may take as long as it needs (candidates are gathered, a device opens): meanwhile the call may end, `close` comes
 * then, and what they give is not used. A rejection ends the call.
 */
export interface CallMedia {
  /**
   * A session description to offer (RFC 3264 5); the same terms again, with a higher version, when nothing has changed
   * (8). `from`: the local address that signalling leaves from now, an IP literal; media is to be at the same. Only
   * before an answer: another target may be reached from another one.
   */
  offer(from?: string): Promise<string>
  /** Answers an offer (RFC 3264 6); media follows it from then on. */
  answer(offer: string): Promise<{ readonly sdp: string } | MediaRefusal>
  /**
   * Takes in the answer to the last offer (RFC 3264 7), once more where a later response has another; null when media
   * can flow.
   */
  answered(answer: string): Promise<MediaRefusal | null>
  /**
   * The peer refused the last offer. Whether the next is another one that it may take: then how, a clause; null where
   * nothing is left to try.
   */
  offerOtherwise(): string | null
  /**
   * The peer gets what is sent to it: media may flow. `host`, an IP literal, is where its signalling comes from. As
   * often as one likes.
   */
  confirm(host?: string): void
  /** Hears, once, that nothing has come from the peer for as long as may be: the call is to end. */
  whenSilent(hear: () => void): void
  /** Sets what the next offer asks for: on hold it sends only (RFC 3264 8.4). */
  hold(on: boolean): void
  /** Queues digits. Returns why that cannot be done, a clause, or null. */
  sendDigits(digits: string, mode: Exclude<DtmfMode, 'info'>): string | null
  /** Ends it: nothing is sent or listened to any more (RFC 3261 15.1.1). As often as one likes. */
  close(): void
}
