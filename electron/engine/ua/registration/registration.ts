import type { Remedy } from '../../../../shared/model/remedies.ts'
import type { ObservationKind } from '../../../../shared/model/wire.ts'
import { isBindingOf } from '../../../../shared/wire/sip/bindings.ts'
import { parseNameAddr } from '../../../../shared/wire/sip/grammar.ts'
import {
  headerList,
  makeHeader,
  makeRequest,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { expiresOf, expiresParam, minExpiresOf } from '../../../../shared/wire/sip/numbers.ts'
import { missingBinding } from '../../../../shared/words/missing-binding.ts'
import { refusalWords } from '../../../../shared/words/refusal.ts'
import { statusOf } from '../../../../shared/words/statuses.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { Emitter } from '../../base/emitter.ts'
import type { Random } from '../../base/random.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { SipEndpoint } from '../../sip/endpoint.ts'
import type { NextHop } from '../../sip/pending.ts'
import type { RequestFailure } from '../../sip/failures.ts'
import type { Flow } from '../../sip/transport/flow.ts'
import { contactHeader } from '../call/headers.ts'
import { requestWithDigest } from '../request.ts'

/**
 *   idle ─▶ registering ─▶ registered (refreshed without leaving it) ─▶ removing ─▶ idle
 *                  └─▶ failed ─▶ (retry) registering
 */
export type RegistrationState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'registering' }
  | { readonly kind: 'registered'; readonly contact: string; readonly expiresS: number; readonly bindings: number }
  /** `text` is a sentence; `final` says that trying again by itself is of no use. */
  | {
      readonly kind: 'failed'
      readonly text: string
      readonly status: number | null
      readonly final: boolean
      readonly remedy?: Remedy | undefined
    }
  | { readonly kind: 'removing' }

export interface RegistrationOptions {
  /** The request URI: the registrar's domain. */
  readonly registrar: string
  readonly addressOfRecord: string
  readonly hop: NextHop
  readonly user: string
  readonly digest: DigestClient
  readonly expiresS: number
}

export interface RegistrationDeps {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly random: Random
  readonly userAgent: string
  observe(kind: ObservationKind, text: string): void
}

const retryMs = 30_000

/** One binding at one registrar: made, refreshed, removed (RFC 3261 10.2). */
export class Registration {
  readonly events = new Emitter<{ state: RegistrationState }>()
  readonly callId: string
  readonly #deps: RegistrationDeps
  readonly #options: RegistrationOptions
  readonly #localTag: string
  #state: RegistrationState = { kind: 'idle' }
  #sequence = 0
  #expiresS: number
  #raised = false
  #timer: Timer | null = null
  #stopping = false
  /** A REGISTER is on its way: the next one waits for its outcome (RFC 3261 10.2). */
  #pending = false
  /** A binding of ours at an address where nobody finds us: the next REGISTER removes it. */
  #stale: string | null = null
  /** Why the challenge of the last one could not be answered, or was answered in vain. */
  #refusal: string | null = null

  constructor(deps: RegistrationDeps, options: RegistrationOptions, callId: string) {
    this.#deps = deps
    this.#options = options
    this.callId = callId
    this.#localTag = deps.random.token(12)
    this.#expiresS = options.expiresS
  }

  get state(): RegistrationState {
    return this.#state
  }

  start(): void {
    this.#stopping = false
    this.#register(this.#expiresS)
  }

  /** Removes the binding; the state is idle when the registrar has agreed or cannot be asked. */
  stop(): void {
    this.#timer?.cancel()
    this.#stopping = true
    if (this.#pending) this.#move({ kind: 'removing' })
    else if (this.#state.kind === 'registered') this.#register(0)
    else this.#move({ kind: 'idle' })
  }

  #register(expiresS: number): void {
    if (expiresS === 0) this.#move({ kind: 'removing' })
    else if (this.#state.kind !== 'registered') this.#move({ kind: 'registering' })
    this.#pending = true
    this.#refusal = null
    let contact = ''
    requestWithDigest(this.#deps.endpoint, this.#options.hop, this.#options.digest, {
      method: 'REGISTER',
      uri: this.#options.registrar,
      nextSequence: () => ++this.#sequence,
      build: (flow, sequence, credentials) => {
        contact = contactHeader(this.#options.user, flow).value
        return this.#request(flow, sequence, credentials, expiresS)
      },
      response: (response, flow) => {
        if (response.status < 200) return
        const seen = contactHeader(this.#options.user, flow).value
        this.#response(response, contact, seen, expiresS)
      },
      failed: (failure) => this.#failed(failure, expiresS),
      observe: (kind, text) => {
        if (kind === 'auth-failed') this.#refusal = text
        this.#deps.observe(kind, text)
      },
    })
  }

  #request(flow: Flow, sequence: number, credentials: SipRequest['headers'], expiresS: number): SipRequest {
    const { registrar, addressOfRecord, user } = this.#options
    return makeRequest('REGISTER', registrar, [
      makeHeader('Max-Forwards', '70'),
      makeHeader('From', `<${addressOfRecord}>;tag=${this.#localTag}`),
      makeHeader('To', `<${addressOfRecord}>`),
      makeHeader('Call-ID', this.callId),
      makeHeader('CSeq', `${sequence} REGISTER`),
      contactHeader(user, flow),
      ...(this.#stale === null ? [] : [makeHeader('Contact', `${this.#stale};expires=0`)]),
      makeHeader('Expires', String(expiresS)),
      ...credentials,
      makeHeader('User-Agent', this.#deps.userAgent),
    ])
  }

  /** `seen`: our Contact, as it would be written now that the response has told where the registrar sees us. */
  #response(response: SipResponse, contact: string, seen: string, askedS: number): void {
    this.#pending = false
    const { status } = response
    if (status === 423 && !this.#raised && askedS > 0 && !this.#stopping) {
      const minimum = minExpiresOf(response)
      if (minimum !== null && minimum > askedS) {
        this.#raised = true
        this.#expiresS = minimum
        return this.#register(minimum)
      }
    }
    if (status >= 300) {
      const why = [...(this.#refusal === null ? [] : [this.#refusal]), ...refusalWords(response, askedS)]
      const text = `the registrar answered ${status} ${response.reason}`
      return this.#refused(why.length === 0 ? text : `${text}: ${why.join('; ')}`, status)
    }
    if (askedS === 0) return this.#move({ kind: 'idle' })
    if (this.#stopping) return this.#register(0)
    if (seen !== contact && this.#stale === null) {
      this.#stale = contact
      return this.#register(askedS)
    }
    this.#stale = null
    const bindings = headerList(response, 'contact')
    if (!bindings.some((value) => isBindingOf(contact, value)))
      this.#deps.observe('binding-missing', `the registrar agreed and ${missingBinding(contact, bindings)}`)
    const expiresS = grantedSeconds(response, contact) ?? askedS
    this.#move({ kind: 'registered', contact, expiresS, bindings: headerList(response, 'contact').length })
    // Refreshed well before the end: at nine tenths, and never later than 5 s before.
    this.#timer = this.#deps.clock.after(Math.max(1, Math.min(expiresS * 0.9, expiresS - 5)) * 1000, () =>
      this.#register(this.#expiresS),
    )
  }

  #failed(failure: RequestFailure, askedS: number): void {
    this.#pending = false
    if (failure.kind === 'unresolved') this.#deps.observe('unresolved', failure.text)
    if (askedS === 0 || this.#stopping) return this.#move({ kind: 'idle' })
    this.#refused(failure.text, null, failure.remedy)
  }

  #refused(text: string, status: number | null, remedy?: Remedy): void {
    if (this.#stopping) return this.#move({ kind: 'idle' })
    const final = status !== null && statusOf(status).registering !== undefined
    this.#move({ kind: 'failed', text, status, final, remedy })
    if (!final) this.#timer = this.#deps.clock.after(retryMs, () => this.#register(this.#expiresS))
  }

  #move(state: RegistrationState): void {
    this.#timer?.cancel()
    this.#state = state
    this.events.emit('state', state)
  }
}

/** What the registrar granted for our own binding: its expires parameter, else Expires (RFC 3261 10.3 step 8). */
function grantedSeconds(response: SipResponse, contact: string): number | null {
  for (const value of headerList(response, 'contact')) {
    if (!isBindingOf(contact, value)) continue
    const seconds = expiresParam(parseNameAddr(value)!.params)
    if (seconds !== null) return seconds
  }
  return expiresOf(response)
}
