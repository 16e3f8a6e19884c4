import type { MediaDescription } from '../../../../../shared/wire/sdp/sdp.ts'
import { usableKey, type SdesKey } from '../../../srtp/sdes-key.ts'
import { SrtpContext, rtpClearBytes } from '../../../srtp/srtp.ts'
import type { Opened } from '../../streams/traced-stream.ts'

/** Keys that are tried on one stream. */
const mostKeys = 8
/** After so many that no key opened, the stream is left. */
const mostInVain = 500

/** Opens the packets of one stream with the keys that session descriptions have for it (RFC 4568). */
export class SdesOpener {
  readonly result: Opened = { opened: 0, refused: 0, isJudge: false }
  readonly #contexts = new Map<string, SrtpContext>()

  get hasKeys(): boolean {
    return this.#contexts.size > 0
  }

  /**
   * `own`: what its sender described; `others`: what else the call says of media, where its sender named another
   * address.
   */
  learn(own: readonly MediaDescription[], others: () => readonly MediaDescription[]): void {
    const { opened, refused } = this.result
    if (opened + refused === 0) this.result.isJudge = own.length > 0 && own.every(isSpoken)
    const keys = own.flatMap(keysOf)
    for (const key of keys.length > 0 ? keys : others().flatMap(keysOf)) {
      const name = Buffer.from(key.master).toString('base64')
      if (this.#contexts.size < mostKeys && !this.#contexts.has(name))
        this.#contexts.set(name, new SrtpContext(key.suite, key.master))
    }
  }

  /** The packet in clear; null where no key opens it, or it came before. */
  open(packet: Uint8Array, ssrc: number, sequence: number): Uint8Array | null {
    const { result } = this
    const head = rtpClearBytes(packet)
    if (head === null || (result.opened === 0 && result.refused >= mostInVain)) return null
    for (const [name, context] of this.#contexts) {
      const clear = context.unprotectRtp(packet, head, ssrc, sequence)
      if (clear === 'replayed') return null
      if (typeof clear === 'string') continue
      result.opened++
      // The key that is in use is tried first.
      if (this.#contexts.keys().next().value !== name) this.#first(name, context)
      return clear
    }
    if (this.#contexts.size > 0) result.refused++
    return null
  }

  #first(name: string, context: SrtpContext): void {
    const others = [...this.#contexts].filter(([other]) => other !== name)
    this.#contexts.clear()
    for (const [each, its] of [[name, context] as const, ...others]) this.#contexts.set(each, its)
  }
}

const keysOf = ({ crypto }: MediaDescription): SdesKey[] =>
  crypto.map((line) => usableKey([line])).filter((key) => typeof key !== 'string')

/** Whether every key of a medium can be used here: that which was chosen is among them. */
const isSpoken = ({ crypto }: MediaDescription) =>
  crypto.length > 0 && crypto.every((line) => typeof usableKey([line]) !== 'string')
