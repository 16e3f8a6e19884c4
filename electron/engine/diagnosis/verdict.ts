import type { Verdict } from '../../../shared/contract/report.ts'
import { count } from '../../../shared/base/text.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { outcomeOf } from './classify.ts'
import { judge, type DirectionFact, type Judgement } from './directions.ts'
import { observed } from './rule.ts'

/** The one-line answer to "was there audio, and where not". Unknown where it cannot be known, with the reason. */
export function verdictOf(facts: CallFacts): Verdict {
  const judgement = judge(facts)
  const outcome = outcomeOf(facts)
  if (!judgement || outcome === 'failed') return notAnswered(facts, outcome)
  if (judgement.unseen)
    return unknown(
      'Answered; the capture holds no RTP of this call, so whether there was audio is unknown: capture where the media passes, and without a filter on SIP.',
    )
  if (!judgement.ready) {
    const text =
      facts.endedAt === null
        ? 'Answered a moment ago: too early to judge the audio.'
        : 'The call ended within a second of the answer: too short to judge the audio.'
    const { toPeer, fromPeer } = judgement
    return toPeer.audio === 'present' && fromPeer.audio === 'present' ? twoWay(judgement, facts) : unknown(text)
  }
  return audio(judgement, facts)
}

const unknown = (sentence: string): Verdict => ({ kind: 'unknown', missing: null, sentence })

function notAnswered(facts: CallFacts, outcome: string): Verdict {
  const message = facts.final?.message
  const status = message?.kind === 'response' ? ` with ${message.status} ${message.reason}` : ''
  const sentence =
    {
      'refused': `Not answered: refused${status}.`,
      'cancelled': 'Not answered: the call was cancelled before an answer.',
      'no-answer': 'Not answered in time.',
      'failed':
        facts.answeredAt === null
          ? facts.messages.length === 0
            ? 'Not answered: the call could not be sent.'
            : 'Not answered: no final response came.'
          : 'Answered, but without usable media: the call was ended.',
      'in-progress': 'Not answered yet.',
    }[outcome] ?? 'Not answered.'
  return { kind: 'not-answered', missing: null, sentence }
}

function audio(judgement: Judgement, facts: CallFacts): Verdict {
  const { toPeer, fromPeer, delivered } = judgement
  if (!toPeer.due && !fromPeer.due) return unknown('The media is inactive (on hold): no audio is due either way.')
  const silentBoth = toPeer.audio === 'silent' && fromPeer.audio === 'silent'
  if (silentBoth)
    return unknown(
      'RTP flows both ways, but neither side has energy: send the marker or a tone to know whether audio would pass.',
    )
  const weLack = toPeer.due && (isMissing(toPeer) || delivered === 'no') && toPeer.audio !== 'silent'
  const theyLack = fromPeer.due && (isMissing(fromPeer) || (fromPeer.audio === 'silent' && toPeer.audio !== 'silent'))
  if (weLack && theyLack)
    return {
      kind: 'no-audio',
      missing: 'both',
      sentence: `No audio: ${lackText(toPeer, 'to-peer', judgement, facts)}, and ${lackText(fromPeer, 'from-peer', judgement, facts)}.`,
    }
  if (theyLack)
    return {
      kind: 'one-way-audio',
      missing: 'from-peer',
      sentence: `One-way audio: ${lackText(fromPeer, 'from-peer', judgement, facts)}; ${haveText(toPeer, judgement)}.`,
    }
  if (weLack)
    return {
      kind: 'one-way-audio',
      missing: 'to-peer',
      sentence: `One-way audio: ${lackText(toPeer, 'to-peer', judgement, facts)}; ${count(fromPeer.packets, 'packet')} came from the peer.`,
    }
  if (!toPeer.due || !fromPeer.due)
    return unknown(
      `The media direction allows audio only ${toPeer.due ? 'to' : 'from'} the peer (${facts.agreed.at(-1)?.direction}): it flows.`,
    )
  return twoWay(judgement, facts)
}

function isMissing({ audio }: DirectionFact): boolean {
  return audio === 'none' || audio === 'nearly-none' || audio === 'undecodable'
}

function twoWay({ toPeer, fromPeer, delivered, deliveredBy }: Judgement, facts: CallFacts): Verdict {
  const proof =
    delivered === 'yes'
      ? `and it arrives: ${deliveredBy}`
      : facts.vantage === 'observed'
        ? 'whether it arrived beyond this capture point is unknown'
        : 'whether it arrives is not confirmed (no RTCP, no marker came back)'
  return {
    kind: 'two-way-audio',
    missing: null,
    sentence: `Two-way audio: ${count(toPeer.packets, 'packet')} to the peer (${proof}), ${count(fromPeer.packets, 'packet')} from the peer.`,
  }
}

function haveText(toPeer: DirectionFact, { delivered, deliveredBy }: Judgement): string {
  return `${count(toPeer.packets, 'packet')} went to the peer${delivered === 'yes' ? ` (${deliveredBy})` : ''}`
}

function lackText(
  direction: DirectionFact,
  which: 'to-peer' | 'from-peer',
  judgement: Judgement,
  facts: CallFacts,
): string {
  const agreed = facts.agreed.at(-1)
  const where = which === 'from-peer' ? `from ${agreed?.remote ?? 'the peer'}` : `to ${agreed?.remote ?? 'the peer'}`
  switch (direction.audio) {
    case 'none':
      return which === 'from-peer'
        ? `nothing ${observed(facts, 'rtp-garbage').length > 0 ? 'that can be used ' : ''}arrives ${where}`
        : `nothing is sent ${where}`
    case 'nearly-none':
      return `only ${count(direction.packets, 'packet')} ${which === 'from-peer' ? 'came' : 'went'} ${where}`
    case 'undecodable':
      return `the packets ${where} have a payload type that was not agreed`
    case 'silent':
      return `the packets ${where} carry silence`
    case 'present':
      return `the peer receives nothing of ${count(direction.packets, 'packet')} sent (${judgement.deliveredBy})`
  }
}
