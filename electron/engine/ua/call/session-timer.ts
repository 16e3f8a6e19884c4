import {
  listHas,
  makeHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import { sessionExpiresOf } from '../../../../shared/wire/sip/numbers.ts'
import type { Timer } from '../../base/clock.ts'
import { bye } from './bye.ts'
import type { Call } from './call.ts'
import { reasons } from './headers.ts'
import { refresh } from './update.ts'

/** RFC 4028 4: nobody may demand less. */
const minimumS = 90

const retryMs = 30_000

/** The session timer of a call (RFC 4028): only as a peer asks for it. */
export class SessionTimer {
  readonly #call: Call
  #running: { readonly seconds: number; readonly weRefresh: boolean; readonly timers: Timer[] } | null = null

  /** The peer has demanded a longer interval, which it may do once. */
  #raised = false

  constructor(call: Call) {
    this.#call = call
  }

  /** The Min-SE to answer a request with whose interval is too short, or null. */
  tooShort(request: SipRequest): number | null {
    const asked = sessionExpiresOf(request)
    return asked && asked.seconds < minimumS ? minimumS : null
  }

  /** Takes in the Session-Expires of a request and returns the headers of our 2xx (RFC 4028 9). */
  accept(request: SipRequest): SipHeader[] {
    const asked = sessionExpiresOf(request)
    if (!asked || asked.seconds < minimumS) return []
    const { seconds } = asked
    const peerKnows = listHas(request, 'supported', 'timer')
    const refresher = asked.refresher ?? (peerKnows ? 'uac' : 'uas')
    this.#start(seconds, refresher === 'uas')
    return [
      makeHeader('Session-Expires', `${seconds};refresher=${refresher}`),
      ...(peerKnows ? [makeHeader('Require', 'timer')] : []),
    ]
  }

  /** Takes in the Session-Expires of a 2xx to a request of ours. */
  granted(response: SipResponse): void {
    const granted = sessionExpiresOf(response)
    if (granted && granted.seconds >= 1) this.#start(granted.seconds, granted.refresher !== 'uas')
  }

  /** What a refresh of ours says. */
  headers(): SipHeader[] {
    if (!this.#running) return []
    const { seconds, weRefresh } = this.#running
    return [
      makeHeader('Supported', 'timer'),
      makeHeader('Session-Expires', `${seconds};refresher=${weRefresh ? 'uac' : 'uas'}`),
      ...(this.#raised ? [makeHeader('Min-SE', String(seconds))] : []),
    ]
  }

  stop(): void {
    for (const timer of this.#running?.timers ?? []) timer.cancel()
    this.#running = null
  }

  /** A refresh of ours was refused, and the call goes on: it is tried again, until the interval is over. */
  refused(why: string, minimum: number | null = null): void {
    const running = this.#running
    if (!running) return
    const { deps } = this.#call
    const longer = minimum !== null && minimum > running.seconds && !this.#raised
    // Who demands longer gets it at once (RFC 4028 7.4).
    if (longer) {
      this.#raised = true
      this.#start(minimum, true)
    }
    const delayMs = longer ? 0 : Math.min(retryMs, running.seconds * 125)
    deps.observe('session-timer', `the session was not refreshed: ${why}; it is tried again`)
    this.#running!.timers.push(deps.clock.after(delayMs, () => refresh(this.#call)))
  }

  /** RFC 4028 10: the refresher refreshes at half the interval; either side gives up a little before its end. */
  #start(seconds: number, weRefresh: boolean): void {
    this.stop()
    const { clock } = this.#call.deps
    const timers = [clock.after((seconds - Math.min(32, seconds / 3)) * 1000, () => this.#expired(seconds))]
    if (weRefresh) timers.push(clock.after(seconds * 500, () => refresh(this.#call)))
    this.#running = { seconds, weRefresh, timers }
  }

  #expired(seconds: number): void {
    this.#call.deps.observe(
      'session-timer',
      `the session timer of ${seconds} s ran out without a refresh: the call is ended`,
    )
    bye(this.#call, { by: 'nobody', reason: 'session-timer' }, reasons.sessionExpired)
  }
}
