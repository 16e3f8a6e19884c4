const firstSlots = 1024
const width = 4

/**
 * Numbers each key of four 32-bit words from 0 on, in the order of their coming. Keys lie in typed arrays: an entry
 * takes about 24 bytes and a look-up makes no object.
 */
export class WordTable {
  size = 0
  #words = new Int32Array((firstSlots / 2) * width)
  /** The number of the key at each slot, and 1 more; 0 for an empty one. */
  #slots = new Int32Array(firstSlots)

  /** The number of a key, a new one where it was not seen before. */
  idOf(a: number, b: number, c: number, d: number): number {
    const slot = this.#slotOf(a, b, c, d)
    const entry = this.#slots[slot]!
    return entry === 0 ? this.#add(slot, a, b, c, d) : entry - 1
  }

  /** The number of a key; -1 where it was not seen before. */
  find(a: number, b: number, c: number, d: number): number {
    return this.#slots[this.#slotOf(a, b, c, d)]! - 1
  }

  /** Word 0 to 3 of the key with that number. */
  word(id: number, n: number): number {
    return this.#words[id * width + n]! >>> 0
  }

  /** Where the key stands, or the empty slot where it would. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const words = this.#words
    const [i, j, k, l] = [a | 0, b | 0, c | 0, d | 0]
    const mask = this.#slots.length - 1
    let slot = hash(i, j, k, l) & mask
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      const at = (entry - 1) * width
      if (words[at] === i && words[at + 1] === j && words[at + 2] === k && words[at + 3] === l) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  #add(slot: number, a: number, b: number, c: number, d: number): number {
    const id = this.size++
    if (this.#words.length < this.size * width) {
      const words = new Int32Array(this.#words.length * 2)
      words.set(this.#words)
      this.#words = words
    }
    this.#words.set([a, b, c, d], id * width)
    this.#slots[slot] = id + 1
    if (this.size * 2 > this.#slots.length) this.#grow()
    return id
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = hash(this.word(id, 0), this.word(id, 1), this.word(id, 2), this.word(id, 3)) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15) ^ b, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 13) ^ c, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 16) ^ d, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
