import type { ErrorKind } from '../../../shared/contract/channel.ts'
import type { CaptureList } from '../../../shared/contract/captures.ts'
import type { CaptureView } from '../../../shared/contract/views.ts'
import type { Provider } from '../../../shared/providers/provider.ts'
import type { CallPackets } from '../report/exports.ts'

/** What the thread of a capture is asked when it has read, or while it does. */
export type Ask =
  | { readonly ask: 'list'; readonly offset: number; readonly limit: number; readonly legs: boolean }
  | { readonly ask: 'views'; readonly offset: number; readonly limit: number }
  | { readonly ask: 'page'; readonly of: CaptureList; readonly offset: number }
  | { readonly ask: 'report'; readonly id: string }
  | { readonly ask: 'find'; readonly call: string }
  | { readonly ask: 'packets'; readonly id: string }

/** What it reads; `growing`: the last file is still being written, until it hears that it is whole. */
export interface Task {
  readonly files: readonly string[]
  readonly growing: boolean
  /** A key log of TLS. */
  readonly keylog: string | null
  /** Those of the person’s own. */
  readonly providers: readonly Provider[]
}

/** What is said to it: a question, or what became of a file that grows. */
export type Said = { readonly n: number; readonly ask: Ask } | 'stop' | 'more' | 'whole'

/** How much there is in the files, so far or in all. */
export type Contents = Omit<CaptureView, 'id' | 'reading'>

/**
 * What it says: how far it has read, `null` when that has ended; answers by the numbers of what was asked, as JSON,
 * which is read faster and takes less memory than a clone, or as packets; why there is none; why nothing can be read.
 */
export type CapturePart =
  | {
      readonly kind: 'contents'
      readonly contents: Contents
      readonly reading: number | null
      /** What the thread takes of the memory. */
      readonly bytes: number
    }
  | { readonly kind: 'answer'; readonly n: number; readonly answer: string | CallPackets }
  | { readonly kind: 'refused'; readonly n: number; readonly error: ErrorKind; readonly text: string }
  | { readonly kind: 'failed'; readonly error: ErrorKind; readonly text: string }
