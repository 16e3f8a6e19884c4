import { X509Certificate } from 'node:crypto'

/** What proves who we are in DTLS: a certificate that nobody signed, whose fingerprint stands in our descriptions. */
export interface DtlsCertificate {
  readonly cert: string
  readonly key: string
  /** SHA-256, as a=fingerprint has it (RFC 8122 5). */
  readonly fingerprint: string
}

let made: Promise<DtlsCertificate> | null = null

/** One for as long as the process runs. */
export function ownCertificate(): Promise<DtlsCertificate> {
  return (made ??= make())
}

async function make(): Promise<DtlsCertificate> {
  // It takes a while to load, and few calls need it.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'ringback' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
  })
  return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 }
}
