import { SrtpContext, type SrtpSuite } from '../../srtp/srtp.ts'

/** More keys than this in one session are a peer's play; the one that was used longest ago is forgotten. */
const mostKeys = 32

/**
 * The keys of one session and what was done with each. A re-offer that comes back to an earlier key, or that changes
 * the other direction's, finds the indices and the replay window where they were.
 */
export class SessionCrypto {
  readonly #senders = new Map<string, SrtpContext>()
  readonly #receivers = new Map<string, SrtpContext>()

  sender(suite: SrtpSuite, master: Uint8Array): SrtpContext {
    return contextOf(this.#senders, suite, master)
  }

  receiver(suite: SrtpSuite, master: Uint8Array): SrtpContext {
    return contextOf(this.#receivers, suite, master)
  }
}

/** By key alone: both suites make the same keystream of it. */
function contextOf(contexts: Map<string, SrtpContext>, suite: SrtpSuite, master: Uint8Array): SrtpContext {
  const name = Buffer.from(master).toString('base64')
  const context = contexts.get(name) ?? new SrtpContext(suite, master)
  context.suite = suite
  contexts.delete(name)
  contexts.set(name, context)
  if (contexts.size > mostKeys) contexts.delete(contexts.keys().next().value!)
  return context
}
