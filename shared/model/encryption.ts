/** Whether media is encrypted: never, where the peer can, or always; or always, with keys of a DTLS handshake. */
export const encryptions = ['disabled', 'allowed', 'required', 'dtls'] as const
export type Encryption = (typeof encryptions)[number]

/**
 * How encryption that is allowed is offered: RTP/AVP with a=crypto beside it (RFC 8643), or RTP/SAVP and RTP/AVP, each
 * an m= line of its own, of which the peer takes one.
 */
export const encryptionForms = ['one-line', 'two-lines'] as const
export type EncryptionForm = (typeof encryptionForms)[number]

/** The suites of SRTP with keys in the session description (RFC 4568, RFC 6188, RFC 7714): all are accepted. */
export const srtpSuites = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
  'AEAD_AES_128_GCM',
  'AEAD_AES_256_GCM',
] as const
export type SrtpSuite = (typeof srtpSuites)[number]

/** What is offered where nobody says otherwise: what every peer has is first. Each line makes the INVITE longer. */
export const offeredSuites: readonly SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AEAD_AES_256_GCM',
]
