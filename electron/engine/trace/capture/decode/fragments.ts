import type { Account } from '../account.ts'

/** Datagrams whose fragments are waited for. */
const mostFragmented = 1000
/** No IP datagram is longer (RFC 791 3.1). */
const longestDatagram = 65_535
/** Paths cut a datagram into far fewer; more are an attack. */
const mostParts = 256
const lost = 'fragments of datagrams that are not complete'

interface Entry {
  /** By offset; where several begin there, the first. */
  readonly parts: Map<number, Uint8Array>
  frames: number
  held: number
  /** Known once the last one has come. */
  total: number | null
}

/** Puts fragmented datagrams together (RFC 791 3.2, RFC 8200 4.5). */
export class Fragments {
  readonly #account: Account
  readonly #entries = new Map<string, Entry>()

  constructor(account: Account) {
    this.#account = account
  }

  /** The whole datagram and of how many frames it was made, once it is complete. */
  add(key: string, offset: number, more: boolean, bytes: Uint8Array): { bytes: Uint8Array; frames: number } | null {
    if (offset + bytes.length > longestDatagram) {
      this.#account.count(lost, 1)
      return null
    }
    let entry = this.#entries.get(key)
    if (!entry) {
      if (this.#entries.size >= mostFragmented) this.#drop(this.#entries.keys().next().value!)
      this.#entries.set(key, (entry = { parts: new Map(), frames: 0, held: 0, total: null }))
    }
    entry.frames++
    if (!entry.parts.has(offset)) {
      entry.parts.set(offset, bytes.slice())
      entry.held += bytes.length
    }
    if (!more) entry.total = offset + bytes.length
    if (entry.parts.size > mostParts) {
      this.#drop(key)
      return null
    }
    if (entry.total === null || entry.held < entry.total) return null
    const whole = together(entry.parts, entry.total)
    if (!whole) return null
    this.#entries.delete(key)
    return { bytes: whole, frames: entry.frames }
  }

  /** Counts those that still wait. */
  end(): void {
    for (const key of [...this.#entries.keys()]) this.#drop(key)
  }

  #drop(key: string): void {
    this.#account.count(lost, this.#entries.get(key)!.frames)
    this.#entries.delete(key)
  }
}

/** The parts side by side; null while one is missing. */
function together(parts: ReadonlyMap<number, Uint8Array>, total: number): Uint8Array | null {
  const whole = new Uint8Array(total)
  let filled = 0
  for (const [offset, bytes] of [...parts].sort(([a], [b]) => a - b)) {
    if (offset > filled) return null
    const fresh = bytes.subarray(filled - offset, total - offset)
    if (fresh.length === 0) continue
    whole.set(fresh, filled)
    filled += fresh.length
  }
  return filled >= total ? whole : null
}
