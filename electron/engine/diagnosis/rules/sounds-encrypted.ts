import { judge } from '../directions.ts'
import { whoSends, type Rule } from '../rule.ts'

/** SRTP where RTP in clear was agreed: it plays as noise. */
export const soundsEncrypted: Rule = {
  id: 'sounds-encrypted',
  severities: ['fault'],
  looksAt: 'the size and the level of packets of G.711 where no encryption was agreed',
  speaks: 'nine of ten sound like noise of one level and are 4 or 10 bytes longer than audio is: what SRTP looks like',
  silent: 'encryption was agreed, or fewer than 25 packets can be read',
  silences: ['media-in-clear'],
  needs: 'judgement',
  evaluate(facts) {
    const judgement = judge(facts)
    if (!judgement?.ready) return []
    return [judgement.fromPeer, judgement.toPeer].flatMap(({ toPeer, period, agreed, unknown }) => {
      if (!period?.due || period.audio !== 'ciphered' || unknown) return []
      return [
        {
          severity: 'fault' as const,
          at: Math.max(judgement.at, period.from),
          evidence: [...period.streams, agreed ? facts.messages[agreed.answerMessage] : facts.final],
          sentence:
            `The RTP ${toPeer ? 'to' : 'from'} the peer is noise in packets of the size of SRTP: ` +
            `${whoSends(facts, toPeer)} encrypts, though the session descriptions agree on media in clear.`,
          next: 'Set media encryption to the same on both sides: required on both, or disabled on both.',
          remedy: { code: 'choose-encryption' as const, encryption: 'required' as const },
        },
      ]
    })
  },
}
