import type { Arrived, Decision } from '../../../shared/providers/personas/decision.ts'
import { parseRequest, request, sdp } from '../../harness/messages.ts'

interface Parts {
  readonly uri?: string
  readonly from?: string
  readonly to?: string
  readonly extra?: string
  readonly body?: string
  readonly callId?: string
  readonly fromTag?: string
  readonly source?: string
  readonly transport?: Arrived['transport']
  readonly atMs?: number
  readonly activeCalls?: number
}

/** An INVITE with an offer, as it arrives. */
export function invite({
  uri = 'sip:+15105550100@x.sip.livekit.cloud',
  from = 'sip:+15105550123@203.0.113.9',
  to = uri,
  extra = '',
  body = sdp(),
  callId = 'call-1',
  fromTag = 'a',
  source = '203.0.113.9',
  transport = 'udp',
  atMs = 0,
  activeCalls = 0,
}: Parts = {}): Arrived {
  const text = request({ uri, extra, body, callId, fromTag })
    .replace(/^From: <[^>]*>/m, `From: <${from}>`)
    .replace(/^To: <[^>]*>/m, `To: <${to}>`)
  return { request: parseRequest(text), source: { host: source, port: 5060 }, transport, atMs, activeCalls }
}

/** `404 No trunk found`, `silence`, `answer`, with `180, ` in front where it rings before. */
export function outcomeOf({ outcome }: Decision): string {
  if (outcome.kind !== 'refuse') return outcome.kind
  const { refused, rings } = outcome
  return `${rings ? '180, ' : ''}${refused.status} ${refused.reason ?? '(usual)'}`
}

/** The path, one line a step. */
export const pathOf = ({ steps }: Pick<Decision, 'steps'>): string[] =>
  steps.map(({ subject, arrived, wanted, holds }) => {
    const sign = holds === null ? '?' : holds ? '=' : '≠'
    return `${subject}: ${arrived} ${sign} ${wanted}`
  })
