import { afterEach } from 'vitest'
import type { Running } from './process.ts'

/** The processes of a test file: each that is kept is ended after its test, the last first. */
export function keepRunning(
  signal: NodeJS.Signals = 'SIGTERM',
): <R extends Running>(started: Promise<R>) => Promise<R> {
  const running: (Running & { remove?: () => void })[] = []
  afterEach(async () => {
    for (const process of running.splice(0).toReversed()) {
      await process.stop(signal)
      process.remove?.()
    }
  })
  return async (started) => {
    const process = await started
    running.push(process)
    return process
  }
}
