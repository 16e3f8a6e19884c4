import type { Micros } from '../../../../../shared/base/time.ts'
import type { MediaDescription } from '../../../../../shared/wire/sdp/sdp.ts'
import { usableKey } from '../../../srtp/sdes-key.ts'
import { Rollovers, SrtpContext, rtpClearBytes, type Refused } from '../../../srtp/srtp.ts'
import type { Opened } from '../../streams/traced-stream.ts'

/** Keys that are tried on one stream: those of a description, and what re-INVITEs bring. */
const mostKeys = 32
/** A capture may begin an hour after the stream did: its rollover counter is tried out. */
const firstRollovers = 4
/** After so many that no key opened, the stream is left. */
const mostInVain = 500

/**
 * Opens the packets of one stream, or the RTCP between two endpoints, with the keys that session descriptions have for
 * it (RFC 4568).
 */
export class SdesOpener {
  readonly result: Opened = { opened: 0, refused: 0, refusedSince: null, isJudge: false }
  readonly #contexts = new Map<string, SrtpContext>()
  readonly #rollovers = new Rollovers()

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
    for (const { suite, master, mki } of keys.length > 0 ? keys : others().flatMap(keysOf)) {
      const name = [suite, ...[master, mki].map((bytes) => Buffer.from(bytes).toString('base64'))].join(' ')
      if (this.#contexts.size < mostKeys && !this.#contexts.has(name))
        this.#contexts.set(name, new SrtpContext(suite, master, { mki, rollovers: this.#rollovers, firstRollovers }))
    }
  }

  /** The RTP packet in clear; null where no key opens it, or it came before. */
  openRtp(at: Micros, packet: Uint8Array, ssrc: number, sequence: number): Uint8Array | null {
    const head = rtpClearBytes(packet)
    if (head === null) return null
    const { result } = this
    const before = result.refused
    const clear = this.#open((context) => context.unprotectRtp(packet, head, ssrc, sequence))
    if (clear) result.refusedSince = null
    else if (result.refused === before || result.opened === 0) return null
    else if (result.refusedSince) result.refusedSince.packets++
    else result.refusedSince = { at, packets: 1 }
    return clear
  }

  /** The same of RTCP. */
  openRtcp(packet: Uint8Array): Uint8Array | null {
    return this.#open((context) => context.unprotectRtcp(packet))
  }

  #open(unprotect: (context: SrtpContext) => Buffer | Refused): Uint8Array | null {
    const { result } = this
    if (result.opened === 0 && result.refused >= mostInVain) return null
    for (const [name, context] of this.#contexts) {
      const clear = unprotect(context)
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

const keysOf = ({ crypto }: MediaDescription) =>
  crypto.flatMap((line) => {
    const key = usableKey([line])
    return typeof key === 'string' ? [] : key.keys.map((each) => ({ suite: key.suite, ...each }))
  })

/** Whether every key of a medium can be used here: that which was chosen is among them. */
const isSpoken = ({ crypto }: MediaDescription) =>
  crypto.length > 0 && crypto.every((line) => typeof usableKey([line]) !== 'string')
