/** So many streams of the peer are taken at their first packet: forks, transfers, media servers that change. */
const atOnce = 4
const most = 64

/**
 * The streams (SSRCs) of one peer. Beyond the first few a new one must show two packets in a row (RFC 3550 A.1), and
 * there is an end to them: numbers that change with every packet make no streams.
 */
export class PeerStreams {
  readonly #known: number[] = []
  #candidate: { readonly ssrc: number; readonly next: number } | null = null

  /** Whether a packet belongs to a stream of the call. */
  takes(ssrc: number, sequence: number): boolean {
    if (this.#known.includes(ssrc)) return true
    if (this.#known.length >= most) return false
    if (this.#known.length >= atOnce && (this.#candidate?.ssrc !== ssrc || this.#candidate.next !== sequence)) {
      this.#candidate = { ssrc, next: (sequence + 1) & 0xffff }
      return false
    }
    this.#known.push(ssrc)
    this.#candidate = null
    return true
  }
}
