import { count } from '../../../../shared/base/text.ts'
import type { CaptureIndex } from './capture-index.ts'

/** What is to be said of captures as a whole, beside damage: a sentence each. */
export function toldOf(index: CaptureIndex): string[] {
  const { connections, unreadable, cutShort, nameless, streams, back, farthestBackUs } = index
  const { sealed, givenUp } = connections
  const { unfollowed } = streams
  const sentences: readonly (readonly [number, string])[] = [
    [
      sealed,
      `${count(sealed, 'TLS connection')} cannot be read without their keys: SIP inside them is not shown; a TLS ` +
        'library logs them when it is told to (SSLKEYLOGFILE)',
    ],
    [unreadable, `${count(unreadable, 'packet')} that begin like SIP cannot be read`],
    [
      cutShort,
      `${count(cutShort, 'SIP message')} not shown: the capture cut them before their Call-ID (capture with -s 0)`,
    ],
    [nameless, `${count(nameless, 'SIP message')} without Call-ID belong to no call and are not shown`],
    [
      unfollowed,
      `${count(unfollowed, 'packet')} of RTP belong to more streams than are followed: they are in no figure`,
    ],
    [
      givenUp,
      `${count(givenUp, 'TCP connection')} of more than can be followed at once were given up: messages of theirs ` +
        'may be missing',
    ],
    [
      back,
      `${count(back, 'packet')} behind later ones, by up to ${Math.round(farthestBackUs / 1e6)} s: the capture is ` +
        'not in the order of its times (sort it with reordercap), or a clock was set meanwhile; order, loss and ' +
        'jitter of streams are not to be relied on',
    ],
  ]
  return sentences.filter(([n]) => n > 0).map(([, sentence]) => sentence)
}
