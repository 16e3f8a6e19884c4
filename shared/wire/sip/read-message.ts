import type { MessageIds } from './grammar.ts'
import type { SipHeader, SipMessage, SipProblem, SipRequest, SipResponse } from './message.ts'

/** A message that was read. What names its transaction and dialog is asked for again and again, and kept with it. */
abstract class ReadMessage {
  #ids: MessageIds | null = null

  /** What `find` finds in a message: of one that was read, once. */
  static idsOf(message: SipMessage, find: (message: SipMessage) => MessageIds): MessageIds {
    return message instanceof ReadMessage ? (message.#ids ??= find(message)) : find(message)
  }
}

export class ReadRequest extends ReadMessage implements SipRequest {
  readonly kind = 'request'
  readonly method: string
  readonly uri: string
  readonly version: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
  readonly problems: readonly SipProblem[]

  constructor({ method, uri, version, headers, body, problems }: Omit<SipRequest, 'kind'>) {
    super()
    this.method = method
    this.uri = uri
    this.version = version
    this.headers = headers
    this.body = body
    this.problems = problems
  }
}

export class ReadResponse extends ReadMessage implements SipResponse {
  readonly kind = 'response'
  readonly status: number
  readonly reason: string
  readonly version: string
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
  readonly problems: readonly SipProblem[]

  constructor({ status, reason, version, headers, body, problems }: Omit<SipResponse, 'kind'>) {
    super()
    this.status = status
    this.reason = reason
    this.version = version
    this.headers = headers
    this.body = body
    this.problems = problems
  }
}

export const { idsOf } = ReadMessage
