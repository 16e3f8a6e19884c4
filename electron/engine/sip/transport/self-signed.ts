import type { TlsIdentity } from '../../base/net.ts'
import { isIp } from '../../../../shared/base/address.ts'

/** For another name than the one that is called (RFC 6761 6.4). */
const otherName = 'other.invalid'
const dayMs = 86_400_000

/**
 * A certificate of our own for a TLS listener: callers must accept any certificate, or take it as their CA.
 * `expiredAt`: it ended the day before that time, in ms since 1970.
 */
export async function selfSigned(
  host: string,
  { expiredAt = null, otherHost = false }: { readonly expiredAt?: number | null; readonly otherHost?: boolean } = {},
): Promise<TlsIdentity> {
  const name = otherHost ? otherName : host
  const dates =
    expiredAt === null
      ? {}
      : { notBeforeDate: new Date(expiredAt - 30 * dayMs), notAfterDate: new Date(expiredAt - dayMs) }
  // It takes a tenth of a second to load, and few commands need a certificate.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    ...dates,
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          isIp(name) ? { type: 7, ip: name } : { type: 2, value: name },
          ...(otherHost ? [] : [{ type: 2 as const, value: 'localhost' }]),
        ],
      },
    ],
  })
  return { key, cert }
}
