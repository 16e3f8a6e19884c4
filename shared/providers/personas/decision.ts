import type { Address } from '../../base/address.ts'
import type { Encryption } from '../../model/encryption.ts'
import type { TransportName } from '../../model/transport.ts'
import type { WebhookFaultCode } from '../../model/webhook-faults.ts'
import { parseNameAddr, parseUri, uriOf, type SipUri } from '../../wire/sip/grammar.ts'
import { header, type SipHeader, type SipRequest } from '../../wire/sip/message.ts'
import type { Source } from '../provider.ts'
import type { Variable } from '../variables.ts'
import type { ControlApi } from './control.ts'

/** An INVITE outside any dialog, and how it came. */
export interface Arrived {
  readonly request: SipRequest
  readonly source: Address
  readonly transport: TransportName
  /** Monotonic. */
  readonly atMs: number
  /** Calls that were let in and have not ended, without this one. */
  readonly activeCalls: number
}

/** One thing that was compared on the way to a decision. */
export interface Step {
  /** What was looked at, a noun: `trunk "Mine": allowed addresses`. */
  readonly subject: string
  /** What arrived. */
  readonly arrived: string
  /** What it was compared with. */
  readonly wanted: string
  /** Null where it decides nothing, or nobody knows what it decides. */
  readonly holds: boolean | null
  /** The document that says that this is compared, and so; null where that is a choice of ours. */
  readonly source: Source | null
}

/** A final response other than 2xx, with the words of the provider. */
export interface Refused {
  readonly status: number
  /** May be empty; null: the usual one of the status. */
  readonly reason: string | null
  readonly headers: readonly SipHeader[]
  /** A clause. */
  readonly because: string
  /** A sentence. */
  readonly next: string
}

/** Where no document says how a call is refused: a status of RFC 3261, with its usual words. */
export const refusal = (status: number, because: string, next: string): Refused => ({
  status,
  reason: null,
  headers: [],
  because,
  next,
})

/** The digest that a call needs (RFC 3261 22). */
export interface Challenge {
  readonly status: 401 | 407
  /** How many of the steps come before it. */
  readonly after: number
  readonly realm: string
  /** That are offered, the first first; left out: all that are known. */
  readonly algorithms?: readonly string[]
  readonly credentials: readonly { readonly username: string; readonly password: string }[]
  /** Of the challenge; null: the usual one. */
  readonly reason: string | null
  /** What follows credentials that are not right. */
  readonly wrong: Refused
  /** What follows what cannot be read as such; left out: they are asked for again. */
  readonly unreadable?: Refused
  /** It does not follow: the call is let in, and that it would have been refused is said. */
  readonly onlyNoted?: boolean
}

/** A request of HTTP while a call rings: POST of JSON. */
export interface Webhook {
  readonly url: string
  /** Their values are secrets. */
  readonly headers: readonly HttpField[]
  /** Those that anyone may see. */
  readonly openHeaders?: readonly HttpField[]
  readonly body: string
  readonly timeoutMs: number
  /** An answer that the caller waits longer for is slow. */
  readonly slowMs: number
  /** What is wrong with the JSON of its answer, empty: nothing; null: any 2xx will do, whatever its body. */
  readonly check: ((answer: unknown) => readonly WebhookFault[]) | null
}

export interface HttpField {
  readonly name: string
  readonly value: string
}

/** What an event about a call has that is new each time. */
export interface EventStamp {
  readonly eventId: string
  /** By which its owner names the call. */
  readonly callId: string
  /** Seconds since 1970. */
  readonly atS: number
}

/** Whose server is told of a call, and says over HTTP what becomes of it. */
export interface Owner {
  readonly callIds: 'uuid' | { readonly prefix: string }
  /** What its server is told. */
  event(stamp: EventStamp): Webhook
  /** The secret that signs it, `whsec_` and base64 (Standard Webhooks). */
  readonly signingSecret: string
  /** How long it has to accept, or to reject. */
  readonly patienceMs: number
  /** Accepting later than this is slow. */
  readonly slowMs: number
  /** What the caller gets when it does neither. */
  readonly nobody: Refused
}

/** One thing that is wrong with the answer of a webhook, or with how it came. */
export interface WebhookFault {
  readonly code: WebhookFaultCode
  /** A sentence that names the thing, and what came. */
  readonly text: string
}

/** What becomes of a call that is let in. */
export interface Answered {
  readonly kind: 'answer'
  /** 180 so often until somebody joins; null: once, and answered as the agent is set. */
  readonly ringing: { readonly everyMs: number; readonly mostMs: number; readonly joinsAfterMs: number | null } | null
  /** When nobody joins; null where `ringing` is. */
  readonly nobody: Refused | null
  /** Of the 200. */
  readonly headers: readonly SipHeader[]
  readonly encryption: Encryption
  /** Names as in model/codecs. */
  readonly codecs: readonly string[]
  /** Asked while it rings, before the answer. */
  readonly webhook: Webhook | null
  /** Who accepts it; left out: nobody has to. */
  readonly owner?: Owner
  /** Where a pin is asked of the caller: what becomes of the call once digits and # are dialled. */
  readonly pin?: (digits: string) => PinChecked
}

/** Let in, and answered as the agent is set. */
export const answered = (encryption: Encryption, codecs: readonly string[]): Answered => ({
  kind: 'answer',
  ringing: null,
  nobody: null,
  headers: [],
  encryption,
  codecs,
  webhook: null,
})

/** What becomes of a call whose caller dialled a pin. */
export interface PinChecked extends Pick<Decision, 'steps' | 'got' | 'variables'> {
  /** Why BYE follows, a clause, and what to do, a sentence; null where the call goes on. */
  readonly refused: { readonly because: string; readonly next: string } | null
}

export type Outcome =
  /** Nothing is sent at all. */
  | { readonly kind: 'silence'; readonly because: string; readonly next: string }
  /** `rings`: 180 goes out before. */
  | { readonly kind: 'refuse'; readonly refused: Refused; readonly rings: boolean }
  | Answered

/** What a platform makes of a call. */
export interface Decision {
  readonly steps: readonly Step[]
  /** What is asked before the outcome; null: nothing. */
  readonly challenge: Challenge | null
  readonly outcome: Outcome
  /** What it was let in in spite of: how each thing would have been refused. */
  readonly wouldRefuse?: readonly Refused[]
  /** What it got, by the platform's own names: trunk, rule, room. */
  readonly got: readonly { readonly name: string; readonly value: string }[]
  readonly variables: readonly Variable[]
}

/** Decides of calls, one after the other: what it refused before, and how many came, may count. */
export interface Persona {
  decide(arrived: Arrived): Decision
  /** Where the servers of those who own its calls say what becomes of them; null, or left out: nowhere. */
  readonly control?: ControlApi | null
  /** Who may register, and how; null, or left out: nobody. */
  readonly registrar?: RegistrarPolicy | null
}

/** How a registrar takes bindings (RFC 3261 10.3). */
export interface RegistrarPolicy {
  readonly realm: string
  /** Empty: anyone may register. */
  readonly credentials: Challenge['credentials']
  /** Blocks (CIDR); empty: from anywhere. */
  readonly allowedAddresses: readonly string[]
  readonly minExpiresS: number
  readonly maxExpiresS: number
  readonly usualExpiresS: number
  /** Of one address of record. */
  readonly mostContacts: number
}

/** The URI of From or To; null where there is none that can be read. */
export function addressOf({ request }: Pick<Arrived, 'request'>, key: 'from' | 'to'): SipUri | null {
  const value = header(request, key)
  return value === undefined ? null : parseUri(parseNameAddr(value)?.uri ?? uriOf(value))
}

/** As a step shows it: empty lists take all. */
export const anyOf = (list: readonly string[]): string => (list.length === 0 ? 'any' : list.join(', '))
