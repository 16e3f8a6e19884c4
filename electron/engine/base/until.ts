import type { Clock } from './clock.ts'

/** How long hanging up and un-registering may take before the engine goes on. */
const patienceMs = 2500

/** Waits until something is so, no longer than a few seconds. */
export async function until(clock: Clock, done: () => boolean): Promise<void> {
  const startMs = clock.monotonicMs()
  while (!done() && clock.monotonicMs() - startMs < patienceMs)
    await new Promise<void>((resolve) => void clock.after(20, resolve))
}
