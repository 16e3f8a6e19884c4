import type { ObservationKind } from '../../../shared/model/wire.ts'
import type { CallerWrong, Wrong } from '../../../shared/model/wrong.ts'
import { faultText, type Boundary } from '../base/boundary.ts'
import type { Budgets } from '../base/budgets.ts'
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import type { SipEndpoint } from '../sip/endpoint.ts'
import type { Call, CallDeps } from './call/call.ts'

/** What a user agent and all of its calls work with. */
export interface UserAgentDeps {
  readonly endpoint: SipEndpoint
  readonly clock: Clock
  readonly random: Random
  readonly boundary: Boundary
  readonly budgets: Budgets
  readonly name: string
  /** What an endpoint knows of a call or a registration beyond its messages. */
  observe(callId: string, kind: ObservationKind, text: string): void
}

/** What one call works with: what is thrown in a timer or a wait of it ends that call. */
export class OwnCallDeps implements CallDeps {
  readonly clock: Clock
  readonly followsRefer: boolean
  readonly wrong: readonly (Wrong | CallerWrong)[]
  /** The call, once it is there. */
  call: Call | null = null
  readonly #shared: UserAgentDeps
  readonly #callId: string
  readonly #boundary: Boundary

  constructor(
    shared: UserAgentDeps,
    callId: string,
    { followsRefer, wrong = [] }: { readonly followsRefer: boolean; readonly wrong?: CallDeps['wrong'] | undefined },
  ) {
    this.#shared = shared
    this.#callId = callId
    this.followsRefer = followsRefer
    this.wrong = wrong
    this.#boundary = shared.boundary.within((fault) => {
      this.observe('internal-fault', faultText(fault))
      this.call?.abort()
    })
    this.clock = this.#boundary.clock(shared.clock)
  }

  get endpoint(): SipEndpoint {
    return this.#shared.endpoint
  }

  get budgets(): Budgets {
    return this.#shared.budgets
  }

  get random(): Random {
    return this.#shared.random
  }

  get userAgent(): string {
    return this.#shared.name
  }

  observe(kind: ObservationKind, text: string): void {
    this.#shared.observe(this.#callId, kind, text)
  }

  run(place: string, work: () => unknown): void {
    this.#boundary.run(place, work)
  }
}
