import type { Clock, Timer } from '../../base/clock.ts'

export interface SessionTimerUser {
  refresh(): void
  expired(): void
}

/** RFC 4028 10: the refresher refreshes at half the interval; the other side gives up a little before its end. */
export class SessionTimer {
  /** RFC 4028 4: nobody may demand less. */
  static readonly minimumS = 90
  readonly seconds: number
  readonly weRefresh: boolean
  readonly #timer: Timer

  constructor(clock: Clock, seconds: number, weRefresh: boolean, user: SessionTimerUser) {
    this.seconds = seconds
    this.weRefresh = weRefresh
    const grace = Math.min(32, seconds / 3)
    this.#timer = clock.after((weRefresh ? seconds / 2 : seconds - grace) * 1000, () =>
      weRefresh ? user.refresh() : user.expired(),
    )
  }

  stop(): void {
    this.#timer.cancel()
  }
}
