import { describe, expect, it, vi } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import { rulesFor } from '../../../electron/engine/diagnosis/diagnose.ts'
import { rules } from '../../../electron/engine/diagnosis/rules/index.ts'
import { malformed } from '../../../electron/engine/diagnosis/rules/malformed.ts'
import { webhookFaults } from '../../../shared/model/webhook-faults.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'
import { furtherCases } from './further-cases.ts'
import { mediaCases } from './media-cases.ts'
import { refusalCases } from './refusal-cases.ts'
import { signallingCases, type RuleCases } from './signalling-cases.ts'
import { wrongCases } from './wrong-cases.ts'

const call = (...how: ConstructorParameters<typeof TraceBuilder>) => new TraceBuilder(...how)
/** A session description with a key for SRTP. */
const withKeys = (profile: 'AVP' | 'SAVP', host = '10.0.0.5', port = 20_000) =>
  sdp(host, port, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'a'.repeat(40)}\n`).replace('AVP', profile)
const both = (ms = 3000) =>
  call()
    .answered()
    .rtp('sent', { fromMs: 1000, packets: ms / 20 })
    .rtp('received', { fromMs: 1000, packets: ms / 20 })
/** On hold from 3 s to 6 s by a re-INVITE of the peer, whose sequence numbers go on. */
const held = () =>
  both(2000)
    .request(3000, 'INVITE', {
      cseq: 1,
      sent: false,
      toTag: ';tag=b',
      body: sdp('203.0.113.9', 30_000, 'a=inactive\n'),
    })
    .response(3010, '200 OK', { sent: true, back: true, body: sdp('10.0.0.5', 20_000, 'a=inactive\n') })
    .request(6000, 'INVITE', { cseq: 2, sent: false, toTag: ';tag=b', body: sdp('203.0.113.9', 30_000) })
    .response(6010, '200 OK', { cseq: 2, sent: true, back: true, body: sdp('10.0.0.5', 20_000) })
    .rtp('sent', { fromMs: 6020, packets: 150, sequence: 250 })
    .rtp('received', { fromMs: 6020, packets: 150, sequence: 250 })
    .at(9000)
/** Those of signalling have a file of their own, with what each says. */
const speaking = (cases: Readonly<Record<string, RuleCases>>) =>
  Object.fromEntries(
    Object.entries(cases).map(([id, { speaks, silent }]) => [id, { speaks: speaks.map(([make]) => make), silent }]),
  )
/** Nothing comes from the peer, and what is sent to it comes back. */
const undeliverable = () =>
  call()
    .answered()
    .rtp('sent', { fromMs: 1000, packets: 150 })
    .observe(2000, 'rtp-undeliverable', 'RTP to 203.0.113.9:30000 comes back (ICMP): port unreachable')
const tried = (opened: number, isJudge: boolean) => ({ opened, refused: 150 - opened, refusedSince: null, isJudge })
/** A captured call whose caller's SRTP opens `sent` times and whose peer's `received` times, of 150 each. */
const sealed = (sent: number, received: number, isJudge: boolean) =>
  call('observed')
    .answered()
    .rtp('sent', { fromMs: 1000, packets: 150, srtp: tried(sent, true) })
    .rtp('received', { fromMs: 1000, packets: 150, srtp: tried(received, isJudge) })
const found = (report: CallReport) => report.findings.map(({ rule }) => rule)
const challenge = { extra: 'WWW-Authenticate: Digest realm="trunk", nonce="n"\n' }

/** Each rule with calls in which it speaks and calls in which it must be silent. */
const cases: Readonly<
  Record<string, { readonly speaks: readonly (() => CallReport)[]; readonly silent: readonly (() => CallReport)[] }>
> = {
  ...speaking(signallingCases),
  ...speaking(mediaCases),
  ...speaking(furtherCases),
  ...speaking(refusalCases),
  ...speaking(wrongCases),
  'connection-failed': {
    speaks: [
      () => call().observe(0, 'connection-refused', 'tcp 203.0.113.9:5060: connection refused').at(10, true),
      () => call().observe(0, 'tls-chain', 'trunk.example').observe(0, 'tls-failed', 'self-signed').at(10, true),
    ],
    silent: [
      () =>
        call()
          .observe(0, 'connection-refused', 'first target')
          .request(10, 'INVITE')
          .response(20, '486 Busy Here')
          .at(30),
    ],
  },
  'no-response': {
    speaks: [
      () => call().request(0, 'INVITE').at(5000),
      () => call('observed').request(0, 'INVITE').at(5000),
      () => call().request(0, 'INVITE').request(500, 'INVITE').at(1500, true),
    ],
    silent: [
      () => call().request(0, 'INVITE').at(3000),
      () => call().request(0, 'INVITE').response(100, '100 Trying').at(60_000),
    ],
  },
  'refused-acl': {
    speaks: [() => call().request(0, 'INVITE').response(50, '403 Forbidden').at(60)],
    silent: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(10, '401 Unauthorized', challenge)
          .request(20, 'INVITE', { cseq: 2, extra: 'Authorization: Digest x=y\n' })
          .response(50, '403 Forbidden', { cseq: 2 })
          .at(60),
    ],
  },
  'refused-credentials': {
    speaks: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(10, '401 Unauthorized', challenge)
          .request(20, 'INVITE', { cseq: 2, extra: 'Authorization: Digest x=y\n' })
          .response(50, '403 Forbidden', { cseq: 2 })
          .at(60),
      () => call().request(0, 'INVITE').response(10, '401 Unauthorized', challenge).at(60),
      () =>
        call()
          .request(0, 'INVITE')
          .response(10, '401 Unauthorized', challenge)
          .observe(11, 'auth-failed', 'no user is set')
          .at(60),
      () =>
        call()
          .request(0, 'INVITE')
          .response(10, '407 Proxy Authentication Required', {
            extra: 'Proxy-Authenticate: Digest realm="p", nonce="n"\n',
          })
          .request(20, 'INVITE', { cseq: 2, extra: 'Proxy-Authorization: Digest x=y\n' })
          .response(50, '407 Proxy Authentication Required', { cseq: 2 })
          .at(60),
    ],
    silent: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(10, '401 Unauthorized', challenge)
          .request(20, 'INVITE', { cseq: 2, extra: 'Authorization: Digest x=y\n' })
          .response(50, '486 Busy Here', { cseq: 2 })
          .at(60),
    ],
  },
  'refused-number': {
    speaks: [
      () => call().request(0, 'INVITE').response(50, '404 Not Found').at(60),
      () => call().request(0, 'INVITE').response(50, '484 Address Incomplete').at(60),
    ],
    silent: [() => call().request(0, 'INVITE').response(50, '486 Busy Here').at(60)],
  },
  'refused-media': {
    speaks: [
      () => call().request(0, 'INVITE', { body: sdp() }).response(50, '488 Not Acceptable Here').at(60),
      () => call().answered().observe(1001, 'media-failed', 'the answer has no audio').at(3000),
    ],
    silent: [() => both().at(4000)],
  },
  'refused-capacity': {
    speaks: [
      () => call().request(0, 'INVITE').response(50, '503 Service Unavailable', { extra: 'Retry-After: 30\n' }).at(60),
      () => call().request(0, 'INVITE').response(50, '480 Temporarily Unavailable').at(60),
    ],
    silent: [() => call().request(0, 'INVITE').response(50, '500 Oops').at(60)],
  },
  'refused-callee': {
    speaks: [
      ...[486, 600, 603, 607, 608].map((code) => () => call().request(0, 'INVITE').response(50, `${code} No`).at(60)),
      () => call().request(0, 'INVITE').response(40, '180 Ringing').response(9000, '480 No').at(9010),
    ],
    silent: [
      () => call().request(0, 'INVITE').response(50, '404 Not Found').at(60),
      () =>
        call().request(0, 'INVITE').request(10, 'CANCEL', { toTag: '' }).response(50, '487 Request Terminated').at(60),
    ],
  },
  'refused-other': {
    speaks: [302, 420, 482, 483, 500, 502, 504].map(
      (code) => () => call().request(0, 'INVITE').response(50, `${code} No`).at(60),
    ),
    silent: [
      () =>
        call().request(0, 'INVITE').request(10, 'CANCEL', { toTag: '' }).response(50, '487 Request Terminated').at(60),
    ],
  },
  'not-acknowledged': {
    speaks: [
      () =>
        ['a', 'b', 'c', 'd']
          .reduce(
            (trace, _, i) => trace.response(1000 + i * 500, '200 OK', { body: sdp() }),
            call().request(0, 'INVITE'),
          )
          .at(4000),
    ],
    silent: [() => both().response(1500, '200 OK', { body: sdp() }).at(4000)],
  },
  'nothing-sent': {
    speaks: [
      () => call().answered().rtp('received', { fromMs: 1000, packets: 150 }).at(4000),
      () => call().answered().observe(1100, 'rtp-not-sent', 'no route to that network').at(4000),
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, 'a=sendonly\n') })
          .rtp('received', { fromMs: 1000, packets: 150 })
          .at(4000),
      () => call('observed').answered().at(4000),
    ],
  },
  'rtp-port-closed': {
    speaks: [() => undeliverable().at(4000)],
    silent: [
      () => both().at(4000),
      () => undeliverable().report(3000, 'us').at(4000),
      () => undeliverable().rtp('received', { fromMs: 2500, packets: 75 }).at(4000),
      () => undeliverable().observe(3000, 'marker-heard', 'came back').at(4000),
    ],
  },
  'nothing-arrives': {
    speaks: [
      () => call().answered().rtp('sent', { fromMs: 1000, packets: 80 }).at(2600),
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 5 })
          .at(4000),
      () => call().answered().observe(1100, 'rtp-garbage', 'packets of version 0').at(4000),
    ],
    silent: [
      () => both().at(4000),
      () => call().answered().rtp('sent', { fromMs: 1000, packets: 50 }).at(2000),
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, 'a=inactive\n') })
          .at(9000),
      () => call('observed').answered().at(9000),
    ],
  },
  'arrives-elsewhere': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, source: { host: '203.0.113.77', port: 41_000 } })
          .at(4000),
      () =>
        call()
          .answered()
          .rtp('received', { fromMs: 1000, packets: 150, source: { host: '203.0.113.77', port: 41_000 } })
          .observe(1200, 'latched', 'audio goes to 203.0.113.77:41000 now')
          .at(4000),
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ answer: sdp('media.example', 30_000) })
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150 })
          .at(4000),
    ],
  },
  'webhook': {
    speaks: Object.keys(webhookFaults).map(
      (code) => () => both().observe(30, 'webhook-fault', 'it answered 500 instead of 200.', code).at(4000),
    ),
    silent: [
      () => both().observe(30, 'webhook', 'the webhook answered 200 after 20 ms').at(4000),
      () => both().observe(30, 'webhook-fault', 'of a later version', 'unheard-of').at(4000),
    ],
  },
  'wrong-payload-type': {
    speaks: [
      // With the number that the sender gave, where the receiver gave another.
      () =>
        call()
          .answered({
            offer: sdp('10.0.0.5', 20_000, 'a=rtpmap:111 opus/48000/2\n', '111'),
            answer: sdp('203.0.113.9', 30_000, 'a=rtpmap:96 opus/48000/2\n', '96'),
          })
          .rtp('sent', { fromMs: 1000, packets: 150, payloadType: 111 })
          .rtp('received', { fromMs: 1000, packets: 150, payloadType: 111 })
          .at(4000),
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, payloadType: 97 })
          .at(4000),
    ],
    silent: [
      () => both().at(4000),
      // Each with the number of its receiver.
      () =>
        call()
          .answered({
            offer: sdp('10.0.0.5', 20_000, 'a=rtpmap:111 opus/48000/2\n', '111'),
            answer: sdp('203.0.113.9', 30_000, 'a=rtpmap:96 opus/48000/2\n', '96'),
          })
          .rtp('sent', { fromMs: 1000, packets: 150, payloadType: 96 })
          .rtp('received', { fromMs: 1000, packets: 150, payloadType: 111 })
          .at(4000),
      // Digits only, with their agreed number.
      () => call().answered().rtp('received', { fromMs: 1000, packets: 20, payloadType: 101 }).at(4000),
    ],
  },
  'silent-from-peer': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
          .at(4000),
    ],
    silent: [
      // Its parties hear one another: one of them may only listen.
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
          .observe(1500, 'joined', 'joined with the call with b')
          .at(4000),
      () => both().at(4000),
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150, fill: 0xff })
          .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
          .at(4000),
    ],
  },
  'peer-hears-nothing': {
    speaks: [
      () => both(6000).report(2500, 'us').report(4000, 'nothing').report(5500, 'nothing').at(7000),
      () => both(6000).report(2500, 'us').report(4000, 'us').report(5500, 'us').at(7000),
    ],
    silent: [
      () => both().report(3000, 'us').report(3900, 'us', 120).at(4000),
      () => both().report(1100, 'nothing').at(4000),
      () => both(6000).report(2500, 'nothing').report(4000, 'nothing').report(5500, 'nothing').at(7000),
      () => both(6000).report(2500, 'us').report(4000, 'another').report(5500, 'another').at(7000),
      () =>
        both(6000)
          .report(2500, 'us')
          .report(4000, 'nothing')
          .report(5500, 'nothing')
          .observe(3950, 'marker-heard', 'came back')
          .at(7000),
    ],
  },
  'audio-stops': {
    speaks: [
      () => both().rtp('sent', { fromMs: 4000, packets: 200, sequence: 150 }).at(8000),
      () => both().rtp('received', { fromMs: 4000, packets: 200, sequence: 150 }).request(8000, 'BYE').at(8000),
      () => both().rtp('sent', { fromMs: 4000, packets: 150, sequence: 150 }).at(7100),
    ],
    silent: [
      () => both().at(6900),
      // Comfort noise was its last packet.
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, '', '0 13 101'), offer: sdp('10.0.0.5', 20_000, '', '0 13') })
          .rtp('sent', { fromMs: 1000, packets: 500 })
          .rtp('received', { fromMs: 1000, packets: 100 })
          .rtp('received', { fromMs: 3000, packets: 1, payloadType: 13, sequence: 100 })
          .at(11_000),
      // It paused before and went on.
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 500 })
          .rtp('received', { fromMs: 1000, packets: 50 })
          .rtp('received', { fromMs: 4000, packets: 50, sequence: 50 })
          .at(11_000),
      // A transfer was accepted.
      () =>
        both()
          .request(4000, 'REFER', { cseq: 2, sent: false, toTag: ';tag=b' })
          .response(4010, '202 Accepted', { cseq: 2, method: 'REFER', sent: true })
          .at(12_000),
    ],
  },
  'sent-astray': {
    speaks: [
      () =>
        call()
          .answered({ answer: sdp('192.168.1.9', 30_000) })
          .rtp('sent', { fromMs: 1000, packets: 300, target: { host: '192.168.1.9', port: 30_000 } })
          .rtp('received', { fromMs: 1000, packets: 300, source: { host: '203.0.113.77', port: 41_000 } })
          .at(7000),
    ],
    silent: [
      () => both(6000).at(7000),
      // It goes to where the packets come from.
      () =>
        call()
          .answered({ answer: sdp('192.168.1.9', 30_000) })
          .rtp('sent', { fromMs: 1000, packets: 5, target: { host: '192.168.1.9', port: 30_000 } })
          .rtp('sent', { fromMs: 1100, packets: 295, sequence: 5, target: { host: '203.0.113.77', port: 41_000 } })
          .rtp('received', { fromMs: 1000, packets: 300, source: { host: '203.0.113.77', port: 41_000 } })
          .at(7000),
    ],
  },
  'sounds-encrypted': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, ciphered: true })
          .at(4000),
    ],
    silent: [
      () => both().at(4000),
      // Both sides do it: they agreed on it elsewhere.
      () =>
        call('observed')
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150, ciphered: true })
          .rtp('received', { fromMs: 1000, packets: 150, ciphered: true })
          .at(4000),
    ],
  },
  'unauthentic': {
    speaks: [() => sealed(150, 0, true).at(4000)],
    silent: [
      () => both().at(4000),
      // Some open; no key opens the other direction; keys came too late.
      () => sealed(150, 10, true).at(4000),
      () => sealed(0, 0, true).at(4000),
      () => sealed(150, 0, false).at(4000),
    ],
  },
  'illegal-answer': {
    speaks: [
      () =>
        both()
          .request(3000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: sdp('10.0.0.5', 20_000, 'a=sendonly\n') })
          .response(3010, '200 OK', { cseq: 2, body: sdp('203.0.113.9', 30_000) })
          .at(4000),
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, '', '9 18') })
          .at(4000),
      // Before the answer.
      () =>
        call()
          .request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000) })
          .response(100, '183 Session Progress', { body: sdp('203.0.113.9', 30_000, '', '9 18') })
          .at(900),
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, '', '9 0 8') })
          .at(1500),
    ],
  },
  'media-in-clear': {
    speaks: [
      () =>
        call()
          .answered({ offer: withKeys('AVP') })
          .at(3000),
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ offer: withKeys('AVP'), answer: withKeys('AVP', '203.0.113.9', 30_000) })
          .at(3000),
    ],
  },
  'keys-in-clear': {
    speaks: [
      () =>
        call()
          .answered({ offer: withKeys('SAVP'), answer: withKeys('SAVP', '203.0.113.9', 30_000) })
          .at(3000),
    ],
    silent: [
      () => both().at(4000),
      () =>
        call()
          .answered({ offer: withKeys('AVP') })
          .at(3000),
      () =>
        call('outbound', 'tls')
          .answered({ offer: withKeys('SAVP'), answer: withKeys('SAVP', '203.0.113.9', 30_000) })
          .at(3000),
    ],
  },
  'after-the-end': {
    speaks: [() => both().request(4000, 'BYE').rtp('received', { fromMs: 4000, packets: 200, sequence: 150 }).at(8000)],
    silent: [() => both().request(4000, 'BYE').rtp('received', { fromMs: 4000, packets: 20 }).at(8000)],
  },
  'bye-unanswered': {
    speaks: [
      () => both().request(4000, 'BYE').response(4010, '481 Gone', { method: 'BYE' }).at(5000),
      () => [4000, 4500, 5500, 7500].reduce((trace, at) => trace.request(at, 'BYE'), both()).at(9000),
      () => both().request(4000, 'BYE').observe(9000, 'bye-unanswered', 'BYE was not answered in 5 s').at(9000),
    ],
    silent: [
      () => both().request(4000, 'BYE').response(4010, '200 OK', { method: 'BYE' }).at(5000),
      () => both().request(4000, 'BYE').request(4500, 'BYE').at(5000),
      () =>
        both()
          .request(4000, 'BYE')
          .response(4010, '401 Unauthorized', { method: 'BYE' })
          .request(4020, 'BYE', { cseq: 2 })
          .response(4030, '200 OK', { method: 'BYE', cseq: 2 })
          .at(5000),
    ],
  },
  'bye-reason': {
    speaks: [
      () =>
        both().request(4000, 'BYE', { sent: false, extra: 'Reason: Q.850;cause=127;text="RTP timeout"\n' }).at(5000),
    ],
    silent: [
      () => both().request(4000, 'BYE', { extra: 'Reason: Q.850;cause=16;text="Normal call clearing"\n' }).at(5000),
      () => both().request(4000, 'BYE').at(5000),
    ],
  },
  'dialog-incomplete': {
    speaks: [
      () => call().request(0, 'INVITE').response(100, '200 OK', { tag: '' }).at(900),
      () =>
        call().request(0, 'INVITE').response(100, '200 OK', { extra: 'Contact: <tel:+1555>\n', contact: '' }).at(900),
      () => call().request(0, 'INVITE').response(100, '183 Session Progress', { tag: '' }).at(900),
      () => call().request(0, 'INVITE', { contact: '' }).response(100, '200 OK').at(900),
    ],
    silent: [
      () => both().at(4000),
      () => call().request(0, 'INVITE').response(100, '100 Trying', { tag: '' }).at(900),
      () => call().request(0, 'INVITE', { contact: '' }).response(100, '400 No').at(900),
    ],
  },
  'offer-unanswered': {
    speaks: [
      () =>
        both()
          .request(3000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: sdp('10.0.0.5', 20_000, 'a=sendonly\n') })
          .response(3010, '200 OK', { cseq: 2 })
          .at(4000),
      () =>
        call()
          .request(0, 'INVITE')
          .response(1000, '200 OK', { body: sdp() })
          .request(1001, 'ACK', { toTag: ';tag=b' })
          .at(2000),
    ],
    silent: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(1000, '200 OK', { body: sdp() })
          .request(1001, 'ACK', { toTag: ';tag=b', body: sdp('10.0.0.5', 20_000) })
          .at(2000),
      () =>
        both()
          .request(3000, 'UPDATE', { cseq: 2, toTag: ';tag=b' })
          .response(3010, '200 OK', { cseq: 2, method: 'UPDATE' })
          .at(4000),
    ],
  },
  'change-refused': {
    speaks: [
      () =>
        both()
          .request(3000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: sdp('10.0.0.5', 20_000, 'a=sendonly\n') })
          .response(3010, '488 Not Acceptable Here', { cseq: 2 })
          .at(4000),
    ],
    silent: [
      () =>
        both()
          .request(3000, 'INVITE', { cseq: 2, toTag: ';tag=b', body: sdp('10.0.0.5', 20_000) })
          .response(3010, '491 Request Pending', { cseq: 2 })
          .at(4000),
    ],
  },
  'cancel-ignored': {
    speaks: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(100, '180 Ringing')
          .request(2000, 'CANCEL', { toTag: '' })
          .response(2010, '200 OK', { method: 'CANCEL' })
          .at(7000),
    ],
    silent: [
      () =>
        call()
          .request(0, 'INVITE')
          .request(2000, 'CANCEL', { toTag: '' })
          .response(2010, '200 OK', { method: 'CANCEL' })
          .response(2020, '487 Request Terminated')
          .at(7000),
    ],
  },
  'ring-timeout': {
    speaks: [
      () =>
        call()
          .request(0, 'INVITE')
          .response(100, '180 Ringing')
          .observe(30_000, 'ring-timeout', 'nobody answered within 30 s')
          .request(30_000, 'CANCEL', { toTag: '' })
          .response(30_100, '487 Request Terminated')
          .at(31_000, true),
    ],
    silent: [
      () =>
        call().request(0, 'INVITE').request(10, 'CANCEL', { toTag: '' }).response(50, '487 Request Terminated').at(60),
    ],
  },
  'late-audio': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 300 })
          .rtp('received', { fromMs: 1000, packets: 200, fill: 0xff })
          .rtp('received', { fromMs: 5000, packets: 50 })
          .at(6000),
    ],
    silent: [() => both().at(4000)],
  },
  'digits-malformed': {
    speaks: [() => both().observe(2000, 'digit-malformed', 'digit 5 began without the marker bit').at(4000)],
    silent: [() => both().observe(2000, 'digit-received', 'digit 5 received as telephone-event', '5').at(4000)],
  },
  'impaired': {
    speaks: [() => both().observe(900, 'impaired', 'loss=5%: each packet is lost', 'loss=5%').at(4000)],
    silent: [() => both().at(4000)],
  },
  'script-failed': {
    speaks: [
      () => both().observe(2000, 'script-failed', 'line 3 of the script (wait for speech): nobody spoke').at(4000),
    ],
    silent: [() => both().observe(2000, 'action-failed', 'hold at 2 s: another offer is under way').at(4000)],
  },
  'packet-loss': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, skip: (n) => n % 10 === 5 })
          .at(4000),
      // A hole of the path: the sender went on.
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 300 })
          .rtp('received', { fromMs: 1000, packets: 300, skip: (n) => n > 100 && n < 200 })
          .at(7000),
    ],
    silent: [
      () => both().at(4000),
      // It restarts its numbering.
      () => both().rtp('received', { fromMs: 4000, packets: 150, sequence: 60_000 }).at(7000),
      // This endpoint loses them on purpose.
      () =>
        call()
          .observe(0, 'impaired', 'loss=10%: each packet is lost', 'loss=10%')
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150, skip: (n) => n % 10 === 5 })
          .rtp('received', { fromMs: 1000, packets: 150 })
          .at(4000),
      // Each packet twice.
      () => both().rtp('received', { fromMs: 1001, packets: 150 }).at(4000),
      held,
    ],
  },
  'malformed': {
    speaks: [() => both().response(2000, '200 OK', { method: 'INFO', extra: 'CSeq: x\n' }).at(4000)],
    silent: [
      () => both().at(4000),
      // A capture that keeps the first bytes of each packet.
      () => call('observed').request(0, 'INVITE', { extra: 'Content-Length: 900\n', body: sdp() }).at(900),
    ],
  },
}

describe('diagnosis', () => {
  it('has cases for every rule', () =>
    expect(Object.keys(cases).toSorted()).toEqual(rules.map(({ id }) => id).toSorted()))

  it.each(Object.entries(cases).flatMap(([id, { speaks }]) => speaks.map((make, i) => [id, i, make] as const)))(
    '%s speaks (%i)',
    (id, _i, make) => {
      const finding = make().findings.find(({ rule }) => rule === id)!
      expect(finding).toBeDefined()
      expect(finding.sentence).toMatch(/^[A-Z].*\.$/s)
      expect(finding.next.length).toBeGreaterThan(10)
      expect(finding.evidence.length).toBeGreaterThan(0)
    },
  )

  it.each(
    Object.entries({ ...signallingCases, ...mediaCases, ...furtherCases, ...refusalCases, ...wrongCases }).flatMap(
      ([id, { speaks }]) => speaks.map(([make, says], i) => [id, i, make, says] as const),
    ),
  )('%s says what is wrong (%i)', (id, _i, make, says) =>
    expect(make().findings.find(({ rule }) => rule === id)?.sentence).toMatch(says),
  )

  it('names as evidence only what the call has: its messages, its streams, what was observed', () => {
    for (const report of Object.values(cases).flatMap(({ speaks }) => speaks.map((make) => make()))) {
      const observations = report.observations.map(({ text }) => text)
      for (const { rule, evidence } of report.findings)
        for (const item of evidence) {
          expect(Object.keys(item), rule).toHaveLength(1)
          if (item.observation !== undefined) expect(observations, rule).toContain(item.observation)
          else if (item.stream !== undefined) expect(report.streams[item.stream], rule).toBeDefined()
          else expect(report.messages[item.message!], rule).toBeDefined()
        }
    }
  })

  it('quotes what was observed where the sentence repeats it', () => {
    for (const report of Object.values(cases).flatMap(({ speaks }) => speaks.map((make) => make())))
      for (const { text } of report.observations)
        for (const { sentence, evidence } of report.findings)
          if (sentence.includes(text)) expect(evidence.map(({ observation }) => observation)).toContain(text)
  })

  it('has only rules that say nothing of a call that lacks what they need', () => {
    const asked = vi.spyOn(malformed, 'evaluate')
    for (const { speaks, silent } of Object.values(cases)) for (const make of [...speaks, ...silent]) make()
    expect(asked.mock.calls.length).toBeGreaterThan(200)
    for (const [facts] of asked.mock.calls)
      for (const rule of rules.filter((known) => !rulesFor(facts).includes(known)))
        expect([rule.id, rule.evaluate(facts)]).toEqual([rule.id, []])
    asked.mockRestore()
  })

  it.each(Object.entries(cases).flatMap(([id, { silent }]) => silent.map((make, i) => [id, i, make] as const)))(
    '%s is silent (%i)',
    (id, _i, make) => expect(found(make())).not.toContain(id),
  )

  it('reads a refusal by the words of the provider before its status', () => {
    const report = call()
      .request(0, 'INVITE', { body: sdp(), uri: 'sip:+15550100@x.sip.livekit.cloud' })
      .response(50, '400 ')
      .at(60)
    expect(report.refusedBy).toBe('media')
    expect(report.findings.map(({ rule }) => rule)).toEqual(['refused-wordless'])
    expect(report.findings[0]!.sentence).toMatch(/in common/)
  })

  it('names the setting that is to be changed, as a code', () => {
    const remedies = (report: CallReport) => report.findings.map(({ remedy }) => remedy)
    expect(remedies(call().request(0, 'INVITE').at(5000))).toEqual([{ code: 'choose-transport', transport: 'tcp' }])
    expect(remedies(call().observe(0, 'tls-failed', 'self-signed').at(10, true))).toEqual([
      { code: 'trust-certificate' },
    ])
    expect(remedies(call().request(0, 'INVITE').response(9, '486 Busy Here').at(10))).toEqual([undefined])
  })

  it('tells three refusals of LiveKit apart', () => {
    const next = (reason: string) => call().request(0, 'INVITE').response(50, `404 ${reason}`).at(60).findings[0]!.next
    expect(
      new Set([
        next('Does not match any SIP Trunks'),
        next('No trunk found'),
        next('Does not match Trunks or Dispatch Rules'),
      ]).size,
    ).toBe(3)
  })

  it.each<[string, string, string, RegExp, string | undefined]>([
    ['nothing more, and SRTP was not offered', '', '0 8 101', /encryption required/, 'required'],
    ['that no codec is in common', 'Warning: 304 h "no codec in common"\n', '0 8 101', /which codecs/, undefined],
    ['nothing more, and G.711 was not offered', '', '18 101', /PCMU and PCMA/, undefined],
    ['that the profile does not fit', 'Warning: 399 h "media profile RTP/SAVP only"\n', '18', /encryption/, 'required'],
  ])(
    'what to do about refused media follows from the offer and the Warning: %s',
    (_name, extra, formats, next, mode) => {
      const [finding] = call()
        .request(0, 'INVITE', { body: sdp('10.0.0.5', 20_000, '', formats) })
        .response(50, '488 Not Acceptable Here', { extra })
        .at(60).findings
      expect(finding!.next).toMatch(next)
      expect(finding!.remedy).toEqual(mode === undefined ? undefined : { code: 'choose-encryption', encryption: mode })
    },
  )

  it.each([
    [
      'refused',
      () =>
        call()
          .request(0, 'INVITE', { body: withKeys('AVP') })
          .response(50, '488 Not Acceptable')
          .at(60),
    ],
    [
      'answered with port 0',
      () =>
        call()
          .answered({ offer: withKeys('AVP'), answer: sdp('203.0.113.9', 0) })
          .observe(1001, 'media-failed', 'the answer refuses the audio (port 0)')
          .at(3000),
    ],
  ])('says that encryption was left open, where an offer of RTP/AVP with keys is %s', (_how, make) => {
    const [finding] = make().findings
    expect(finding).toMatchObject({
      rule: 'refused-media',
      remedy: { code: 'choose-encryption', encryption: 'required' },
    })
    expect(finding!.next).toContain('RTP/AVP with a=crypto')
  })

  it('asks nobody to call again where this endpoint refused', () => {
    const [finding] = call('inbound')
      .request(0, 'INVITE', { body: sdp() })
      .response(50, '488 Not Acceptable Here')
      .at(60).findings
    expect(finding!.sentence).toMatch(/^This endpoint refused/)
    expect(finding!.next).not.toMatch(/[Cc]all again/)
    expect(finding!.remedy).toBeUndefined()
  })

  it('names a closed port as the one cause of audio that neither arrives nor comes', () => {
    const { verdict, findings } = undeliverable().at(4000)
    expect([verdict.kind, verdict.missing]).toEqual(['no-audio', 'both'])
    expect(findings.map(({ rule }) => rule)).toEqual(['rtp-port-closed'])
  })

  it('says that nobody refused a call that was cancelled, or rang in vain', () => {
    const cancelled = call()
      .request(0, 'INVITE')
      .request(10, 'CANCEL', { toTag: '' })
      .response(50, '487 Request Terminated')
      .at(60)
    expect(cancelled).toMatchObject({ outcome: 'cancelled', refusedBy: null, findings: [] })
  })

  it('takes nothing after the end for the first audio', () => {
    const report = call()
      .answered()
      .rtp('sent', { fromMs: 1000, packets: 100 })
      .request(4000, 'BYE')
      .rtp('received', { fromMs: 6000, packets: 100 })
      .at(9000)
    expect(report.timeline.answerToFirstRtpMs).toBeNull()
    expect(report.verdict).toMatchObject({ kind: 'one-way-audio', missing: 'from-peer' })
  })

  it('offers the other form of the number', () =>
    expect(call().request(0, 'INVITE').response(50, '404 Not Found').at(60).findings[0]!.next).toContain(
      'Call again with 15550100',
    ))
})

it.each([
  [800, undefined],
  [159_856_272, true],
])('a jitter of %i ticks that a receiver reports is marked where it cannot be: %s', (jitter, implausible) => {
  const stream = both().report(3000, 'us', 100, jitter).at(4000).streams[0]!
  expect(stream.rtcp).toMatchObject({ reportedJitterMs: jitter / 8 })
  expect(stream.rtcp!.implausible).toBe(implausible)
})

describe('the verdict', () => {
  it.each<[string, CallReport, object]>([
    ['two-way audio', both().at(4000), { kind: 'two-way-audio', missing: null }],
    [
      'nothing from the peer',
      call().answered().rtp('sent', { fromMs: 1000, packets: 150 }).at(4000),
      { kind: 'one-way-audio', missing: 'from-peer' },
    ],
    [
      'nothing to the peer',
      call().answered().rtp('received', { fromMs: 1000, packets: 150 }).at(4000),
      { kind: 'one-way-audio', missing: 'to-peer' },
    ],
    ['nothing either way', call().answered().at(4000), { kind: 'no-audio', missing: 'both' }],
    [
      'a refusal',
      call().request(0, 'INVITE').response(5, '486 Busy Here').at(10),
      { kind: 'not-answered', missing: null },
    ],
    ['too short', call().answered().request(1500, 'BYE').at(1500), { kind: 'unknown' }],
    [
      'on hold',
      call()
        .answered({ answer: sdp('203.0.113.9', 30_000, 'a=inactive\n') })
        .at(9000),
      { kind: 'unknown' },
    ],
    ['a capture without media', call('observed').answered().at(9000), { kind: 'unknown' }],
    [
      'silence both ways',
      call()
        .answered()
        .rtp('sent', { fromMs: 1000, packets: 150, fill: 0xff })
        .rtp('received', { fromMs: 1000, packets: 150, fill: 0xff })
        .at(4000),
      { kind: 'unknown' },
    ],
  ])('of %s', (_name, report, verdict) => expect(report.verdict).toMatchObject(verdict))

  it('is the same for a live call and for a capture of it', () => {
    for (const make of [
      (trace: TraceBuilder) => trace.answered().rtp('sent', { fromMs: 1000, packets: 150 }),
      (trace: TraceBuilder) =>
        trace.answered().rtp('sent', { fromMs: 1000, packets: 150 }).rtp('received', { fromMs: 1000, packets: 150 }),
    ]) {
      const [live, seen] = [make(call()).at(4000), make(call('observed')).at(4000)]
      expect({ ...seen.verdict, sentence: '' }).toEqual({ ...live.verdict, sentence: '' })
      expect(found(seen)).toEqual(found(live))
    }
  })
})
