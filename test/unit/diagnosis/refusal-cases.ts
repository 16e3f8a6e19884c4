import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import type { RuleCases } from './signalling-cases.ts'

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
const proxyChallenge = { extra: 'Proxy-Authenticate: Digest realm="platform", nonce="n"\n' }
const withCredentials = { cseq: 2, extra: 'Proxy-Authorization: Digest x=y\n' }
const agentless = 'sip:+15550100@x.sip.livekit.cloud'
/** 180 so many times, one a second from 0.1 s on. */
const rung = (times: number, vantage?: 'observed', uri?: string) => {
  const trace = call(vantage).request(0, 'INVITE', { body: sdp(), ...(uri !== undefined && { uri }) })
  for (let i = 0; i < times; i++) trace.response(100 + i * 1000, '180 Ringing')
  return trace
}
const wordless = (body: string, vantage?: 'observed' | 'inbound', extra = '') =>
  call(vantage)
    .request(0, 'INVITE', { body, sent: vantage !== 'inbound' })
    .response(50, '400 ', {
      extra,
      sent: vantage === 'inbound',
      back: vantage === 'inbound',
    })
const alive = 'OPTIONS to udp 203.0.113.9:5060 was answered with 200 OK'

/** Rules of refusals and of silence that came after reports from the field, in the order of their names. */
export const refusalCases: Readonly<Record<string, RuleCases>> = {
  'challenge-unanswered': {
    speaks: [
      [
        () => call('observed').request(0, 'INVITE').response(10, '407 Unauthorized', proxyChallenge).at(5000),
        /digest credentials with 407 \(realm "platform"\), and the caller never answered .* none followed/,
      ],
      [
        () =>
          call('observed')
            .request(0, 'INVITE', { extra: 'User-Agent: Carrier SBC\n' })
            .response(10, '407 Unauthorized', proxyChallenge)
            .request(20, 'INVITE', { cseq: 2 })
            .response(40, '404 Not Found', { cseq: 2 })
            .at(100),
        /the caller \(Carrier SBC\) never answered the challenge: without any, 404 Not Found followed/,
      ],
    ],
    silent: [
      () => call('observed').request(0, 'INVITE').response(10, '407 Unauthorized', proxyChallenge).at(1000),
      () =>
        call('observed')
          .request(0, 'INVITE')
          .response(10, '407 Unauthorized', proxyChallenge)
          .request(20, 'INVITE', withCredentials)
          .response(40, '404 Not Found', { cseq: 2 })
          .at(5000),
      // Our own: refused-credentials names the setting.
      () => call().request(0, 'INVITE').response(10, '407 Unauthorized', proxyChallenge).at(5000),
    ],
  },
  'dropped-by-policy': {
    speaks: [
      [
        () => call().request(0, 'INVITE').observe(4000, 'options-answered', alive).at(5000),
        /No response came from udp 203\.0\.113\.9:5060 to 1 INVITE, and yet OPTIONS .* drops this call on purpose/,
      ],
      [() => call('observed').request(0, 'INVITE').observe(900, 'options-answered', alive).at(5000), /is reachable/],
    ],
    silent: [
      () => call().request(0, 'INVITE').at(5000),
      () => call().request(0, 'INVITE').observe(900, 'options-answered', alive).at(2000),
      () =>
        call().request(0, 'INVITE').observe(4000, 'options-answered', alive).response(4500, '100 Trying').at(60_000),
    ],
  },
  'refused-wordless': {
    speaks: [
      [
        () => wordless(sdp('10.0.0.5', 20_000, '', '18')).at(60),
        /with 400 and an empty reason, and nothing says why; offered was RTP\/AVP with G729, and none of/,
      ],
      [() => wordless(sdp().replace('AVP', 'SAVP'), 'observed').at(60), /only SRTP was offered/],
      [() => wordless(sdp()).at(60), /nothing says why; offered was RTP\/AVP with PCMU, PCMA, TELEPHONE-EVENT\./],
      [() => wordless('').at(60), /the INVITE offered no media/],
      [
        () => call().request(0, 'INVITE', { body: sdp(), uri: agentless }).response(50, '400 ').at(60),
        /empty reason: no codec or no encryption is in common \(LiveKit SIP documentation and sources, read 2026\)/,
      ],
    ],
    silent: [
      () => call().request(0, 'INVITE').response(50, '400 Bad Request').at(60),
      () => wordless(sdp(), undefined, 'Warning: 399 h "malformed Contact"\n').at(60),
      () => wordless(sdp(), undefined, 'X-Twilio-Error: 13224 Invalid number\n').at(60),
      () => wordless(sdp(), 'inbound').at(60),
    ],
  },
  'rings-unjoined': {
    speaks: [
      [() => rung(30).at(31_000), /has rung for 30 s, with 180 30 times, and nobody answered: the other side took/],
      [() => rung(22, 'observed').at(40_000), /with 180 22 times/],
      [
        () => rung(1, undefined, agentless).at(25_000),
        /answered: the trunk and the dispatch rule match, and no agent has joined the room \(LiveKit: .* 2026\)/,
      ],
      [
        () =>
          rung(30)
            .observe(30_000, 'ring-timeout', 'no answer in 30 s')
            .request(30_000, 'CANCEL', { toTag: '' })
            .response(30_100, '487 Request Terminated')
            .at(31_000, true),
        /^The call rang for 30 s/,
      ],
      [() => rung(180).response(180_200, '480 Temporarily Unavailable').at(181_000), /rang for 180 s/],
    ],
    silent: [
      () => rung(1).at(60_000),
      () => rung(15).at(15_500),
      () => rung(30).response(30_000, '486 Busy Here').at(31_000),
      () =>
        rung(30)
          .response(30_000, '200 OK', { body: sdp('203.0.113.9') })
          .at(31_000),
      () => {
        const trace = call().request(0, 'INVITE')
        for (let i = 0; i < 30; i++)
          trace.response(100 + i * 1000, '180 Ringing', { extra: 'Require: 100rel\nRSeq: 1\n' })
        return trace.at(31_000)
      },
    ],
  },
}
