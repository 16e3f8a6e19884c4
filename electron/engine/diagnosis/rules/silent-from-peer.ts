import { judge } from '../directions.ts'
import { isJoined, speakerOf, type Rule } from '../rule.ts'

/** Packets arrive and carry no energy, while we send some. */
export const silentFromPeer: Rule = {
  id: 'silent-from-peer',
  severities: ['fault', 'info'],
  looksAt: 'the level of the audio of both directions, where the codec lets it be read',
  speaks:
    'all packets of the peer are below -60 dBFS while the other direction has energy; as information where ' +
    'only comfort noise or digits came',
  silent:
    'both directions are silent, the codec cannot be read, the media is encrypted, or the call was joined with ' +
    'another one, where it is for others to speak',
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    const { fromPeer, toPeer } = judgement
    if (fromPeer.audio === 'no-speech')
      return [
        {
          severity: 'info',
          at: judgement.at,
          evidence: fromPeer.streams,
          sentence: 'From the peer came only comfort noise or digits: it is muted or silent.',
          next: 'The network is fine. If somebody should have spoken, check that the far side is not muted.',
        },
      ]
    if (fromPeer.audio !== 'silent' || toPeer.audio === 'silent' || isJoined(facts)) return []
    const { streams } = fromPeer
    const level = Math.max(...streams.map(({ meanDbfs }) => meanDbfs ?? -96))
    return [
      {
        severity: 'fault',
        at: judgement.at,
        evidence: streams,
        sentence: `RTP arrives from the peer and carries only silence (${level} dBFS).`,
        next:
          `The network is fine: check that ${speakerOf(facts)} is not muted, uses the right device, and ` +
          'speaks at all.',
      },
    ]
  },
}
