import type { CallReport } from '../../../shared/contract/report.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

/** Calls in which a rule speaks, each with what it says, and calls in which it is silent. */
export interface RuleCases {
  readonly speaks: readonly (readonly [make: () => CallReport, says: RegExp])[]
  readonly silent: readonly (() => CallReport)[]
}

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
const both = (ms = 3000) =>
  call()
    .answered()
    .rtp('sent', { fromMs: 1000, packets: ms / 20 })
    .rtp('received', { fromMs: 1000, packets: ms / 20 })
const inCall = { toTag: ';tag=b' }
const timer = (value: string) => ({ extra: `Session-Expires: ${value}\n` })
/** A request of the peer's inside the call, number 5, and our response. */
const asked = (trace: TraceBuilder, method: string, status: string, extra = '', body = '') =>
  trace
    .request(4000, method, { ...inCall, cseq: 5, sent: false, extra, body })
    .response(4010, status, { method, cseq: 5, sent: true, back: true })
const repeated = (trace: TraceBuilder, atMs: readonly number[], status: string) =>
  atMs.reduce((all, at) => all.response(at, status), trace)
const refer = { extra: 'Refer-To: <sip:c@example.com>\n' }
const referred = (status = '202 Accepted', extra = refer.extra) =>
  both()
    .request(4000, 'REFER', { ...inCall, cseq: 5, extra })
    .response(4010, status, { method: 'REFER', cseq: 5 })
const notified = (body: string) =>
  referred().request(4020, 'NOTIFY', { ...inCall, cseq: 7, sent: false, extra: 'Event: refer\n', body })

/** Rules of signalling, in the order of their names. */
export const signallingCases: Readonly<Record<string, RuleCases>> = {
  'action-failed': {
    speaks: [
      [() => both().observe(2000, 'action-failed', 'hold at 2 s: another offer is under way').at(4000), /hold at 2 s/],
    ],
    silent: [() => both().at(4000)],
  },
  'answered-twice': {
    speaks: [
      [
        () => both().response(1050, '200 OK', { tag: 'x' }).request(1060, 'BYE', { cseq: 2, toTag: ';tag=x' }).at(4000),
        /was ended with BYE/,
      ],
      [() => both(6000).response(1050, '200 OK', { tag: 'x' }).at(7000), /never ended/],
    ],
    silent: [
      () => both().at(4000),
      () => both().response(1500, '200 OK').at(4000),
      () => both().response(1050, '200 OK', { tag: 'x' }).at(4000),
    ],
  },
  'branch-reused': {
    speaks: [
      [
        () =>
          both()
            .request(3000, 'INVITE', { ...inCall, cseq: 2, branch: 'z9hG4bKINVITE1' })
            .at(4000),
        /re-INVITE of this endpoint \(CSeq 2\) has the branch z9hG4bKINVITE1 of one before/,
      ],
    ],
    silent: [
      () =>
        both()
          .request(3000, 'INVITE', { ...inCall, cseq: 2 })
          .at(4000),
      // The same again, and the other side's.
      () => call().request(0, 'INVITE').request(500, 'INVITE').request(900, 'INVITE', { extra: 'X: 1\n' }).at(1000),
      () =>
        both()
          .request(3000, 'INVITE', { ...inCall, sent: false, cseq: 4, branch: 'z9hG4bKINVITE1' })
          .at(4000),
    ],
  },
  'connection-lost': {
    speaks: [[() => both().observe(2000, 'connection-lost', 'the tcp connection to x was lost').at(4000), /tcp/]],
    silent: [() => both().at(4000)],
  },
  'no-media-path': {
    speaks: [
      [() => call().answered().observe(31_000, 'ice-failed', 'ICE found no way').at(32_000), /ICE found no way/],
      [() => call().answered().observe(2000, 'dtls-failed', 'its certificate is another').at(9000), /certificate/],
    ],
    silent: [() => both().observe(1200, 'ice', 'ICE uses a and b').observe(1300, 'dtls', 'done').at(4000)],
  },
  'failed-over': {
    speaks: [
      [
        () =>
          call()
            .request(0, 'INVITE')
            .observe(
              32_000,
              'failed-over',
              'udp 203.0.113.9:5060 gave no final answer in 32 s: the next target is tried',
            )
            .request(32_010, 'INVITE', { cseq: 2 })
            .response(32_020, '180 Ringing', { cseq: 2 })
            .at(33_000),
        /cost 32\.0 s: udp 203\.0\.113\.9:5060 gave no final answer/,
      ],
      [
        () =>
          call('observed')
            .request(0, 'INVITE')
            .request(500, 'INVITE')
            .request(4000, 'INVITE', { branch: 'z9hG4bKnext', to: { host: '203.0.113.10', port: 5060 } })
            .response(4020, '180 Ringing', { branch: 'z9hG4bKnext' })
            .at(5000),
        /cost 4\.0 s: udp 203\.0\.113\.9:5060 gave no response/,
      ],
    ],
    silent: [
      () => both().at(4000),
      // It rang there first.
      () =>
        call('observed')
          .request(0, 'INVITE')
          .response(100, '180 Ringing')
          .request(9000, 'INVITE', { branch: 'z9hG4bKnext', to: { host: '203.0.113.10', port: 5060 } })
          .response(9020, '180 Ringing', { branch: 'z9hG4bKnext' })
          .at(10_000),
      // Nobody took it.
      () => call().request(0, 'INVITE').observe(32_000, 'failed-over', 'no answer: next').at(40_000),
    ],
  },
  'nat': {
    speaks: [[() => both().observe(100, 'nat', 'the peer sees us at 198.51.100.1:4').at(4000), /198\.51\.100\.1/]],
    silent: [() => both().at(4000)],
  },
  'refusal-unacknowledged': {
    speaks: [
      [
        () =>
          repeated(
            call()
              .request(0, 'INVITE')
              .response(10, '486 Busy')
              .request(20, 'ACK', { ...inCall, branch: 'z9hG4bKx' }),
            [510, 1510],
            '486 Busy',
          ).at(3000),
        /The peer repeated its 486 Busy 2 times: the ACK of this endpoint has another branch than the INVITE/,
      ],
      [
        () => repeated(call().request(0, 'INVITE'), [10, 510, 1510, 3510], '486 Busy').at(4000),
        /repeated its 486 Busy 3 times: no ACK came/,
      ],
    ],
    silent: [
      () =>
        repeated(
          call()
            .request(0, 'INVITE')
            .request(20, 'ACK', { ...inCall, branch: 'z9hG4bKINVITE1' }),
          [10, 510, 1010],
          '486 Busy',
        ).at(3000),
    ],
  },
  'request-refused': {
    speaks: [
      [
        () => asked(both(), 'INFO', '415 No', 'Content-Type: application/dtmf-relay\n', 'Signal=5\n').at(5000),
        /This endpoint refused the INFO of the peer with 415 No: the digit 5 is lost/,
      ],
      [() => asked(both(), 'MESSAGE', '405 Method Not Allowed').at(5000), /refused the MESSAGE of the peer with 405/],
    ],
    silent: [
      () => asked(both(), 'INFO', '200 OK').at(5000),
      () => asked(both(), 'INFO', '491 Request Pending').at(5000),
      () => asked(both().request(3900, 'BYE', { cseq: 8 }), 'NOTIFY', '481 Gone').at(5000),
    ],
  },
  'request-unanswered': {
    speaks: [
      [
        () =>
          [3000, 3500, 4500, 6500]
            .reduce((trace, at) => trace.request(at, 'UPDATE', { ...inCall, cseq: 2 }), both())
            .at(7000),
        /The UPDATE of this endpoint was sent 4 times to udp 203\.0\.113\.9:5060 and never answered/,
      ],
    ],
    silent: [
      () =>
        both()
          .request(3000, 'UPDATE', { ...inCall, cseq: 2 })
          .request(3500, 'UPDATE', { ...inCall, cseq: 2 })
          .at(5000),
      () => asked(both(), 'UPDATE', '200 OK').at(50_000),
    ],
  },
  'session-timer': {
    speaks: [
      [
        () =>
          call('observed')
            .request(0, 'INVITE', timer('60'))
            .response(10, '422 Too Small', { extra: 'Min-SE: 180\n' })
            .request(20, 'INVITE', { cseq: 2, ...timer('90') })
            .at(1000),
        /The caller asks for a session timer of 90 s, although the 422 of the called party demanded 180 s/,
      ],
      [
        () => call().request(0, 'INVITE', timer('600')).response(10, '422 Small', { extra: 'Min-SE: 90\n' }).at(1000),
        /refused a session timer of 600 s as too short, and its 422 demands 90 s only/,
      ],
      [() => call().request(0, 'INVITE').response(10, '422 Too Small').at(1000), /names no Min-SE/],
      [
        () => call().request(0, 'INVITE', timer('600')).response(10, '200 OK', timer('30;refresher=uac')).at(900),
        /sets a session timer of 30 s, and 90 s is the least that may be/,
      ],
      [
        () =>
          call()
            .request(0, 'INVITE', { extra: 'Session-Expires: 600\nMin-SE: 300\n' })
            .response(10, '200 OK', timer('120;refresher=uac'))
            .at(900),
        /sets a session timer of 120 s, although at least 300 s were demanded/,
      ],
      [
        () =>
          call()
            .request(0, 'INVITE')
            .response(1000, '200 OK', timer('90;refresher=uas'))
            .request(61_000, 'BYE', { cseq: 3, extra: 'Reason: SIP;cause=408;text="Session timer expired"\n' })
            .at(62_000),
        /of 90 s ran out: the peer sent no re-INVITE or UPDATE, and this endpoint ended the call/,
      ],
    ],
    silent: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(1000, '200 OK', timer('90;refresher=uas'))
          .request(46_000, 'UPDATE', { ...inCall, cseq: 1, sent: false, ...timer('90;refresher=uac') })
          .response(46_010, '200 OK', { method: 'UPDATE', sent: true, back: true, ...timer('90;refresher=uac') })
          .request(80_000, 'BYE', { cseq: 3 })
          .at(82_000),
      () => call().request(0, 'INVITE').response(1000, '200 OK', timer('90;refresher=uas')).at(50_000),
      // The end of the call was not captured.
      () => call('observed').request(0, 'INVITE').response(1000, '200 OK', timer('90;refresher=uas')).at(500_000),
      () =>
        call()
          .request(0, 'INVITE', timer('60'))
          .response(10, '422 Too Small', { extra: 'Min-SE: 180\n' })
          .request(20, 'INVITE', { cseq: 2, ...timer('180') })
          .at(1000),
    ],
  },
  'session-unusable': {
    speaks: [
      [
        () =>
          call()
            .answered({ answer: sdp('203.0.113.9').replace('c=IN IP4', 'c=IN IP9') })
            .at(1500),
        /of the peer in SIP\/2\.0 200 OK cannot be used: audio has no address \(c=IN IP9 203\.0\.113\.9 is no/,
      ],
      [() => call().answered({ answer: 'v=1\r\n' }).at(1500), /does not begin with v=0/],
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ answer: sdp('pbx.example', 30_000) })
          .at(1500),
    ],
  },
  'transfer': {
    speaks: [
      [
        () => asked(both(), 'REFER', '405 Not Allowed', refer.extra).at(5000),
        /This endpoint refused to transfer .*405/,
      ],
      [() => referred('603 Decline').at(5000), /The peer refused to transfer the call to sip:c@example\.com .*603/],
      [() => referred().at(10_000), /never told what became of it/],
      [
        () => referred().request(4500, 'BYE', { cseq: 8, sent: false }).at(5000),
        /ended the call without telling what became of it/,
      ],
      [() => notified('SIP/2.0 486 Busy Here\r\n').at(5000), /failed: the peer reports 486 Busy Here/],
    ],
    silent: [
      () => referred().at(5000),
      () => referred('202 Accepted', `${refer.extra}Refer-Sub: false\n`).at(20_000),
      () => notified('SIP/2.0 100 Trying\r\n').at(20_000),
      () => notified('SIP/2.0 200 OK\r\n').at(20_000),
      () => referred('401 Unauthorized').at(20_000),
    ],
  },
}
