import type { SrtpSuite } from '../../../../shared/model/encryption.ts'
import type { MasterKey } from '../../srtp/sdes-key.ts'
import { Rollovers, SrtpContext } from '../../srtp/srtp.ts'
import { suites } from '../../srtp/suites.ts'

/** More keys than this in one session are a peer's play; the one that was used longest ago is forgotten. */
const mostKeys = 32

/**
 * The keys of one session and what was done with each. A re-offer that comes back to an earlier key, or that changes
 * the other direction's, finds the indices and the replay window where they were.
 */
export class SessionCrypto {
  readonly #senders = new Map<string, SrtpContext>()
  readonly #receivers = new Map<string, SrtpContext>()
  readonly #rollovers = new Rollovers()

  sender(suite: SrtpSuite, master: Uint8Array): SrtpContext {
    return contextOf(this.#senders, suite, nameOf(suite, master), () => new SrtpContext(suite, master))
  }

  receiver(suite: SrtpSuite, { master, mki }: MasterKey): SrtpContext {
    const name = `${nameOf(suite, master)} ${Buffer.from(mki).toString('base64')}`
    const make = () => new SrtpContext(suite, master, { mki, rollovers: this.#rollovers })
    return contextOf(this.#receivers, suite, name, make)
  }
}

/** By key and cipher alone: suites that differ in the tag make the same keystream of it. */
function nameOf(suite: SrtpSuite, master: Uint8Array): string {
  const { mode, keyBytes } = suites[suite]
  return `${mode} ${keyBytes} ${Buffer.from(master).toString('base64')}`
}

function contextOf(
  contexts: Map<string, SrtpContext>,
  suite: SrtpSuite,
  name: string,
  make: () => SrtpContext,
): SrtpContext {
  const context = contexts.get(name) ?? make()
  context.use(suite)
  contexts.delete(name)
  contexts.set(name, context)
  if (contexts.size > mostKeys) contexts.delete(contexts.keys().next().value!)
  return context
}
