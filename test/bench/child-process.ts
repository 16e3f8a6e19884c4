import { spawn } from 'node:child_process'
import { join } from 'node:path'

const child = join(import.meta.dirname, 'child.ts')

/** A part of a benchmark in a process of its own; says JSON lines. */
export class Child {
  readonly lines: string[] = []
  readonly process
  readonly ended: Promise<void>
  #wake: () => void = () => {}

  constructor(role: string, options: object, flags: readonly string[] = []) {
    this.process = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...flags, child, role, JSON.stringify(options)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let rest = ''
    this.process.stdout!.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop()!
      this.lines.push(...parts)
      this.#wake()
    })
    this.ended = new Promise((resolve) =>
      this.process.once('close', () => {
        this.#wake()
        resolve()
      }),
    )
  }

  async line<T>(): Promise<T> {
    while (this.lines.length === 0) {
      if (this.process.exitCode !== null) throw new Error('a benchmark process ended early')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    return JSON.parse(this.lines.shift()!) as T
  }
}
