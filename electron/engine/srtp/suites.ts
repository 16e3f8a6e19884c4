import { srtpSuites, type SrtpSuite } from '../../../shared/model/encryption.ts'

interface Suite {
  readonly mode: 'counter' | 'gcm'
  readonly keyBytes: 16 | 32
  readonly saltBytes: 12 | 14
  /** What proves an RTP packet. */
  readonly tagBytes: number
}

/** RFC 4568 6.2, RFC 6188 2, RFC 7714 12. */
export const suites: Readonly<Record<SrtpSuite, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: { mode: 'counter', keyBytes: 16, saltBytes: 14, tagBytes: 10 },
  AES_CM_128_HMAC_SHA1_32: { mode: 'counter', keyBytes: 16, saltBytes: 14, tagBytes: 4 },
  AES_256_CM_HMAC_SHA1_80: { mode: 'counter', keyBytes: 32, saltBytes: 14, tagBytes: 10 },
  AES_256_CM_HMAC_SHA1_32: { mode: 'counter', keyBytes: 32, saltBytes: 14, tagBytes: 4 },
  AEAD_AES_128_GCM: { mode: 'gcm', keyBytes: 16, saltBytes: 12, tagBytes: 16 },
  AEAD_AES_256_GCM: { mode: 'gcm', keyBytes: 32, saltBytes: 12, tagBytes: 16 },
}

export const longestTag = Math.max(...Object.values(suites).map(({ tagBytes }) => tagBytes))

/** Key and salt in one, as they stand in an a=crypto line. */
export function masterBytes(suite: SrtpSuite): number {
  return suites[suite].keyBytes + suites[suite].saltBytes
}

/** The suite of that name in any case, also as drafts of RFC 6188 spelled it; null for one that is not spoken here. */
export function suiteNamed(name: string): SrtpSuite | null {
  const spelled = name.toUpperCase().replace(/^AES_CM_256_/, 'AES_256_CM_')
  return srtpSuites.find((known) => known === spelled) ?? null
}
