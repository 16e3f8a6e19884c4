import { escapeUser, quote } from '../../../../shared/wire/sip/grammar.ts'
import { makeHeader, makeRequest, type SipHeader, type SipRequest } from '../../../../shared/wire/sip/message.ts'
import type { CallerWrong } from '../../../../shared/model/wrong.ts'
import type { DigestClient } from '../../sip/digest/client.ts'
import type { NextHop } from '../../sip/pending.ts'
import { ownHost, type Flow } from '../../sip/transport/flow.ts'
import type { Call } from './call.ts'
import { allowed, contactHeader, sdpType, supported } from './headers.ts'
import { userAgent } from './in-dialog.ts'

export interface OutboundOptions {
  /** As typed: it becomes the request URI byte for byte. */
  readonly uri: string
  readonly hop: NextHop
  /** A URI; null takes `fromUser` at our own address. */
  readonly fromUri: string | null
  readonly fromUser: string
  readonly displayName: string | null
  /** Custom headers, already checked, in the order in which they go out. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly digest: DigestClient
  readonly ringTimeoutMs: number
  readonly followsRefer?: boolean
  /** What it does wrong on purpose. */
  readonly wrong?: readonly CallerWrong[]
}

/** What an attempt has of its own. */
export interface InviteAttempt {
  readonly flow: Flow
  /** Of the CSeq. */
  readonly sequence: number
  readonly credentials: readonly SipHeader[]
  /** The session interval that the peer asked for (RFC 4028 7.3). */
  readonly minimumS: number | null
  /** The session description. */
  readonly offer: string
}

/** The INVITE of a call. */
export function inviteRequest(
  call: Call,
  { uri, fromUri, fromUser, displayName, headers }: OutboundOptions,
  { flow, sequence, credentials, minimumS, offer }: InviteAttempt,
): SipRequest {
  const scheme = call.secure ? 'sips' : 'sip'
  const from = fromUri ?? `${scheme}:${escapeUser(fromUser)}@${ownHost(flow)}`
  const timer =
    minimumS === null ? [] : [makeHeader('Session-Expires', String(minimumS)), makeHeader('Min-SE', String(minimumS))]
  return makeRequest(
    'INVITE',
    uri,
    [
      makeHeader('Max-Forwards', '70'),
      makeHeader('From', `${displayName === null ? '' : `${quote(displayName)} `}<${from}>;tag=${call.localTag}`),
      makeHeader('To', `<${uri}>`),
      makeHeader('Call-ID', call.callId),
      makeHeader('CSeq', `${sequence} INVITE`),
      contactHeader(call.contactUser, flow, call.secure),
      ...credentials,
      allowed(call.deps),
      supported,
      ...timer,
      userAgent(call),
      ...headers.map(({ name, value }) => makeHeader(name, value)),
      sdpType,
    ],
    offer,
  )
}
