import { bracketHost } from '../../../shared/base/address.ts'
import type { Remedy } from '../../../shared/model/remedies.ts'
import { transports, type Target } from '../../../shared/model/transport.ts'
import { errorCode, explainError } from '../base/errors.ts'
import type { TransactionFailure } from './transaction/client.ts'
import type { Flow } from './transport/flow.ts'

/** What went wrong before a final response came; `text` is a sentence. */
export interface RequestFailure {
  /** `machine`: this computer could not do its part, a sentence with the remedy. */
  readonly kind: 'unresolved' | 'timeout' | 'refused' | 'transport' | 'tls' | 'machine'
  readonly text: string
  readonly remedy?: Remedy
}

const isTlsFault = (code: string) => code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')

export function transactionFailure(failure: TransactionFailure, flow: Flow): RequestFailure {
  const peer = `${flow.transport} ${bracketHost(flow.remote.host)}:${flow.remote.port}`
  if (failure.kind === 'timeout') return { kind: 'timeout', text: `${peer} gave no final answer in 32 s` }
  if (isTlsFault(errorCode(failure.error))) return { kind: 'tls', text: `${peer}: ${explainError(failure.error)}` }
  if (errorCode(failure.error) !== 'ECONNREFUSED')
    return { kind: 'transport', text: `${peer}: ${explainError(failure.error)}` }
  const why = flow.reliable
    ? explainError(failure.error)
    : 'the port is closed (ICMP port unreachable): nothing listens there, or a firewall rejects it'
  return { kind: 'refused', text: `${peer}: ${why}` }
}

const tlsFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: give its CA, or accept any certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in an unknown CA: give that CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate chain is incomplete or its CA unknown: give the CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the CA of its certificate is unknown: give that CA',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: check the clock',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Those that a CA of our own mends. */
const unknownIssuer = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

export function connectFailure(target: Target, error: unknown): RequestFailure {
  const peer = `${target.transport} ${bracketHost(target.host)}:${target.port}`
  const code = errorCode(error)
  const text = error instanceof Error ? error.message : String(error)
  if (code === 'TLS_CERTIFICATE') {
    const { faults = [text] } = error as { readonly faults?: readonly string[] }
    const words = faults.map((fault) => tlsFaults[fault] ?? `its certificate was not accepted (${fault})`)
    return {
      kind: 'tls',
      text: `${peer}: ${words.join('; ')}; the name wanted is ${target.serverName}`,
      ...(faults.some((fault) => unknownIssuer.has(fault)) && { remedy: { code: 'trust-certificate' } }),
    }
  }
  if (isTlsFault(code)) return { kind: 'tls', text: `${peer}: ${explainError(error)}` }
  if (transports[target.transport].secure && (code === 'ECONNRESET' || code === 'EPIPE'))
    return { kind: 'tls', text: `${peer}: the peer broke off the TLS handshake` }
  return { kind: code === 'ECONNREFUSED' ? 'refused' : 'transport', text: `${peer}: ${explainError(error)}` }
}
