import type { TransportName } from './transport.ts'

/** What a person can change so that it works, as a code: each face words it (a flag, a field, a button). */
export type Remedy =
  | { readonly code: 'choose-transport'; readonly transport?: TransportName | undefined }
  | { readonly code: 'choose-encryption'; readonly encryption: 'disabled' | 'required' }
  | { readonly code: PlainRemedyCode }

/** Those that need nothing more said. */
export const plainRemedyCodes = [
  'trust-certificate',
  'set-credentials',
  'set-user',
  'set-address',
  'set-caller',
  'set-proxy',
  'choose-local',
  'choose-profile',
  'widen-rtp-ports',
  'choose-trunk',
  'add-header',
  'add-trunk',
  'change-trunk',
  'list-calls',
  'open-from-disk',
  'choose-change',
  'confirm-calls',
  'give-headers',
] as const
type PlainRemedyCode = (typeof plainRemedyCodes)[number]
export type RemedyCode = Remedy['code']
