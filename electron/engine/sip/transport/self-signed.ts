import type { TlsIdentity } from '../../base/net.ts'
import { isIp } from '../../../../shared/base/address.ts'

/** A certificate of our own for a TLS listener: callers must accept any certificate, or take it as their CA. */
export async function selfSigned(host: string): Promise<TlsIdentity> {
  // It takes a tenth of a second to load, and few commands need a certificate.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [isIp(host) ? { type: 7, ip: host } : { type: 2, value: host }, { type: 2, value: 'localhost' }],
      },
    ],
  })
  return { key, cert }
}
