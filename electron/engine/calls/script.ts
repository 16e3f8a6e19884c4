import type { Action, ScriptStep } from '../../../shared/contract/actions.ts'
import type { Micros } from '../../../shared/base/time.ts'
import type { Boundary } from '../base/boundary.ts'
import type { Clock, Timer } from '../base/clock.ts'
import { RingbackError, explainError, usage } from '../base/errors.ts'
import type { Samples } from '../media/audio/sound-files.ts'
import type { MusicAt } from '../media/audio/source.ts'
import type { MediaSession } from '../media/session/session.ts'
import type { MediaOpener } from '../stations/media-opener.ts'
import type { Call } from '../ua/index.ts'
import type { CallRecord } from './call-record.ts'
import { perform, whileAnswered, type Refer } from './timeline.ts'

/** So long speaks who is heard, and not a click of the line. */
const shortestSpeechUs = 60_000
/** Longer than a sound may take to leave beyond its own length. */
const graceMs = 5000
/** Of a digit and the pause behind it. */
const digitMs = 220

/** A step with the sound that it needs. */
export interface PreparedStep {
  readonly step: ScriptStep
  readonly sound: Samples | null
  /** What the peer hears of it while it is on hold. */
  readonly music: MusicAt | null
}

/**
 * The sounds of a script, before anything is sent. Throws RingbackError, with its line, for a file that cannot be
 * played and a text that cannot be spoken.
 */
export async function prepareScript(
  opener: Pick<MediaOpener, 'sound' | 'music'>,
  steps: readonly ScriptStep[],
  codecs: readonly string[],
): Promise<PreparedStep[]> {
  const prepared: PreparedStep[] = []
  for (const step of steps) {
    try {
      const sound =
        step.kind === 'say'
          ? await opener.sound({ kind: 'speech', text: step.text }, codecs)
          : step.kind === 'play'
            ? await opener.sound({ kind: 'file', path: step.path }, codecs)
            : null
      const music = step.kind === 'hold' ? await opener.music(step.music, codecs) : null
      prepared.push({ step, sound, music })
    } catch (error) {
      if (!(error instanceof RingbackError)) throw error
      throw new RingbackError(error.kind, `${placeOf(step)}: ${error.message}`, error, error.remedy)
    }
  }
  return prepared
}

export interface ScriptParts {
  readonly clock: Clock
  readonly boundary: Boundary
  readonly record: CallRecord
  readonly call: Call
  readonly media: Pick<MediaSession, 'play'>
  readonly refer: Refer
  /** The call ends when the script does. */
  readonly endsCall: boolean
}

/** Does to a call one step after the other from its answer on. Why it stops is said in the call, which then ends. */
export function runScript(parts: ScriptParts, steps: readonly PreparedStep[]): void {
  if (steps.length === 0) return
  const run = new ScriptRun(parts, steps)
  const begin = () => parts.boundary.run('script', () => run.begin())
  whileAnswered(parts.call, begin, () => run.end())
}

class ScriptRun {
  readonly #parts: ScriptParts
  readonly #steps: readonly PreparedStep[]
  #at = 0
  #over = false
  #timer: Timer | null = null

  constructor(parts: ScriptParts, steps: readonly PreparedStep[]) {
    this.#parts = parts
    this.#steps = steps
  }

  async begin(): Promise<void> {
    await this.#parts.call.negotiation.settled()
    if (this.#over) return
    for (; this.#at < this.#steps.length; this.#at++) {
      try {
        const prepared = this.#steps[this.#at]!
        const { record } = this.#parts
        record.observe('script-step', `${placeOf(prepared.step)} begins`, String(this.#at + 1))
        await this.#do(prepared)
      } catch (error) {
        return this.#fail(explainError(error))
      }
      if (this.#over) return
    }
    this.#over = true
    if (this.#parts.endsCall && this.#parts.call.is('answered')) this.#parts.record.hangUp()
  }

  /** The call is over. */
  end(): void {
    this.#timer?.cancel()
    if (this.#over) return
    this.#over = true
    const undone = this.#steps.findIndex(({ step }, i) => i >= this.#at && !endsAnyway.has(step.kind))
    if (undone >= 0) this.#observe(undone, 'the call ended before it was done')
  }

  #fail(why: string): void {
    if (this.#over) return
    this.#over = true
    this.#observe(this.#at, why)
    if (this.#parts.call.is('answered')) this.#parts.record.hangUp()
  }

  #observe(at: number, why: string): void {
    const { step } = this.#steps[at]!
    this.#parts.record.observe('script-failed', `${placeOf(step)}: ${why}`, String(at + 1))
  }

  #do({ step, sound, music }: PreparedStep): Promise<unknown> | void {
    switch (step.kind) {
      case 'wait':
        return this.#wait(step.ms)
      case 'wait-for-speech':
        return this.#waitForSpeech(step.timeoutMs)
      case 'wait-for-silence':
        return this.#waitForSilence(step.ms, step.timeoutMs)
      case 'say':
      case 'play':
        return this.#play(sound!)
      case 'hangup':
        this.#over = true
        return this.#parts.record.hangUp()
      default:
        return this.#act(step, music)
    }
  }

  async #act(step: Action, music: MusicAt | null): Promise<void> {
    const { record, call, refer } = this.#parts
    await perform(record, call, step, refer, music)
    // The next step begins when they have left.
    if (step.kind === 'dtmf' && step.mode !== 'info') await this.#wait(step.digits.length * digitMs)
  }

  #waitForSpeech(timeoutMs: number): Promise<void> {
    const { clock, record } = this.#parts
    const beganAt = clock.nowUs()
    return this.#told(
      (speaks) => {
        const look = () => {
          const heard = this.#lastHeard()
          if (heard !== null && heard.to >= beganAt && heard.to - heard.from >= shortestSpeechUs) speaks()
        }
        return record.trace.addSink({ sip: () => {}, observation: () => {}, packet: look })
      },
      timeoutMs,
      'nobody spoke',
    )
  }

  async #waitForSilence(ms: number, timeoutMs: number): Promise<void> {
    const { clock } = this.#parts
    const beganAt = clock.nowUs()
    // It is so at that time, if nobody speaks until then.
    const leftUs = () => Math.max(beganAt, this.#lastHeard()?.to ?? 0) + ms * 1000 - clock.nowUs()
    for (let left = leftUs(); left > 0; left = leftUs()) {
      const patienceUs = beganAt + timeoutMs * 1000 - clock.nowUs()
      if (patienceUs <= 0) throw inVain(`it was not silent for ${ms / 1000} s`, timeoutMs)
      await this.#wait(Math.ceil(Math.min(left, patienceUs) / 1000))
    }
  }

  /** When the peer spoke last. */
  #lastHeard(): { readonly from: Micros; readonly to: Micros } | null {
    return this.#parts.record.projection.streams.all
      .filter(({ sent }) => sent === false)
      .flatMap(({ stats }) => stats.talk?.last ?? [])
      .reduce<{ readonly from: Micros; readonly to: Micros } | null>(
        (latest, one) => (latest && latest.to > one.to ? latest : one),
        null,
      )
  }

  #play(sound: Samples): Promise<void> {
    let left = () => {}
    const ms = this.#parts.media.play(sound, () => left())
    const listen = (tell: () => void) => {
      left = tell
      return () => {}
    }
    return this.#told(listen, ms + graceMs, 'it did not leave')
  }

  /** Until `listen`, which gives back what ends its listening, is told. Rejects with why, where that takes too long. */
  #told(listen: (tell: () => void) => () => void, timeoutMs: number, why: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = listen(() => {
        this.#timer?.cancel()
        end()
        resolve()
      })
      this.#timer = this.#parts.clock.after(timeoutMs, () => {
        end()
        reject(inVain(why, timeoutMs))
      })
    })
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => (this.#timer = this.#parts.clock.after(ms, resolve)))
  }
}

const inVain = (why: string, timeoutMs: number) => usage(`${why} within ${timeoutMs / 1000} s`)

/** What the end of a call leaves undone without harm. */
const endsAnyway = new Set<ScriptStep['kind']>(['wait', 'wait-for-silence', 'hangup'])

/** `line 3 of the script (wait for speech)`. */
function placeOf({ line, kind }: ScriptStep): string {
  const words = kind.replaceAll('-', ' ')
  return line === undefined ? `the script (${words})` : `line ${line} of the script (${words})`
}
