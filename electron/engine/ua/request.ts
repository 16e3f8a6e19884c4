import type { SipHeader, SipRequest, SipResponse } from '../../../shared/wire/sip/message.ts'
import { makeHeader } from '../../../shared/wire/sip/message.ts'
import { isChallenge, type DigestClient } from '../sip/digest/client.ts'
import type { SipEndpoint } from '../sip/endpoint.ts'
import type { NextHop, PendingRequest, RequestUser } from '../sip/pending.ts'
import type { Flow } from '../sip/transport/flow.ts'

export interface AuthenticatedUser extends Omit<RequestUser, 'build'> {
  /** The URI that the digest covers. */
  readonly uri: string
  readonly method: string
  /** Called for every attempt; `sequence` is the CSeq number to use. */
  build(flow: Flow, sequence: number, credentials: readonly SipHeader[]): SipRequest
  nextSequence(): number
}

const mostRounds = 5

/** Sends a request and answers the digest challenges that come back, each time with the next CSeq (RFC 3261 22.2). */
export function requestWithDigest(
  endpoint: SipEndpoint,
  hop: NextHop,
  digest: DigestClient,
  user: AuthenticatedUser,
): PendingRequest {
  let current: PendingRequest
  const attempt = (next: NextHop, round: number): void => {
    const sequence = user.nextSequence()
    const credentials = digest.headersFor(user.method, user.uri).map(({ name, value }) => makeHeader(name, value))
    current = endpoint.request(next, {
      build: (flow) => user.build(flow, sequence, credentials),
      ...(user.prepare ? { prepare: (flow: Flow) => user.prepare!(flow) } : {}),
      ...(user.sent ? { sent: (request: SipRequest, flow: Flow) => user.sent!(request, flow) } : {}),
      failed: (failure) => user.failed(failure),
      observe: (kind, text) => user.observe(kind, text),
      response(response: SipResponse, flow: Flow, request: SipRequest) {
        if (isChallenge(response) && round === mostRounds)
          user.observe('auth-failed', `${mostRounds + 1} challenges, one after the other: no more are answered`)
        else if (isChallenge(response)) {
          const outcome = digest.challenged(response)
          if (outcome.kind === 'retry') return attempt({ kind: 'flow', flow }, round + 1)
          user.observe('auth-failed', outcome.text)
        }
        user.response(response, flow, request)
      },
    })
  }
  attempt(hop, 0)
  return { cancel: (reason) => current.cancel(reason), abandon: () => current.abandon() }
}
