import { count } from '../../../../shared/base/text.ts'
import type { Refused } from '../../srtp/srtp.ts'

/** So many are described one by one. */
const mostDescribed = 3

const words: Readonly<Record<Refused | 'unreadable', string>> = {
  'authentication failed': 'did not authenticate as SRTP with the agreed key',
  'replayed': 'came twice',
  'too short': 'were too short for SRTP',
  'unreadable': 'were no RTP or RTCP',
}

/**
 * Counts what arrives on a media port and can be used for nothing; the first are described, all are counted at the end.
 */
export class Garbage {
  readonly #observe: (text: string) => void
  #counts: Map<Refused | 'unreadable', number> | null = null
  #described = 0

  constructor(observe: (text: string) => void) {
    this.#observe = observe
  }

  note(why: Refused | 'unreadable', text: string): void {
    const counts = (this.#counts ??= new Map())
    counts.set(why, (counts.get(why) ?? 0) + 1)
    if (this.#described++ < mostDescribed) this.#observe(text)
  }

  /** The counts, once, where more came than were described. */
  close(): void {
    if (this.#counts && this.#described > mostDescribed)
      this.#observe([...this.#counts].map(([why, packets]) => `${count(packets, 'packet')} ${words[why]}`).join(', '))
    this.#described = 0
    this.#counts = null
  }
}
