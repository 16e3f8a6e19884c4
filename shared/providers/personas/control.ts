/** What the server of a call's owner asks for. */
export type ControlAction =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject'; readonly status: number }
  /** `target`: a URI. */
  | { readonly kind: 'refer'; readonly target: string }
  | { readonly kind: 'hangup' }

/** A request that cannot be done, and what its answer says. */
export interface ControlFault {
  readonly status: number
  /** A sentence. */
  readonly message: string
  /** A name for programs. */
  readonly code: string
  /** The field of the body that it is about. */
  readonly param?: string
}

export interface ControlRequest {
  readonly method: string
  /** Without its query. */
  readonly path: string
  /** As it came; of a body that is too long its beginning. */
  readonly body: string
}

/** The calls of HTTP by which an owner's server says what becomes of its calls, as the platform documents them. */
export interface ControlApi {
  /** On this computer; 0: any that is free. */
  readonly port: number
  /** What its clients take for the address of the platform, behind host and port: `/v1`. */
  readonly base: string
  /** The key that every request carries (RFC 6750), and what is answered to those that do not. */
  readonly key: string
  readonly wrongKey: ControlFault
  /** `call`: which call it names; null: none. */
  read(request: ControlRequest): { readonly call: string | null; readonly asked: ControlAction | ControlFault }
  /** The body of the answer to what could not be done. */
  faultBody(fault: ControlFault): object
}
