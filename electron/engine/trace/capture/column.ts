const firstRoom = 1024

type Numbers = Float64Array | Uint32Array | Uint8Array

/** Numbers one after the other, each in as few bytes as its kind takes: one column of a table that grows. */
export class Column {
  length = 0
  #numbers: Numbers

  constructor(kind: { new (length: number): Numbers }) {
    this.#numbers = new kind(firstRoom)
  }

  push(value: number): void {
    this.put(this.length, value)
  }

  /** At the end, or behind it: what lies between is 0. */
  put(place: number, value: number): void {
    if (place >= this.#numbers.length) this.#grow(place + 1)
    this.#numbers[place] = value
    if (place >= this.length) this.length = place + 1
  }

  at(place: number): number {
    return this.#numbers[place]!
  }

  #grow(least: number): void {
    const kind = this.#numbers.constructor as { new (length: number): Numbers }
    const numbers = new kind(Math.max(least, Math.ceil(this.#numbers.length * 1.5)))
    numbers.set(this.#numbers)
    this.#numbers = numbers
  }
}
