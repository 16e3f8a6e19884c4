import type { z } from 'zod'
import type { TransportName } from '../../model/transport.ts'
import type { ControlAction } from './control.ts'
import type { HttpField, Persona, WebhookFault } from './decision.ts'

/** A value that an environment variable has, by its name. */
export type Secret = (variable: string) => string

/**
 * A persona that can be asked for: what a platform would make of a call. One file of this folder, and a line in the
 * index. All of it is pure: what takes time, sockets or the environment is done by the agent that plays it.
 */
export interface PersonaDefinition {
  /** As it is asked for: lower case. */
  readonly name: string
  /** The provider that it plays, by the name of its file of facts. */
  readonly provider: string
  /** What it plays; a clause. */
  readonly title: string
  /** The transports that it takes, the usual one first. */
  readonly transports: readonly TransportName[]
  /**
   * Of a document of its configuration. A field whose name ends with `Env` names an environment variable that has a
   * secret: no secret stands in it, except where a file of the platform’s own has one.
   */
  readonly schema: z.ZodType
  /** The most documents that a configuration has; with none at all it plays what is usual. */
  readonly mostDocuments: number
  /** Whether it asks a webhook, whose URL may be given beside the configuration. */
  readonly asksWebhook: boolean
  /** Its webhook is the server of an owner who has to accept each call too. */
  readonly ownerAccepts?: true
  /** The user part that a call of ours to it has; left out: a number. */
  readonly callee?: string
  /** A document that is right, for people to begin with. */
  readonly example: object
  /** The configuration that a trial on this computer is let in by; left out: none. */
  readonly trialDocument?: object
  /**
   * Plays by those documents, which the schema has accepted. `webhook`: the URL that was given beside them. Throws
   * PersonaFault for what does not go together.
   */
  open(documents: readonly unknown[], secret: Secret, webhook: string | null): Persona
  /** The webhook that those documents ask, seen from its side; left out: it asks none. Throws PersonaFault. */
  hook?(documents: readonly unknown[], secret: Secret): Hook
}

/** A webhook as the configuration of a persona has it. */
export interface Hook {
  /** Where it is, when that is in clear on this computer; null: elsewhere, or nowhere. */
  readonly url: string | null
  /** With their values each request proves who asks. */
  readonly headers: readonly HttpField[]
  /** `whsec_` and base64; null: requests are not signed. */
  readonly signingSecret: string | null
  /** An answer that is right; null: any 2xx is. */
  readonly answer: object | null
  check(answer: unknown): readonly WebhookFault[]
  /** What is to be called for the call of an event; null: nothing has to be, or it is no such event. */
  act(event: unknown, action: ControlAction): HookAction | null
}

export interface HookAction {
  readonly url: string
  /** The key that goes with it. */
  readonly key: string
  readonly body: string
}

/** What is wrong with a configuration; a clause that names the field. */
export class PersonaFault extends Error {}

/** The environment variables that a document names: the values of its fields `…Env`. */
export function variablesNamed(document: unknown): string[] {
  if (document === null || typeof document !== 'object') return []
  return Object.entries(document).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'string' ? (key.endsWith('Env') ? [value] : []) : variablesNamed(value),
  )
}
