import type { DigestClient } from '../../sip/digest/client.ts'
import type { CallState } from './state.ts'

/** What a call begins with, whichever side it is of. */
export interface CallParts {
  readonly callId: string
  readonly localTag: string
  readonly digest: DigestClient
  /** The user part of our Contact. */
  readonly contactUser: string | null
  /** It began with a sips URI. */
  readonly secure: boolean
  readonly state: CallState
}
