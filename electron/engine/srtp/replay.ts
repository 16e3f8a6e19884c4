const size = 128

/** The last indices seen, against replay (RFC 3711 3.3.2). */
export class ReplayWindow {
  readonly #seen = new Float64Array(size).fill(-1)
  #highest = -1

  fresh(index: number): boolean {
    return index > this.#highest - size && this.#seen[index % size] !== index
  }

  note(index: number): void {
    this.#seen[index % size] = index
    if (index > this.#highest) this.#highest = index
  }
}
