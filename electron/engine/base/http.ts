/** A request of HTTP with a body. */
export interface HttpRequest {
  /** http or https. */
  readonly url: string
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** No more of the answer's body is read. */
  readonly mostBytes: number
  /** Gives it up. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly body: Uint8Array
  /** There was more of the body. */
  readonly cut: boolean
}

/**
 * Sends one request over a connection of its own; redirections are answers like others. Certificates are checked as
 * browsers do. Rejects with Node's errors, and with one of code `ECONNRESET` where the answer ends early.
 */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>
