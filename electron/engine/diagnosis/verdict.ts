import { count } from '../../../shared/base/text.ts'
import type { Verdict } from '../../../shared/contract/report.ts'
import type { CallFacts } from '../../../shared/model/facts.ts'
import { outcomeOf } from './classify.ts'
import {
  bothStop,
  isBad,
  isMissing,
  isNamed,
  judge,
  strayWords,
  type DirectionFact,
  type Judgement,
} from './directions.ts'
import { afterAnswer, isJoined, observed, sinceAnswer, whoReceives } from './rule.ts'

/** The one-line answer to "was there audio, and where not". Unknown where it cannot be known, with the reason. */
export function verdictOf(facts: CallFacts): Verdict {
  const judgement = judge(facts)
  const outcome = outcomeOf(facts)
  if (!judgement || outcome === 'failed' || outcome === 'no-answer' || outcome === 'cancelled')
    return notAnswered(facts, outcome)
  const { toPeer, fromPeer, unseen, ready } = judgement
  if (facts.messages[0]?.event.unknown !== undefined && facts.streams.length === 0)
    return unknown(
      'Answered; a text of SIP messages holds no RTP, so whether there was audio is unknown: capture the packets ' +
        'where the media passes.',
    )
  const unusual = ofPart(judgement, facts)
  if (unusual !== null) return unknown(unusual)
  if (!ready && (!unseen || isShort(facts))) {
    if (hasAudio(toPeer) && hasAudio(fromPeer)) return twoWay(judgement, facts)
    return unknown(
      facts.endedAt === null
        ? 'Answered a moment ago: too early to judge the audio.'
        : 'The call ended within a second of the answer: too short to judge the audio.',
    )
  }
  const named = facts.agreed.flatMap(({ local, remote }) => [local, remote]).find(isNamed)
  if (unseen && named)
    return unknown(
      `Answered; the session descriptions name ${named}, whose address the capture does not tell, so which ` +
        'RTP is of this call is unknown.',
    )
  if (unseen && facts.strays.length > 0)
    return unknown(`Answered; no RTP came where the session descriptions say, but ${strayWords(facts.strays)}.`)
  if (unseen && facts.agreed.length > 0 && !toPeer.due && !fromPeer.due) return audio(judgement, facts)
  if (unseen)
    return unknown(
      'Answered; the capture holds no RTP of this call, so whether there was audio is unknown: capture where ' +
        'the media passes, and without a filter on SIP.',
    )
  return audio(judgement, facts)
}

/** Why a capture does not tell how the audio was, where it lacks what would: null where it has it. */
function ofPart({ unseen, ready }: Judgement, facts: CallFacts): string | null {
  const { vantage, messages, final, strays, answeredAt, endedAt, agreed, agreements } = facts
  if (vantage !== 'observed') return null
  if (final !== null && endedAt !== null && endedAt <= answeredAt!)
    return (
      'Answered; by its times in the capture the call ended no later than it was answered: they do not tell how long ' +
      'it lasted, so the audio cannot be judged.'
    )
  const passed = strays.length > 0 ? `; ${strayWords(strays)}` : ''
  if ((unseen || !ready) && messages.every(({ session }) => session === null))
    return `Answered; the capture lacks the session descriptions of the call, so what was agreed is not known${passed}.`
  const others = [...new Set(agreements.map(({ kind }) => kind))]
  if (unseen && agreed.length === 0 && others.length > 0)
    return `The session descriptions agree on no audio, only on ${others.join(' and ')}.`
  return null
}

const unknown = (sentence: string): Verdict => ({ kind: 'unknown', missing: null, sentence })
const hasAudio = ({ audio: kind }: DirectionFact) => kind === 'present'

/** Ended so soon that no capture could show more. */
function isShort({ answeredAt, endedAt }: CallFacts): boolean {
  return answeredAt !== null && endedAt !== null && endedAt - answeredAt < 1_000_000
}

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
      'in-progress':
        facts.vantage === 'observed'
          ? 'Not answered as far as this was seen: what came of it is unknown.'
          : 'Not answered yet.',
    }[outcome] ?? 'Not answered.'
  return { kind: 'not-answered', missing: null, sentence }
}

function audio(judgement: Judgement, facts: CallFacts): Verdict {
  const { toPeer, fromPeer } = judgement
  if (!toPeer.period && !fromPeer.period)
    return unknown('What was agreed last holds for too short a time: too early to judge the audio.')
  if (!toPeer.due && !fromPeer.due)
    return unknown(
      toPeer.period?.flow?.allowed === true || fromPeer.period?.flow?.allowed === true
        ? `The call is on hold (${facts.agreed.at(-1)?.direction}): no audio is due.`
        : 'The media is inactive (on hold): no audio is due either way.',
    )
  for (const direction of [toPeer, fromPeer])
    if (direction.due && direction.unknown) {
      const stoppedAt = direction.period?.stoppedAt ?? null
      const what = stoppedAt === null ? 'there was audio' : `audio went on ${afterAnswer(facts, stoppedAt)}`
      return unknown(`Whether ${what} ${wayOf(direction)} is unknown: ${direction.unknown}.`)
    }
  const stop = bothStop(judgement, facts)
  if (stop !== null)
    return unknown(
      `The RTP of both directions ends ${afterAnswer(facts, stop)}, long before the call: either the audio ` +
        'stopped then, or the capture holds no RTP from there on.',
    )
  if (toPeer.audio === 'silent' && fromPeer.audio === 'silent')
    return unknown(
      'RTP flows both ways, but neither side has energy: send the marker or a tone to know whether audio would pass.',
    )
  const weLack = lacks(toPeer)
  const theySayNothing = fromPeer.due && fromPeer.audio === 'silent' && toPeer.audio !== 'silent'
  const theyLack = lacks(fromPeer) || (theySayNothing && !isJoined(facts))
  if (weLack && theyLack)
    return {
      kind: 'no-audio',
      missing: 'both',
      sentence: `No audio: ${lackText(toPeer, facts)}, and ${lackText(fromPeer, facts)}.`,
    }
  if (theyLack)
    return {
      kind: 'one-way-audio',
      missing: 'from-peer',
      sentence:
        `One-way audio: ${lackText(fromPeer, facts)}; ${count(toPeer.packets, 'packet')} went to the ` +
        `peer${toPeer.delivered === 'yes' ? ` (${toPeer.deliveredBy})` : ''}.`,
    }
  if (weLack)
    return {
      kind: 'one-way-audio',
      missing: 'to-peer',
      sentence: `One-way audio: ${lackText(toPeer, facts)}; ${count(fromPeer.packets, 'packet')} came from the peer.`,
    }
  if (!toPeer.due || !fromPeer.due)
    return unknown(
      `The media direction allows audio only ${toPeer.due ? 'to' : 'from'} the peer ` +
        `(${facts.agreed.at(-1)?.direction}): it flows.`,
    )
  if (theySayNothing)
    return unknown(
      'RTP flows both ways; from the peer it is silence. The call was joined with another one, where others may be ' +
        'those who speak, so whether speech would pass is unknown.',
    )
  const quiet = [toPeer, fromPeer].find((direction) => direction.audio === 'no-speech')
  if (quiet)
    return unknown(
      `RTP flows both ways; ${wayOf(quiet)} it is only comfort noise or digits: whoever sends it is muted or ` +
        'silent, so whether speech would pass is unknown.',
    )
  return twoWay(judgement, facts)
}

function lacks(direction: DirectionFact): boolean {
  const { period, due, delivered } = direction
  return due && period !== null && (isBad(period) || delivered === 'no')
}

function twoWay({ toPeer, fromPeer }: Judgement, { vantage }: CallFacts): Verdict {
  const proof =
    toPeer.delivered === 'yes'
      ? `and it arrives: ${toPeer.deliveredBy}`
      : vantage === 'observed'
        ? 'whether it arrived beyond this capture point is unknown'
        : 'whether it arrives is unknown: the peer sends no RTCP and our marker did not come back'
  return {
    kind: 'two-way-audio',
    missing: null,
    sentence:
      `Two-way audio: ${count(toPeer.packets, 'packet')} to the peer (${proof}), ` +
      `${count(fromPeer.packets, 'packet')} from the peer${vantage === 'observed' ? unheard(toPeer, fromPeer) : ''}.`,
  }
}

/** Of packets that are encrypted as was agreed, and that no key of the capture opens, nobody knows what is in them. */
function unheard(toPeer: DirectionFact, fromPeer: DirectionFact): string {
  const [one, other] = [toPeer, fromPeer].filter(
    ({ agreed, streams }) =>
      agreed !== null &&
      agreed.encryption !== 'none' &&
      streams.every(({ levelPackets, srtp }) => levelPackets === 0 && (srtp?.opened ?? 0) === 0),
  )
  if (!one) return ''
  const how = one.agreed!.encryption === 'dtls' ? 'DTLS-SRTP' : 'SRTP'
  const which = other ? 'they are' : `those ${wayOf(one)} are`
  return `; ${which} encrypted (${how}) and the capture has no key that opens them: they cannot be heard`
}

const wayOf = ({ toPeer }: DirectionFact) => (toPeer ? 'to the peer' : 'from the peer')

function lackText(direction: DirectionFact, facts: CallFacts): string {
  const { toPeer, audio: kind, agreed, period, delivered, deliveredBy, packets } = direction
  const where = `${toPeer ? 'to' : 'from'} ${agreed?.remote ?? 'the peer'}`
  if (period && !isMissing(kind)) {
    if (period.astray)
      return (
        `the packets ${toPeer ? 'to' : 'from'} the peer go to ${period.astray.to}, where nobody listens: ` +
        `${period.astray.because}`
      )
    if (period.stoppedAt !== null && period.unopened > 0)
      return `the packets ${where} do not authenticate any more from ${afterAnswer(facts, period.stoppedAt)} on`
    if (period.stoppedAt !== null)
      return (
        `nothing ${toPeer ? 'is sent' : 'arrives'} ${where} any more from ` +
        `${afterAnswer(facts, period.stoppedAt)} on`
      )
    if (delivered === 'no')
      return `${whoReceives(facts, toPeer)} receives nothing of ${count(packets, 'packet')} sent (${deliveredBy})`
  }
  const from = period && sinceAnswer(facts, period.from)
  const since = from ? `, ${from}` : ''
  switch (kind) {
    case 'none':
      return toPeer
        ? `nothing is sent ${where}${since}`
        : `nothing ${observed(facts, 'rtp-garbage').length > 0 ? 'that can be used ' : ''}arrives ${where}${since}`
    case 'nearly-none':
      return `only ${count(period?.packets ?? packets, 'packet')} ${toPeer ? 'went' : 'came'} ${where}${since}`
    case 'undecodable':
      return `the packets ${where} have a payload type that was not agreed${since}`
    case 'unauthentic':
      return `the packets ${where} do not authenticate with the key of their sender${since}`
    case 'ciphered':
      return `the packets ${where} are noise: encrypted audio that was not agreed${since}`
    default:
      return `the packets ${where} carry silence`
  }
}
