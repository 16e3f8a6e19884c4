import { header } from '../../../../shared/wire/sip/message.ts'
import type { CallFacts } from '../../../../shared/model/facts.ts'
import type { Change } from '../../../../shared/contract/change.ts'
import { readRefusal } from '../refusal.ts'
import { peerName, refusal, type Found, type Rule } from '../rule.ts'

/** What platforms take that refuse so. */
const spoken = ['PCMU', 'PCMA', 'G722']

interface Offer {
  readonly text: string
  readonly codecs: readonly string[]
  readonly secured: boolean
}

function offerOf({ invite }: CallFacts): Offer | null {
  const audio = invite?.session?.media.filter(({ kind }) => kind === 'audio') ?? []
  if (audio.length === 0) return null
  const codecs = [...new Set(audio.flatMap(({ formats }) => formats.map(({ codec }) => codec.toUpperCase())))]
  return {
    text: `${audio.map(({ protocol }) => protocol).join(', ')} with ${codecs.join(', ')}`,
    codecs,
    secured: audio.every(({ protocol }) => protocol.includes('SAVP')),
  }
}

/** What of the offer may be the reason: the one thing to change. */
function suspicion({ codecs, secured }: Offer): { readonly what: string; readonly change: Change } | null {
  if (!spoken.some((codec) => codecs.includes(codec)))
    return { what: 'none of PCMU, PCMA and G.722 was offered', change: { what: 'codecs', to: ['PCMU', 'PCMA'] } }
  return secured ? { what: 'only SRTP was offered (RTP/SAVP)', change: { what: 'encryption', to: 'disabled' } } : null
}

/** 400 without a word: neither a phrase nor a header says why. */
export const refusedWordless: Rule = {
  id: 'refused-wordless',
  severities: ['fault'],
  looksAt: 'a 400 whose reason phrase is empty, and the codecs and the encryption that were offered',
  speaks: 'the call was refused so, and no header of the response says why',
  silent: 'a phrase, Warning, Reason or a header of a known provider says why, or it is this endpoint that refused',
  silences: ['refused-media', 'refused-other'],
  evaluate(facts) {
    const final = refusal(facts)
    if (final?.message.status !== 400 || final.message.reason.trim() !== '' || facts.vantage === 'inbound') return []
    if (header(final.message, 'warning') !== undefined || header(final.message, 'reason') !== undefined) return []
    const { reading, hint, unknown } = readRefusal(facts)
    if (unknown || (reading && reading.refusedBy !== 'media')) return []
    const offer = offerOf(facts)
    const suspect = offer && suspicion(offer)
    const of = reading ?? hint
    const found: Found = {
      severity: 'fault',
      at: final.event.at,
      evidence: [facts.invite, final],
      sentence:
        `${peerName(facts)} refused the call with 400 and an empty reason` +
        (reading
          ? `: ${reading.cause} (${reading.source!.source}, read ${reading.source!.asOf})`
          : ', and nothing says why') +
        `${offer ? `; offered was ${offer.text}` : '; the INVITE offered no media'}` +
        `${suspect ? `, and ${suspect.what}` : ''}.`,
      next: 'Ask whoever runs the other side for its log of this call: give the Call-ID and the time.',
    }
    if (!of) return [found]
    // In clear was offered, with codecs that it has: what is left is encryption.
    const change: Change | undefined =
      suspect?.change ?? (reading && offer ? { what: 'encryption', to: 'required' } : undefined)
    const source = of.source!
    return [
      {
        ...found,
        next: reading
          ? (changeWords(change) ?? of.next!)
          : suspect
            ? `${changeWords(change)} ${source.provider}, for one, refuses so where ${of.cause} ` +
              `(${source.source}, read ${source.asOf}).`
            : found.next,
        change,
        ...(reading && { source }),
      },
    ]
  },
}

function changeWords(change: Change | undefined): string | null {
  if (change?.what === 'codecs') return `Call again offering ${change.to.join(' and ')}.`
  if (change?.what === 'encryption') return `Call again with media encryption ${change.to}.`
  return null
}
