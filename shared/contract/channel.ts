import type { Remedy } from '../model/remedies.ts'
import type { Delta } from './state.ts'

/**
 * `usage`: what was asked for is wrong. `machine`: this machine could not. `peer`: the other side refused or failed.
 */
export type ErrorKind = 'usage' | 'machine' | 'peer'

/** What a window says to its engine, whatever carries it (WebSocket text, MessagePort). */
export type ToEngine =
  | { readonly type: 'command'; readonly id: number; readonly name: string; readonly args: unknown }
  /** A SIP message of the phone of the window (decision 035). */
  | { readonly type: 'voice'; readonly message: string }
  /** The calls whose whole reports the window wants. */
  | { readonly type: 'watch'; readonly ids: readonly string[] }
  /** The last delta is taken in: the next may come. */
  | { readonly type: 'taken'; readonly seq: number }

/** What the engine says to a window. */
export type ToWindow =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | {
      readonly type: 'fault'
      readonly id: number
      readonly kind: ErrorKind
      readonly message: string
      /** The setting that would mend it, where one would: the window names it in its own words. */
      readonly remedy?: Remedy
    }
  | { readonly type: 'delta'; readonly delta: Delta }
  /** A SIP message to the phone of the window. */
  | { readonly type: 'voice'; readonly message: string }

/** The first word of an engine: who it is, and what a person must know of how it started. */
export interface Hello {
  readonly version: string
  /** The data folder; null when none can be used, and then nothing is kept. */
  readonly profile: string | null
  readonly startedAt: string
  /** IP addresses that other machines reach this one by, as its interfaces have them; a router may show another. */
  readonly addresses?: readonly string[]
  /** Sentences: a data folder that cannot be used, an agent that could not start, a crash before this start. */
  readonly notices: readonly string[]
}

/** What the browser shell says to a page before the engine is heard: the page proves that it was opened by a link. */
export type FromShell =
  | { readonly type: 'challenge'; readonly challenge: string }
  /** To prove challenges with from now on. */
  | { readonly type: 'key'; readonly key: string }

/** A page's first word: what its link led to, once, or the HMAC-SHA256 of the challenge by its key, base64url. */
export type ToShell =
  | { readonly type: 'claim'; readonly claim: string }
  | { readonly type: 'proof'; readonly proof: string }
