import { judge } from '../directions.ts'
import { isJoined, observed, whoSends, type Rule } from '../rule.ts'

/** What goes to the peer carries no energy, while its own audio does. */
export const silentToPeer: Rule = {
  id: 'silent-to-peer',
  severities: ['info'],
  looksAt: 'the level of the audio that goes to the peer, where the codec lets it be read',
  speaks: 'all of it is below -60 dBFS while the other direction has energy',
  silent:
    'the other direction has no energy either, the codec cannot be read, the media is encrypted, or the call was ' +
    'joined with another one, where it is for others to speak',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready || isJoined(facts)) return []
    const { fromPeer, toPeer } = judgement
    if (toPeer.audio !== 'silent' || fromPeer.audio !== 'present') return []
    const who = whoSends(facts, true)
    const level = Math.max(...toPeer.streams.map(({ meanDbfs }) => meanDbfs ?? -96))
    return [
      {
        severity: 'info',
        at: judgement.at,
        evidence: [...toPeer.streams, ...observed(facts, 'muted', 'unmuted')],
        sentence:
          `What ${who} sends to the peer carries only silence (${level} dBFS): whoever listens there hears ` +
          'nothing.',
        next:
          `The network is fine. If something should be heard, check that ${who} is not muted and that what it sends ` +
          'has sound: a microphone, a file, or an echo of somebody who speaks.',
      },
    ]
  },
}
