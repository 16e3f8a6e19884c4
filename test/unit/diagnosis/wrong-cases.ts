import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import type { RuleCases } from './signalling-cases.ts'

const call = (...how: ConstructorParameters<typeof TraceBuilder>) => new TraceBuilder(...how)
const talk = (vantage?: ConstructorParameters<typeof TraceBuilder>[0], answer?: string) =>
  call(vantage)
    .answered(answer === undefined ? {} : { answer })
    .rtp('sent', { fromMs: 1000, packets: 150 })
    .rtp('received', { fromMs: 1000, packets: 150 })
/** It rings, is cancelled at 1 s, and answered so much later, or not. */
const cancelled = (lateMs: number | null, vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => {
  const trace = call(vantage)
    .request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000) })
    .response(10, '180 Ringing')
    .request(1000, 'CANCEL', { toTag: '' })
    .response(1010, '200 OK', { method: 'CANCEL' })
  return lateMs === null
    ? trace.response(1012, '487 Request Terminated')
    : trace
        .response(1010 + lateMs, '200 OK', { body: sdp('203.0.113.9', 30_000) })
        .request(1015 + lateMs, 'ACK', { toTag: ';tag=b' })
}
/** Challenges to INVITEs that come again with credentials each time; `values`: what each has beside realm and nonce. */
const challenged = (values: readonly string[], nonce = (n: number) => `n${n}`, used = nonce) =>
  values.reduce(
    (trace, value, n) =>
      trace
        .request(n * 100, 'INVITE', {
          cseq: n + 1,
          extra: n === 0 ? '' : `Authorization: Digest username="u", realm="r", nonce="${used(n - 1)}"\n`,
        })
        .response(n * 100 + 10, '401 Unauthorized', {
          cseq: n + 1,
          extra: `WWW-Authenticate: Digest realm="r", nonce="${nonce(n)}"${value}\n`,
        }),
    call(),
  )
const stale = ', stale=true'
/** Re-INVITEs of the peer, each with its answer. */
const offers = (bodies: readonly string[], everyMs: number, status = '200 OK') =>
  bodies.reduce(
    (trace, body, n) =>
      trace
        .request(1500 + n * everyMs, 'INVITE', { cseq: n + 1, sent: false, toTag: ';tag=b', body })
        .response(1510 + n * everyMs, status, { cseq: n + 1, sent: true, back: true }),
    talk(),
  )
const same = (times: number) =>
  Array.from({ length: times }, (_, n) =>
    sdp('203.0.113.9', 30_000).replace(/^o=.*$/m, `o=- 1 ${n} IN IP4 203.0.113.9`),
  )
/** A BYE of the caller at 4 s, and what it is refused with. */
const bye = (how: Parameters<TraceBuilder['request']>[2], status = '481 Call Leg Does Not Exist', trace = talk()) =>
  trace
    .request(4000, 'BYE', { cseq: 2, uri: 'sip:b@203.0.113.9', ...how })
    .response(4010, status, { method: 'BYE', cseq: 2 })
    .at(4020, true)
const waits = (trace: TraceBuilder) => trace.observe(0, 'impaired', 'it waits', 'wait-for-peer')

/** Rules that each stand for something that can be done wrong on purpose. */
export const wrongCases: Readonly<Record<string, RuleCases>> = {
  'on-purpose': {
    speaks: [
      [
        () => talk().observe(0, 'on-purpose', 'wrong on purpose: a BYE gets no answer', 'bye-unanswered').at(4000),
        /^This side does wrong on purpose: a BYE gets no answer\.$/,
      ],
    ],
    silent: [
      () => talk().at(4000),
      () => talk().observe(0, 'on-purpose', 'wrong on purpose: it waits', 'both-wait').at(4000),
    ],
  },
  'answered-cancelled': {
    speaks: [
      [
        () => cancelled(3000).request(4020, 'BYE', { cseq: 2 }).at(4030, true),
        /^The peer answered .* with 200 3\.0 s after .* \(unless every 200 before was lost\): this endpoint/,
      ],
      [() => cancelled(2500, 'observed').at(9000), /nobody ended it, so the call may go on there/],
    ],
    // They met on the way, or it was cancelled as it should be.
    silent: [() => cancelled(300).request(1400, 'BYE', { cseq: 2 }).at(1500, true), () => cancelled(null).at(2000)],
  },
  'nonce-stale': {
    speaks: [[() => challenged(['', stale, stale, stale]).at(400), /\(stale=true\) 3 times .*\(realm "r"\)/]],
    silent: [
      // Two servers that know nothing of each other, wrong credentials, and a nonce that is not new.
      () => challenged(['', stale, stale]).at(400),
      () => challenged(['', stale, stale, stale, '']).at(500),
      () => challenged(['', stale, stale, stale], () => 'n').at(400),
      // Credentials that answer an older challenge each time are too old.
      () => challenged(['', stale, stale, stale], undefined, () => 'n0').at(400),
      () =>
        challenged(['', stale, stale, stale])
          .request(400, 'INVITE', { cseq: 5, extra: 'Authorization: Digest username="u"\n' })
          .response(410, '200 OK', { cseq: 5 })
          .at(500),
    ],
  },
  'content-type-missing': {
    speaks: [
      [
        () =>
          call()
            .request(0, 'INVITE', { body: sdp() })
            .response(10, '183 Session Progress', { extra: '\nv=0\no=- 1 1 IN IP4 203.0.113.9\ns=-\n' })
            .at(20),
        /^The 183 Session Progress of the peer has a body and no Content-Type/,
      ],
    ],
    silent: [
      () => talk().at(4000),
      // Padding behind the header is no body.
      () => talk().request(4000, 'BYE', { cseq: 2, extra: '\n\n\u0000\u0000' }).at(4020),
    ],
  },
  'ssrc-changes': {
    speaks: [
      [
        () => talk().rtp('received', { fromMs: 4000, packets: 100, ssrc: 9 }).at(6000),
        /The audio of the peer goes on under another SSRC 3\.0 s after the answer \(0x00000002, then 0x00000009\)\.$/,
      ],
      [
        () =>
          talk()
            .rtp('sent', { fromMs: 4000, packets: 100, ssrc: 9 })
            .rtp('sent', { fromMs: 6000, packets: 100, ssrc: 8 })
            .at(8000),
        /of this computer .*, 2 times in all\.$/,
      ],
    ],
    silent: [
      () => talk().at(4000),
      // It was agreed on anew, comes from another port, or goes on beside the other.
      () =>
        talk()
          .request(3900, 'INVITE', { cseq: 1, sent: false, toTag: ';tag=b', body: sdp('203.0.113.9', 30_000) })
          .response(3910, '200 OK', { sent: true, back: true, body: sdp('10.0.0.5', 20_000) })
          .rtp('received', { fromMs: 4000, packets: 100, ssrc: 9 })
          .at(6000),
      () =>
        talk()
          .rtp('received', { fromMs: 4000, packets: 100, ssrc: 9, source: { host: '203.0.113.9', port: 30_002 } })
          .at(6000),
      () => talk().rtp('received', { fromMs: 2000, packets: 200, ssrc: 9 }).at(6000),
    ],
  },
  'reinvite-storm': {
    speaks: [[() => offers(same(9), 250).at(6000), /^The peer sent 8 re-INVITEs in 1\.8 s that change nothing/]],
    silent: [
      () => offers(same(8), 250).at(6000),
      // As session timers do, with hold and resume in turn, or again because each was to come again.
      () => offers(same(12), 2000).at(30_000),
      () =>
        offers(
          Array.from({ length: 16 }, (_, n) => sdp('203.0.113.9', 30_000, n % 2 === 0 ? 'a=sendonly\n' : '')),
          250,
        ).at(9000),
      () => offers(same(12), 250, '491 Request Pending').at(9000),
      // Hold, resume and hold, each seen on the four hops that it takes.
      () =>
        ['a=sendonly\n', '', 'a=sendonly\n']
          .reduce(
            (trace, direction, n) =>
              [1, 2, 3, 4].reduce(
                (hops, hop) =>
                  hops.request(2000 + n * 1000 + hop, 'INVITE', {
                    cseq: n + 2,
                    toTag: ';tag=b',
                    branch: `z9hG4bK${n}-${hop}`,
                    body: sdp('10.0.0.5', 20_000, direction),
                  }),
                trace,
              ),
            talk('observed'),
          )
          .at(9000),
    ],
  },
  'both-wait': {
    speaks: [[() => waits(call().answered()).at(4000), /Neither side has sent a packet of audio since the answer/]],
    silent: [
      () => call().answered().at(4000),
      () => waits(talk()).at(4000),
      () => waits(call().answered().rtp('received', { fromMs: 1000, packets: 150 })).at(4000),
      () => waits(call().answered().observe(1001, 'no-rtp-target', 'no address')).at(4000),
      () => call('observed').answered().at(4000),
    ],
  },
  'bye-astray': {
    speaks: [
      [
        () => bye({ toTag: ';tag=nobody' }),
        /refused with 481 .*: nobody in the call has the tag nobody that it names\./,
      ],
      [
        () => bye({ uri: 'sip:b@example.com' }),
        /: it goes to sip:b@example\.com where the Contact was sip:b@203\.0\.113\.9/,
      ],
      [() => bye({ toTag: '' }), /it lacks a tag/],
    ],
    silent: [
      () => bye({}),
      () => bye({ toTag: ';tag=nobody' }, '200 OK'),
      // The usual port is the one that goes without saying; a later offer came from elsewhere.
      () => bye({ uri: 'sip:b@203.0.113.9:5060' }),
      () => {
        const trace = talk().request(3000, 'INVITE', {
          sent: false,
          toTag: ';tag=b',
          body: sdp('203.0.113.9', 30_000),
          contact: 'Contact: <sip:b@203.0.113.77>\n',
        })
        trace.response(3010, '200 OK', { sent: true, back: true, body: sdp('10.0.0.5', 20_000) })
        return bye({ uri: 'sip:b@203.0.113.77' }, undefined, trace)
      },
      // A proxy stays on the way; another branch of a fork; a private Contact behind a NAT.
      () => {
        const trace = call().request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000) })
        trace.response(1000, '200 OK', { body: sdp(), extra: 'Record-Route: <sip:p;lr>\n' })
        return bye({ uri: 'sip:b@example.com' }, undefined, trace)
      },
      () => bye({ toTag: ';tag=x' }, undefined, talk().response(1050, '200 OK', { tag: 'x' })),
      () => {
        const trace = call().request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000) })
        trace.response(1000, '200 OK', { body: sdp(), contact: 'Contact: <sip:b@192.168.1.2>\n' })
        return bye({}, undefined, trace)
      },
    ],
  },
  'headers-malformed': {
    speaks: [
      [
        () => talk().response(3000, '200 OK', { extra: 'Date: yesterday\nExpires: soon\n' }).at(4000),
        /stand in 1 message of the peer, read all the same: .*Date "yesterday"/,
      ],
      [
        () => talk().request(3000, 'INFO', { cseq: 4, extra: 'No header\n' }).at(4000),
        /of this endpoint, .*header line "No header" has no name and colon/,
      ],
    ],
    silent: [() => talk().at(4000), () => talk().response(3000, '200 OK', { extra: 'CSeq: 1\n' }).at(4000)],
  },
}
