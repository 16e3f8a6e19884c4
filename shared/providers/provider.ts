import type { Encryption } from '../model/encryption.ts'
import type { TransportName } from '../model/transport.ts'
import type { RefusedBy } from '../model/refused-by.ts'

/** What is known of a provider from what it publishes: data that anyone can add as one file, listed in index.ts. */
export interface Provider {
  readonly name: string
  /** The document or source that says so, and when it was read (year-month): it moves. */
  readonly source: string
  readonly asOf: string
  /** The domains that calls to it go to. */
  readonly domains: readonly string[]
  /** The variables that its agents get of the header fields of a call; null where it makes none by rule. */
  readonly variables: VariableRule | null
  readonly refusals: readonly ProviderRefusal[]
  /** What the settings of a trunk to it begin with; null where nothing is known. */
  readonly preset: TrunkPreset | null
  /** What it grants a call or a trunk, as sentences. */
  readonly limits: readonly string[]
}

export interface TrunkPreset {
  /** One that begins with a dot has a part of the customer's own before it, which a person types. */
  readonly address: string
  readonly transport: TransportName
  readonly encryption: Encryption
  readonly authentication: 'digest' | 'ip'
}

export interface VariableRule {
  /** Header names in lower case, and the variables of their own that they become. */
  readonly named: Readonly<Record<string, string>>
  /** Every other header that begins with `header` (lower case) becomes `variable` and the rest, with `-` as `_`. */
  readonly prefix: { readonly header: string; readonly variable: string }
}

/** A refusal that its words tell apart from others with the same status. */
export interface ProviderRefusal {
  readonly status: number
  /** Found in the reason phrase, whatever the case; '' stands for a phrase that is empty. */
  readonly reason: string
  /** The phrase is too common to tell the provider: it counts only for calls to its domains. */
  readonly atDomain?: true
  readonly refusedBy: RefusedBy
  readonly next: string
}
