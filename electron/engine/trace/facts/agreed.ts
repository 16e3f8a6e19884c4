import { formatAddress } from '../../../../shared/base/address.ts'
import { decodeText } from '../../../../shared/base/text.ts'
import type { AgreedMedia, MessageFact } from '../../../../shared/model/facts.ts'
import {
  audioOf,
  directionOf,
  parseSdp,
  receives,
  reverse,
  sends,
  type MediaDescription,
} from '../../../../shared/wire/sdp/sdp.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'
import { header } from '../../../../shared/wire/sip/message.ts'

interface Described {
  readonly fact: MessageFact
  readonly media: MediaDescription
}

function audioIn(fact: MessageFact): Described | null {
  const { message } = fact
  if (!message || message.body.length === 0 || !/sdp/i.test(header(message, 'content-type') ?? '')) return null
  const sdp = parseSdp(decodeText(message.body))
  const media = typeof sdp === 'string' ? null : (audioOf(sdp) ?? sdp.media.find((m) => m.kind === 'audio'))
  return media ? { fact, media } : null
}

/** Offers that wait for their answer, by method and number. */
export interface Negotiation {
  readonly offers: Map<string, Described>
  readonly lateOffers: Map<number, Described>
}

/**
 * Takes in the next message: request and response complete an offer and answer, or 2xx and ACK when the INVITE carried
 * no offer.
 */
export function negotiate({ offers, lateOffers }: Negotiation, agreed: AgreedMedia[], fact: MessageFact): void {
  const { message } = fact
  const described = message && audioIn(fact)
  const cseq = message && messageIds(message).cseq
  if (!described || !cseq) return
  const key = `${cseq.method} ${cseq.number}`
  if (message.kind === 'request' && message.method === 'ACK') {
    const offer = lateOffers.get(cseq.number)
    if (offer) agree(agreed, offer, described)
  } else if (message.kind === 'request') offers.set(key, described)
  else if (message.status < 300) {
    const offer = offers.get(key)
    if (offer) agree(agreed, offer, described)
    else if (message.status >= 200) lateOffers.set(cseq.number, described)
  }
}

function agree(agreed: AgreedMedia[], offer: Described, answer: Described): void {
  const [ours, theirs] = offer.fact.fromUs ? [offer, answer] : [answer, offer]
  const format = answer.media.formats.find(({ codec }) => codec.toLowerCase() !== 'telephone-event')
  if (!format || answer.media.port === 0) return
  const allowed = reverse(theirs.media.direction)
  const secure = answer.media.protocol.includes('SAVP') || answer.media.crypto.length > 0
  const next: AgreedMedia = {
    codec: format.codec,
    payloadType: format.payloadType,
    clockRateHz: format.clockRateHz,
    ptimeMs: answer.media.ptimeMs ?? 20,
    encryption: answer.media.protocol.startsWith('UDP/TLS') ? 'dtls' : secure ? 'sdes' : 'none',
    direction: directionOf(
      sends(allowed) && sends(ours.media.direction),
      receives(allowed) && receives(ours.media.direction),
    ),
    local: formatAddress({ host: ours.media.address ?? '0.0.0.0', port: ours.media.port }),
    remote: formatAddress({ host: theirs.media.address ?? '0.0.0.0', port: theirs.media.port }),
    since: answer.fact.event.at,
    offerMessage: offer.fact.n,
    answerMessage: answer.fact.n,
  }
  const last = agreed.at(-1)
  // A 200 repeats what its 183 said: the same agreement, not a second one.
  if (last && last.offerMessage === next.offerMessage)
    agreed[agreed.length - 1] = same(last, next) ? { ...next, since: last.since } : next
  else agreed.push(next)
}

function same(a: AgreedMedia, b: AgreedMedia): boolean {
  return (
    a.codec === b.codec &&
    a.local === b.local &&
    a.remote === b.remote &&
    a.direction === b.direction &&
    a.encryption === b.encryption
  )
}
