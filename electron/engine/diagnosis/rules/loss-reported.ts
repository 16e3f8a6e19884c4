import { parseAddress } from '../../../../shared/base/address.ts'
import type { CallFacts, StreamFact } from '../../../../shared/model/facts.ts'
import { whoReceives, type Found, type Rule } from '../rule.ts'
import { isLossOnPurpose } from './packet-loss.ts'

const redPercent = 3
const fewestPackets = 50
const fewestLost = 5

/** Packets that were there where this was recorded, and that their receiver says did not reach it. */
export const lossReported: Rule = {
  id: 'loss-reported',
  severities: ['warning'],
  looksAt: 'the RTCP reports of who receives a stream, beside the sequence numbers of the stream itself',
  speaks:
    'of fifty packets and more the receiver reports 3 % lost and more, beyond those whose numbers are missing here ' +
    'already',
  silent:
    'the numbers are missing here too (packet-loss speaks of them), the receiver counts other packets than passed ' +
    'here, the loss is older than what was recorded, this endpoint loses packets on purpose, or no report came',
  needs: 'streams',
  evaluate(facts) {
    return facts.streams.flatMap((stream) => {
      if (isRelayed(facts, stream) || (stream.toPeer === true && isLossOnPurpose(facts))) return []
      const loss = reportedLoss(facts, stream)
      return loss === null ? [] : [found(facts, stream, loss)]
    })
  },
}

const hostOf = (address: string) => parseAddress(address)?.host

/** What goes on from where it is sent to: a report that comes from there may be that of who gets it in the end. */
const isRelayed = ({ streams }: CallFacts, { ssrc, destination }: StreamFact) =>
  streams.some((other) => other.ssrc === ssrc && hostOf(other.source) === hostOf(destination))

interface Loss {
  readonly lost: number
  readonly expected: number
}

/** What the reports tell of loss between here and the receiver; null where that is nothing, or not to be told. */
function reportedLoss(facts: CallFacts, stream: StreamFact): Loss | null {
  const { rtcp, runs, packets, firstAt, timesGoBack, ssrc } = stream
  if (!rtcp || timesGoBack) return null
  const missing = runs.reduce((sum, run) => sum + run.lost + run.skipped, 0)
  // A stream that began inside the call has lost nothing before, unless it came from or went to another address then.
  const goesOn = facts.streams.some((other) => other.ssrc === ssrc && other.firstAt < firstAt)
  const isWhole = facts.invite !== null && firstAt > facts.invite.event.at && !goesOn
  const expected = isWhole ? packets + missing : rtcp.highestSequence - rtcp.firstHighestSequence
  const lost = rtcp.reportedLost - (isWhole ? 0 : rtcp.firstLost) - missing
  if (expected < fewestPackets || lost < fewestLost || lost > expected) return null
  // Numbers that jumped or began anew are no loss, however they were counted.
  if (rtcp.highestSequence - rtcp.firstHighestSequence > packets + missing) return null
  return (100 * lost) / expected > redPercent ? { lost, expected } : null
}

function found(facts: CallFacts, stream: StreamFact, { lost, expected }: Loss): Found {
  const { source, destination, toPeer } = stream
  const who = toPeer === null ? destination : whoReceives(facts, toPeer)
  const seen = facts.vantage === 'observed' ? 'passed this capture point' : 'left this computer'
  return {
    severity: 'warning',
    at: stream.lastAt,
    evidence: [stream],
    sentence:
      `${who} reports (RTCP) that ${lost} of ${expected} packets from ${source} to ${destination} that ${seen} ` +
      `did not reach it (${((100 * lost) / expected).toFixed(1)} %): they are lost behind this point, towards it.`,
    next:
      `Look for the loss on the path from here to ${destination}: capture at the receiver too, and compare; wireless ` +
      'links, a saturated downlink and firewalls are the usual places.',
  }
}
