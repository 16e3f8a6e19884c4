import type { Stream } from '../contract/report.ts'
import type { Tone } from './media-figures.ts'
import type { Span } from './time-marks.ts'

/** What of the call the figures of its streams are read against. */
export interface Around {
  readonly live: boolean
  /** Seconds of the call in which it was on hold. */
  readonly holds: readonly Span[]
  /** When the call began; null of a stream that belongs to none. */
  readonly startedAt: string | null
}

/** A figure of one stream as it is written. */
export interface Cell {
  readonly value: string
  readonly tone: Tone
  /** The same exactly, for who hovers over it. */
  readonly exact?: string
  /** What it rests on and is said of no other stream, each a line of its own. */
  readonly notes?: readonly string[]
}

export type Group = 'quality' | 'packets' | 'timing' | 'receiver'

/** A figure that a stream has, and how it is written. */
export interface Kind {
  readonly name: string
  readonly group: Group
  readonly meaning: string
  /** Null: there is no such thing of this stream. */
  readonly of: (stream: Stream, around: Around) => Cell | null
}

export const plain = (value: string): Cell => ({ value, tone: 'plain' })
export const unknown = (value: string): Cell => ({ value, tone: 'unknown' })
export const noTiming = unknown('unknown: this report was kept by an older Ringback')
