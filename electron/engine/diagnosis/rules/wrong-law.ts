import { whoReceives, whoSends, type Rule } from '../rule.ts'

const otherLaw: Readonly<Record<string, string>> = { PCMU: 'PCMA (A-law)', PCMA: 'PCMU (mu-law)' }

/** G.711 of one law in packets of the other, or linear samples in them: loud distortion. */
export const wrongLaw: Rule = {
  id: 'wrong-law',
  severities: ['fault'],
  looksAt: 'the samples of G.711 by the law that is announced, by the other, and as linear samples',
  speaks:
    'packet after packet is smooth, as voices, music and tones are, when it is read otherwise than announced, and ' +
    'rough when it is read as announced; linear samples have twice the bytes of their packet time too',
  silent:
    'fewer than 20 packets tell it, as of silence, noise and high tones, or one of twenty speaks against it; ' +
    'linear samples came in packets of the size of G.711',
  needs: 'streams',
  evaluate(facts) {
    return facts.streams.flatMap((stream) => {
      const { disguised, codec, toPeer } = stream
      const other = disguised === 'linear' ? 'linear 16-bit samples' : otherLaw[codec]
      if (disguised === null || other === undefined) return []
      const [sender, receiver] =
        toPeer === null ? ['its sender', 'whoever hears it'] : [whoSends(facts, toPeer), whoReceives(facts, toPeer)]
      return [
        {
          severity: 'fault' as const,
          at: stream.lastAt,
          evidence: [stream],
          sentence:
            `The audio from ${stream.source} to ${stream.destination} is announced as ${codec} and is ${other} by ` +
            `its content: ${receiver} hears loud distortion.`,
          next:
            `Have the codec of ${sender} looked at: it must code as its payload type says (${stream.payloadType} is ` +
            `${codec}), or send what it has under a payload type of its own that was agreed.`,
        },
      ]
    })
  },
}
