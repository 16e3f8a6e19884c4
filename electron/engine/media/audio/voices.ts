import type { Heard } from './heard.ts'
import { Mix } from './mix.ts'
import type { Outgoing } from './outgoing.ts'
import { PassedOn } from './passed-on.ts'
import type { ReceivedAudio } from './received-audio.ts'

/** What a session has for others to hear, and what it sends of theirs. */
export class Voices {
  readonly #audio: ReceivedAudio
  readonly #outgoing: Outgoing

  constructor(audio: ReceivedAudio, outgoing: Outgoing) {
    this.#audio = audio
    this.#outgoing = outgoing
  }

  /** What comes from the peer. */
  get heard(): Heard {
    return this.#audio
  }

  /** What our side says to it, without what others say. */
  get said(): Heard {
    return this.#outgoing.said
  }

  /** Whether our side has something to say of its own, and not only what came from the peer. */
  get hasSource(): boolean {
    return this.#outgoing.hasSource
  }

  /** What another session hears is sent from now on, in place of the source; null: the source goes on. */
  speak(other: Voices | null): void {
    this.#outgoing.guest?.close()
    this.#outgoing.guest = other && new PassedOn(other.heard)
  }

  /** These are sent too from now on; `speaks`: beside what the call sends of its own, which otherwise waits. */
  join(others: readonly Heard[], speaks: boolean): void {
    const mix = (this.#outgoing.mix ??= new Mix())
    mix.hear(others)
    mix.speaks = speaks
    // Our marker takes ways of which nothing is known.
    this.#audio.listens = false
  }

  /** It is a call by itself again. */
  leave(): void {
    this.#outgoing.mix?.close()
    this.#outgoing.mix = null
    this.#audio.listens = true
  }

  close(): void {
    this.speak(null)
    this.leave()
  }
}
