/**
 * A text whose secret stretches become `x`, one for each character; white space and line ends stay, and so does the
 * length.
 */
export class Masking {
  readonly #text: string
  readonly #parts: string[] = []
  #copied = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Masks from here to there. Stretches come in order; what is masked already is left alone. */
  mask(from: number, to: number): void {
    const start = Math.max(from, this.#copied)
    if (to <= start) return
    this.#parts.push(this.#text.slice(this.#copied, start), masked(this.#text.slice(start, to)))
    this.#copied = to
  }

  result(): string {
    if (this.#copied === 0) return this.#text
    this.#parts.push(this.#text.slice(this.#copied))
    return this.#parts.join('')
  }
}

const masked = (text: string) => text.replace(/[^ \t\r\n]/g, 'x')
