import { makeHeader, type SipHeader } from '../../../../shared/wire/sip/message.ts'
import type { ServerTransaction } from '../../sip/transaction/server.ts'
import type { Dialog } from '../dialog.ts'
import type { CallMedia, MediaRefusal } from '../media.ts'
import { sendAck } from './ack.ts'
import { bye, byeToGone } from './bye.ts'
import type { Call } from './call.ts'
import { allowed, contactHeader, retryAfter, sdpOf, sdpType, warning } from './headers.ts'
import { inDialog, isGone, type Outcome } from './in-dialog.ts'
import { collision } from './negotiation.ts'

const notAnswered = 'the call is not answered'
const underWay = 'another change of the media is under way'
const over = 'the call has ended'
/** A 2xx without an answer: what was agreed before holds, though the session is refreshed (RFC 4028 7.4). */
export const unanswered = 'the peer agreed without a session description: nothing has changed'

// Ours.

/** Asks the peer to be on hold, or no longer. Resolves to null, or why it did not agree. */
export async function hold(call: Call, on: boolean): Promise<string | null> {
  const { media, negotiation } = call
  if (!media) return 'the call has no media'
  if (!call.is('answered')) return notAnswered
  if (negotiation.state !== 'stable') return underWay
  media.hold(on)
  const fault = await reoffer(call)
  if (fault === null) negotiation.held = on
  // The next offer, whatever it is for, must not change what was not agreed.
  else media.hold(negotiation.held)
  return fault
}

/**
 * Offers the media again (RFC 3261 14.1, RFC 3311), once more after 491. Resolves to null, or why the peer did not
 * agree.
 */
export async function reoffer(
  call: Call,
  method: 'INVITE' | 'UPDATE' = 'INVITE',
  retry = true,
): Promise<string | null> {
  const { media, negotiation, deps } = call
  if (!media || !call.is('answered')) return notAnswered
  if (!negotiation.step('make-offer')) return underWay
  const offer = await negotiation.waitFor(media.offer())
  if (!call.is('answered')) return over
  negotiation.step('offer-sent')
  const outcome = await sendOffer(call, method, offer)
  if (!call.is('answered')) return over
  if (outcome.kind === 'response' && outcome.response.status < 300) {
    call.timer.granted(outcome.response)
    const sdp = sdpOf(outcome.response)
    negotiation.step(sdp === null ? 'rolled-back' : 'answer-received')
    if (sdp === null) return unanswered
    const refused = await negotiation.waitFor(media.answered(sdp))
    negotiation.step(refused ? 'rolled-back' : 'settled')
    return refused?.text ?? null
  }
  negotiation.step('rolled-back')
  if (outcome.kind === 'response' && outcome.response.status === 491 && retry) {
    // RFC 3261 14.1: the owner of the Call-ID waits longer.
    await new Promise<void>((resolve) => void deps.clock.after(2100 + (deps.random.uint32() % 1900), resolve))
    return reoffer(call, method, false)
  }
  if (isGone(outcome)) byeToGone(call, outcome)
  if (outcome.kind === 'failed') return 'the peer did not answer'
  return `the peer answered ${outcome.response.status} ${outcome.response.reason}`
}

/** Each 2xx is acknowledged, a repeated one again. */
function sendOffer(call: Call, method: 'INVITE' | 'UPDATE', offer: string): Promise<Outcome> {
  return new Promise((resolve) =>
    inDialog(call, {
      method,
      headers: [sdpType, ...call.timer.headers()],
      body: offer,
      done(outcome) {
        const { dialog } = call
        if (dialog && outcome.kind === 'response' && outcome.response.status < 300) {
          dialog.refreshTarget(outcome.response)
          if (method === 'INVITE') sendAck(call, dialog, outcome.sequence)
        }
        resolve(outcome)
      },
    }),
  )
}

// The peer's.

/** A re-INVITE (RFC 3261 14.2) or an UPDATE (RFC 3311 5.2) of the peer's. */
export function receiveOffer(
  call: Call,
  dialog: Dialog,
  transaction: ServerTransaction,
  method: 'INVITE' | 'UPDATE',
): void {
  const { request } = transaction
  const { media, negotiation, deps } = call
  const offer = sdpOf(request)
  const unready = (method === 'INVITE' && !call.is('answered')) || (offer !== null && !media)
  const refusal = call.is('ending') ? 491 : (collision(negotiation.state, method, offer !== null) ?? (unready && 500))
  if (refusal) return call.reply(transaction, refusal, { headers: refusal === 500 ? [retryAfter(deps.random)] : [] })
  dialog.refreshTarget(request)
  const tooShort = call.timer.tooShort(request)
  if (tooShort !== null) return call.reply(transaction, 422, { headers: [makeHeader('Min-SE', String(tooShort))] })
  // UPDATE without an offer refreshes; INVITE without one asks for ours.
  if (!media || (offer === null && method === 'UPDATE'))
    return call.reply(transaction, 200, { headers: successHeaders(call, transaction) })
  offerInside(call, media, transaction, offer)
}

/** Answers an offer inside the dialog, of INVITE, UPDATE or PRACK; null asks for ours (INVITE). */
export function offerInside(call: Call, media: CallMedia, transaction: ServerTransaction, offer: string | null): void {
  call.deps.run(transaction.request.method, () => answerOffer(call, media, transaction, offer))
}

async function answerOffer(
  call: Call,
  media: CallMedia,
  transaction: ServerTransaction,
  offer: string | null,
): Promise<void> {
  const { negotiation } = call
  negotiation.step(offer === null ? 'make-offer' : 'offer-received')
  call.unanswered = transaction
  transaction.user = { cancelled: () => call.reply(transaction, 487) }
  const made = await negotiation.waitFor(offer === null ? offered(media) : media.answer(offer))
  call.unanswered = null
  if ((transaction.last?.status ?? 100) >= 200) {
    negotiation.step('rolled-back')
    // Cancelled while the media went over to the new terms: both sides agree again on what holds.
    if (offer !== null && 'sdp' in made && call.is('answered')) await reoffer(call)
    return
  }
  if ('refusal' in made) {
    negotiation.step('rolled-back')
    call.deps.observe('note', `a new offer of the peer was refused with 488: ${made.text}`)
    return call.reply(transaction, 488, { headers: [warning(made.text)] })
  }
  negotiation.step(offer === null ? 'offer-sent' : 'answer-sent')
  const extras = { headers: [...successHeaders(call, transaction), sdpType], body: made.sdp }
  if (transaction.request.method !== 'INVITE') return call.reply(transaction, 200, extras)
  call.reliable.answer(transaction, call.localTag, extras, () => {
    call.deps.observe('not-acknowledged', 'the 200 to a re-INVITE was never acknowledged')
    bye(call, { by: 'nobody', reason: 'not-acknowledged' })
  })
}

const offered = async (media: CallMedia): Promise<{ readonly sdp: string } | MediaRefusal> => ({
  sdp: await media.offer(),
})

function successHeaders(call: Call, { request, flow }: ServerTransaction): SipHeader[] {
  return [contactHeader(call.contactUser, flow, call.secure), allowed(call.deps), ...call.timer.accept(request)]
}
