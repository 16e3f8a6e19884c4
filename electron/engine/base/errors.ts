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
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
}

/** What a system error means, in words with the remedy. */
export function explainError(error: unknown): string {
  const known = remedies[errorCode(error)]
  return known ?? (error instanceof Error ? error.message : String(error))
}
