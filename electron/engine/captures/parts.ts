import type { ErrorKind } from '../../../shared/contract/channel.ts'
import type { CallReport, DialogReport, InspectReport, RegistrationReport } from '../../../shared/contract/report.ts'

/** What the reading thread is asked. */
export interface CaptureRequest {
  readonly files: readonly string[]
  /** The packets of the call with this Call-ID as a capture, instead of the report. */
  readonly callId?: string
}

/**
 * What it says, as JSON, which is read faster and takes less memory than a clone: the report in parts, the next when
 * the last was taken in; then the rest of it, or why there is none. Or packets, all at once.
 */
export type CapturePart =
  | {
      readonly kind: 'part'
      readonly calls: CallReport[]
      readonly registrations: RegistrationReport[]
      readonly dialogs: DialogReport[]
    }
  | { readonly kind: 'end'; readonly rest: Omit<InspectReport, 'calls' | 'registrations' | 'dialogs'> }
  | { readonly kind: 'packets'; readonly base64: string; readonly dropped: number }
  | { readonly kind: 'failed'; readonly error: ErrorKind; readonly text: string }
