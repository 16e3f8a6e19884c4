import type { Coded } from '../codec/codec.ts'

/** Audio that others send too: what a session hears, or what is said in it. */
export interface Heard {
  /** Of the samples; null before anything is agreed. */
  readonly rateHz: number | null
  /** The same audio for one more listener, from now on. */
  tap(): Tap
}

/** One listener's place in it: each takes frames of its own length at its own time. */
export interface Tap {
  /** What the frame that was pulled last came as, where it is one packet; null: it is not. */
  readonly coded: Coded | null
  /** The frame of so many samples that is due, good until the next; null where none came. */
  pull(samples: number): Int16Array | null
  close(): void
}
