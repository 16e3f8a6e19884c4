import { setFlagsFromString } from 'node:v8'

/**
 * For the process that hosts an engine: its heap grows to no more than twice what was alive at the last full collection
 * before the next one. V8's own rule lets it grow to four times, and it keeps that for as long as little happens.
 */
export function boundHeap(): void {
  setFlagsFromString('--heap-growing-percent=100')
}
