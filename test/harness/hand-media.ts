import { sdp } from './messages.ts'
import type { CallMedia } from '../../electron/engine/ua/index.ts'
import type { MediaRefusal } from '../../electron/engine/ua/media.ts'
import { settle } from './virtual-clock.ts'

type Given = string | { readonly sdp: string } | MediaRefusal | null

/** Media whose offers and answers are ready when a test says so. */
export class HandMedia implements CallMedia {
  /** What was asked of it, in order: `offer`, `answer`, `answered`, `confirm`, `hold true`, `close`. */
  readonly asked: string[] = []
  readonly #waiting: { readonly what: string; resolve(given: never): void; reject(error: Error): void }[] = []

  offer(): Promise<string> {
    return this.#ask('offer')
  }

  answer(): Promise<{ readonly sdp: string } | MediaRefusal> {
    return this.#ask('answer')
  }

  answered(): Promise<MediaRefusal | null> {
    return this.#ask('answered')
  }

  offerOtherwise(): null {
    return null
  }

  confirm(): void {
    this.asked.push('confirm')
  }

  whenSilent(): void {}

  hold(on: boolean): void {
    this.asked.push(`hold ${on}`)
  }

  sendDigits(): null {
    return null
  }

  close(): void {
    this.asked.push('close')
  }

  /** What has been asked and not been given yet. */
  get waiting(): string[] {
    return this.#waiting.map(({ what }) => what)
  }

  /** Gives what was asked for longest; by itself what is usual. */
  async give(given?: Given): Promise<void> {
    const next = this.#waiting.shift()
    if (!next) throw new Error('nothing is asked of the media')
    const usual = { offer: sdp('192.0.2.1', 20_000), answer: { sdp: sdp('192.0.2.1', 20_000) }, answered: null }
    next.resolve((given === undefined ? usual[next.what as keyof typeof usual] : given) as never)
    await settle()
  }

  async fail(text = 'no device'): Promise<void> {
    this.#waiting.shift()!.reject(new Error(text))
    await settle()
  }

  #ask<Result>(what: string): Promise<Result> {
    this.asked.push(what)
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ what, resolve, reject })
    })
  }
}
