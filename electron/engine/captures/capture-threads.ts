import { ownProviders } from '../../../shared/providers/index.ts'
import { machine } from '../base/errors.ts'
import { CaptureThread, type Progress } from './capture-thread.ts'

/** From 2 GB on, V8 lets a heap grow to four times what is in use before it looks for garbage; below, to twice. */
const usualMemoryMb = 1536

/** Reads captures in threads of their own, one after the other, so that calls go on meanwhile. */
export class CaptureThreads {
  readonly #memoryMb: number
  readonly #all = new Set<CaptureThread>()
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  /** `memoryMb`: what one thread may use. */
  constructor(memoryMb = usualMemoryMb) {
    this.#memoryMb = memoryMb
  }

  /**
   * A thread that reads those files when those before have been read. `growing`: the last of them is still being
   * written; nobody waits for such a one, and it for nobody. `keylog`: a key log of TLS.
   */
  open(files: readonly string[], progress: Progress, growing = false, keylog: string | null = null): CaptureThread {
    const thread = new CaptureThread({ files, growing, keylog, providers: ownProviders() }, this.#memoryMb)
    if (this.#closed) thread.close(ending())
    this.#all.add(thread)
    if (growing) {
      thread.start(progress)
      return thread
    }
    const turn = this.#last
    this.#last = turn.then(() => {
      thread.start(progress)
      return thread.read.catch(() => {})
    })
    return thread
  }

  close(thread: CaptureThread): void {
    thread.close(machine('the capture was closed'))
    this.#all.delete(thread)
  }

  /** Ends what is being read; what waits is not begun. */
  async closeAll(): Promise<void> {
    this.#closed = true
    for (const thread of this.#all) thread.close(ending())
    await this.#last
  }
}

const ending = () => machine('the capture was not read to its end: Ringback is ending')
