/** A request of HTTP that came in, whole. */
export interface HttpArrived {
  readonly method: string
  /** Path and query, as they came. */
  readonly target: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly body: Uint8Array
  /** There was more of the body. */
  readonly cut: boolean
  /** Whoever asked is gone. */
  readonly gone: AbortSignal
}

export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface HttpServeOptions {
  /** 0: any that is free. */
  readonly port: number
  /** No more of a body is read. */
  readonly mostBytes: number
  /** Connections at once; more are closed. */
  readonly mostConnections: number
  /** Null: the connection is closed without an answer. */
  handle(request: HttpArrived): Promise<HttpReply | null> | HttpReply | null
}

export interface HttpServing {
  readonly port: number
  /** Open connections are closed too. */
  close(): void
}

/** Serves HTTP at 127.0.0.1. Rejects with Node's errors. What `handle` throws is answered with 500. */
export type HttpServe = (options: HttpServeOptions) => Promise<HttpServing>
