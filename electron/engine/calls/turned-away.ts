import type { PersonaReport } from '../../../shared/contract/persona.ts'
import { wrongs, wrongWords } from '../../../shared/model/wrong.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Station } from '../stations/station.ts'
import type { CallRecords } from './call-records.ts'

/** An INVITE as it is turned away. */
interface Unbegun {
  readonly callId: string
  readonly why: 'refused' | 'challenged' | 'ignored'
  readonly text: string
  /** What the one that is played made of it. */
  persona(): PersonaReport | null
}

/** An INVITE that became no call. */
interface TurnedAway {
  readonly text: string
  readonly persona: PersonaReport | null
  readonly timer: Timer
}

/** How long an INVITE that got no answer, or a challenge, may come again before it is reported. */
const patienceMs = 32_000
const minuteMs = 60_000

/** INVITEs at one agent that became no call: they are reported when they do not come again. */
export class TurnedAways {
  readonly #clock: Clock
  readonly #records: CallRecords
  readonly #station: Station
  readonly #agent: string
  readonly #byCallId = new Map<string, TurnedAway>()

  constructor(clock: Clock, records: CallRecords, station: Station, agent: string) {
    this.#clock = clock
    this.#records = records
    this.#station = station
    this.#agent = agent
  }

  add({ callId, why, text, persona }: Unbegun): void {
    const { budgets } = this.#station
    const waiting = this.#byCallId.get(callId)
    const record = this.#records.ofTrace(this.#station.trace(callId))
    if (record?.endedAt === null || (waiting && why !== 'refused')) return
    if (!waiting && !budgets.allows('refusalsPerMinute')) return
    if (!waiting) {
      budgets.take('refusalsPerMinute')
      this.#clock.after(minuteMs, () => budgets.release('refusalsPerMinute'))
    }
    waiting?.timer.cancel()
    // What is refused for good is reported when its refusal has been seen too.
    this.#byCallId.set(callId, {
      text,
      persona: persona(),
      timer: this.#clock.after(why === 'refused' ? 0 : patienceMs, () => this.#report(callId)),
    })
  }

  /** Reports those that wait. */
  settle(): void {
    for (const [callId, { timer }] of [...this.#byCallId]) {
      timer.cancel()
      this.#report(callId)
    }
  }

  #report(callId: string): void {
    const waiting = this.#byCallId.get(callId)
    this.#byCallId.delete(callId)
    if (!waiting || (callId !== '' && this.#station.trace(callId))) return
    const record = this.#records.begin(this.#station, callId, this.#agent)
    record.observe('refused-by-us', waiting.text)
    for (const name of this.#station.ua.wrong) record.observe('on-purpose', wrongWords(wrongs[name]), name)
    if (waiting.persona) record.plays(waiting.persona)
    record.end()
  }
}
