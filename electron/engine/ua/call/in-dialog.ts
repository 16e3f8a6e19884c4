import type { ObservationKind } from '../../../../shared/model/wire.ts'
import { uriOf } from '../../../../shared/wire/sip/grammar.ts'
import {
  header,
  makeHeader,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from '../../../../shared/wire/sip/message.ts'
import type { Random } from '../../base/random.ts'
import type { NextHop } from '../../sip/pending.ts'
import type { RequestFailure } from '../../sip/failures.ts'
import type { Dialog } from '../dialog.ts'
import { requestWithDigest } from '../request.ts'
import type { Call } from './call.ts'
import { contactHeader } from './headers.ts'

/** What became of a request inside the dialog. */
export type Outcome =
  | { readonly kind: 'response'; readonly response: SipResponse; readonly sequence: number }
  | { readonly kind: 'failed'; readonly failure: RequestFailure }

export interface InDialogRequest {
  readonly method: string
  readonly headers?: readonly SipHeader[]
  readonly body?: string
  /** It goes wrong on purpose: to the address of record, with a tag that the peer does not know. */
  readonly astray?: boolean
  /** Called for the final response or the failure; again for each repetition of a 2xx to INVITE. */
  done(outcome: Outcome): void
}

/** Where the requests of a dialog go; over its own flow where the remote target is none (RFC 3261 12.2.1.1). */
export const hopOf = (dialog: Dialog): NextHop => dialog.hop() ?? { kind: 'flow', flow: dialog.flow }

export const userAgent = (call: Call): SipHeader => makeHeader('User-Agent', call.deps.userAgent)

/** Requests that name where we are reached (RFC 3261 12.2, RFC 3311, RFC 3515, RFC 6665). */
const targetRefreshes: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'REFER', 'NOTIFY'])

/** The INVITE has them. */
const ofNoNews = new Set<ObservationKind>(['resolution', 'tls-chain', 'nat'])

/** Sends a request inside the dialog, over the dialog's own flow where the remote target cannot be reached. */
export function inDialog(call: Call, { method, headers = [], body = '', astray = false, done }: InDialogRequest): void {
  const { dialog, deps, digest } = call
  if (!dialog) return done({ kind: 'failed', failure: { kind: 'transport', text: 'there is no dialog' } })
  const send = (hop: NextHop, fallback: boolean) => {
    let sequence = 0
    requestWithDigest(deps.endpoint, hop, digest, {
      method,
      uri: dialog.remoteTarget,
      nextSequence: () => (sequence = dialog.nextSequence()),
      build: (flow, number, credentials) => {
        const contact = targetRefreshes.has(method) ? [contactHeader(call.contactUser, flow, call.secure)] : []
        const request = dialog.request(method, number, [...contact, ...credentials, userAgent(call), ...headers], body)
        return astray ? strayed(request, deps.random) : request
      },
      response: (response) => {
        if (response.status < 200) return
        if (response.status < 300) call.hearAllow(response)
        done({ kind: 'response', response, sequence })
      },
      failed: (failure) => {
        if (fallback && failure.kind !== 'timeout' && dialog.flow.reliable)
          return send({ kind: 'flow', flow: dialog.flow }, false)
        if (method !== 'BYE') deps.observe('note', `${method} was not answered: ${failure.text}`)
        done({ kind: 'failed', failure })
      },
      observe: (kind, text) => !ofNoNews.has(kind) && deps.observe('note', text),
    })
  }
  send(astray ? { kind: 'flow', flow: dialog.flow } : hopOf(dialog), !astray)
}

/** A request that goes to the address of record instead of the Contact, with a tag that nobody gave. */
function strayed(request: SipRequest, random: Random): SipRequest {
  const to = header(request, 'to') ?? ''
  const nobody = makeHeader('To', to.replace(/;tag=[^;]*/i, `;tag=${random.token(12)}`))
  return {
    ...request,
    uri: uriOf(to),
    headers: request.headers.flatMap((field) => (field.key === 'route' ? [] : field.key === 'to' ? [nobody] : [field])),
  }
}

/** Whether an outcome says that the peer has no such dialog, or is gone (RFC 3261 12.2.1.2, RFC 4028 10). */
export function isGone(outcome: Outcome): boolean {
  return outcome.kind === 'response'
    ? outcome.response.status === 481 || outcome.response.status === 408
    : outcome.failure.kind === 'timeout'
}
