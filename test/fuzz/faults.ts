import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../test-results/fuzz')
const mostFiles = 3

/** What was found: each kind of fault once, with at most three inputs of it kept as files that can be replayed. */
export class Faults {
  readonly #kinds = new Map<string, number>()

  get count(): number {
    return this.#kinds.size
  }

  /** Whether more inputs of this kind are of use. */
  wants(reader: string, text: string): boolean {
    return (this.#kinds.get(kindOf(reader, text)) ?? 0) < mostFiles
  }

  /** `bytes` null: there is no single input to blame. */
  add(reader: string, text: string, bytes: Uint8Array | null): void {
    const kind = kindOf(reader, text)
    const before = this.#kinds.get(kind) ?? 0
    this.#kinds.set(kind, before + 1)
    if (before >= mostFiles) return
    process.stdout.write(`✕ ${reader}: ${text}\n`)
    if (!bytes) return
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${createHash('sha256').update(reader).update(bytes).digest('hex').slice(0, 12)}.bin`)
    writeFileSync(file, Buffer.concat([Buffer.from(`${reader}\n`), bytes]))
    process.stdout.write(`  ${bytes.length} bytes: npm run fuzz -- --replay ${file}\n`)
  }

  /** Each kind with how often it was met. */
  lines(): string[] {
    return [...this.#kinds].map(([kind, times]) => `${times} × ${kind}`)
  }
}

/** The same fault with other numbers and texts in it is the same kind. */
function kindOf(reader: string, text: string): string {
  return `${reader}: ${text
    .split('\n')[0]!
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/\d+(\.\d+)?/g, '#')
    .slice(0, 160)}`
}

/** The reader and the bytes of a kept input. */
export function readFault(file: string): { reader: string; bytes: Buffer } {
  const content = readFileSync(file)
  const end = content.indexOf(10)
  return { reader: content.toString('latin1', 0, end), bytes: content.subarray(end + 1) }
}
