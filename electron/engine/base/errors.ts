import type { ErrorKind } from '../../../shared/contract/channel.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'

/** An error whose message is a sentence for a person: it names the thing and the remedy. */
export class RingbackError extends Error {
  override readonly name = 'RingbackError'
  readonly kind: ErrorKind
  /** The setting that the remedy is about, where it is about one: faces name it in their own words. */
  readonly remedy: Remedy | undefined

  constructor(kind: ErrorKind, message: string, cause?: unknown, remedy?: Remedy) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.remedy = remedy
  }
}

export const usage = (message: string, remedy?: Remedy): RingbackError =>
  new RingbackError('usage', message, undefined, remedy)
export const machine = (message: string, cause?: unknown, remedy?: Remedy): RingbackError =>
  new RingbackError('machine', message, cause, remedy)

/** The code of a Node system error (`ECONNREFUSED`); '' when there is none. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use by another program: choose another port, or 0 for any free one',
  EADDRNOTAVAIL: 'the address is not one of this machine: choose a local address, or leave it out',
  EACCES: 'permission denied: ports below 1024 and protected files need more rights',
  EPERM: 'this machine does not permit it: a firewall of its own forbids it, or more rights are needed',
  ECONNREFUSED: 'connection refused: nothing listens on that port, or a firewall rejects it',
  ECONNRESET: 'the peer closed the connection',
  EPIPE: 'the peer closed the connection',
  ETIMEDOUT: 'no answer in time: wrong address, or a firewall drops the packets',
  ENETUNREACH: 'no route to that network from this machine',
  EHOSTUNREACH: 'no route to that host from this machine',
  EMSGSIZE: 'the datagram is larger than the path allows: use TCP or TLS',
  ENOTFOUND: 'the name does not resolve',
  ENOENT: 'no such file or folder',
  EISDIR: 'it is a folder, a file is needed',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the peer demands a certificate of this side: give one with its key',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the peer does not accept the certificate of this side',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the peer says that the certificate of this side has expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the peer does not accept the certificate of this side',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the peer does not know the CA of the certificate of this side',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'the peer refuses the TLS handshake: no cipher in common, or it demands a certificate of this side',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the peer does not speak TLS 1.2 or later',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the peer does not speak TLS 1.2 or later',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the peer has no certificate for the name that was asked for',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the peer does not speak TLS on that port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the peer does not speak TLS on that port',
  ERR_SSL_HTTP_REQUEST: 'the peer speaks HTTP, not TLS',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the TLS handshake was not answered: the port may be one for TCP without TLS',
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
}

const cannotSendFrom =
  'this machine cannot send there from the local address: choose another local address, or leave it out'

/** `4077:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert ...:../deps/...`: what a person can read of it. */
function opensslReason(text: string): string {
  const parts = text.split(':')
  return (parts[1] === 'error' && parts[5]) || text
}

/** An error as one with a sentence: `what` could not be done goes before that of any other. */
export function withWords(error: unknown, what: string): RingbackError {
  return error instanceof RingbackError ? error : machine(`${what}: ${explainError(error)}`, error)
}

/** What a system error means, in words with the remedy. */
export function explainError(error: unknown): string {
  const code = errorCode(error)
  const isSending = ['send', 'connect', 'bind'].includes((error as { syscall?: string } | null)?.syscall ?? '')
  if (code === 'EINVAL' && isSending) return cannotSendFrom
  const known = remedies[code]
  if (known !== undefined) return known
  const text = error instanceof Error ? error.message : String(error)
  return code.startsWith('ERR_SSL_') ? `TLS failed: ${opensslReason(text)}` : text
}
