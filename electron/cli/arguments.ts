import { X509Certificate, createPrivateKey } from 'node:crypto'
import { usage } from '../engine/base/errors.ts'
import { readText } from './text-file.ts'

const mostBytes = 16 * 1024 * 1024

/** `exactOptionalPropertyTypes`: what was not given must not be there. */
export function given<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** The CA certificates in a file (PEM). Throws RingbackError. */
export function readCa(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readCertificates(file, 'CA file')
}

export interface IdentityOptions {
  readonly tlsCert?: string
  readonly tlsKey?: string
}

/** A certificate and its key from their files (PEM). Throws RingbackError. */
export function readIdentity({ tlsCert, tlsKey }: IdentityOptions): { cert: string; key: string } | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) throw usage('--tls-cert and --tls-key belong together: give both')
  const cert = readCertificates(tlsCert, 'certificate file')
  const key = readText(tlsKey, `the key file ${tlsKey}`, mostBytes)
  if (!new X509Certificate(cert).checkPrivateKey(privateKey(key, tlsKey)))
    throw usage(`the key in ${tlsKey} does not belong to the first certificate in ${tlsCert}`)
  return { cert, key }
}

function privateKey(text: string, file: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(text)
  } catch {
    throw usage(`${file} has no private key that can be read: PEM without a passphrase is needed`)
  }
}

function readCertificates(file: string, what: string): string {
  const text = readText(file, `the ${what} ${file}`, mostBytes)
  const first = /-----BEGIN CERTIFICATE-----[^-]{1,100000}-----END CERTIFICATE-----/.exec(text)
  if (!first || !isCertificate(first[0]))
    throw usage(`the ${what} ${file} has no certificate: PEM is needed, "-----BEGIN CERTIFICATE-----"`)
  return text
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}
