import type { Micros } from '../../../../shared/base/time.ts'
import type { SipEvent } from '../../../../shared/model/wire.ts'
import { messageIds } from '../../../../shared/wire/sip/grammar.ts'

/** What still is on its way when a call ends. */
const graceUs = 2_000_000

/** When a call was, as its messages say so far: enough to know which of two calls a packet belongs to. */
export class CallSpan {
  #from: Micros | null = null
  #last: Micros = 0
  #answered = false
  #over = false

  get from(): Micros {
    return this.#from ?? 0
  }

  /** Endless where no end was seen. */
  get until(): Micros {
    return this.#over ? this.#last + graceUs : Infinity
  }

  message({ at, message }: SipEvent): void {
    this.#from ??= at
    this.#last = Math.max(this.#last, at)
    if (message.kind === 'unreadable') return
    if (message.kind === 'request') {
      if (message.method === 'BYE') this.#over = true
      // Another try, with credentials.
      else if (message.method === 'INVITE' && !this.#answered) this.#over = false
    } else if (messageIds(message).cseq?.method === 'INVITE') {
      if (message.status >= 200 && message.status < 300) this.#answered = true
      else if (message.status >= 300 && !this.#answered) this.#over = true
    }
  }
}
