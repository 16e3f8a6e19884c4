import { describe, expect, it } from 'vitest'
import type { Change } from '../../../shared/contract/change.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const call = () => new TraceBuilder()
const pcmuOnly = sdp('10.0.0.5', 20_000, '', '0 101')
const challenge = { extra: 'WWW-Authenticate: Digest realm="trunk", nonce="n"\n' }
const secured = (text: string) => text.replace('RTP/AVP', 'RTP/SAVP')
const ends = { offer: sdp('10.0.0.5', 20_000), answer: sdp('203.0.113.9', 30_000) }

/** A call that is refused so: with that offer, those headers, that caller. */
const refusal =
  (status: string, extra = '', { body = sdp(), added = '', caller = 'a' } = {}) =>
  () => {
    const trace = call()
    return trace.request(0, 'INVITE', { body, extra: added, caller }).response(50, status, { extra }).at(60, true)
  }
const warning = (text: string) => `Warning: 399 pbx "${text}"\n`
const changeOf = (report: CallReport) => report.findings.find(({ severity }) => severity === 'fault')?.change

describe('what the words of a refusal name', () => {
  const tenants = { added: 'X-Tenant: 1\nX-Other: 2\n' }
  it.each<[string, Change, () => CallReport]>([
    ['a header', { what: 'headers', to: ['X-Other'] }, refusal('400 Invalid header X-Tenant', '', tenants)],
    ['a header', { what: 'headers', to: ['X-Tenant'] }, refusal('403 Forbidden', warning('x-other?'), tenants)],
    ['a transport', { what: 'transport', to: 'tls' }, refusal('403 Use TLS')],
    ['a transport', { what: 'transport', to: 'tcp' }, refusal('403 Forbidden', warning('TCP is required'))],
    ['a transport', { what: 'transport', to: 'tcp' }, refusal('503 UDP is not supported')],
    ['encryption', { what: 'encryption', to: 'required' }, refusal('403 SRTP required')],
    [
      'encryption',
      { what: 'encryption', to: 'disabled' },
      refusal('500 Failed', warning('SRTP is not supported'), { body: secured(sdp()) }),
    ],
    [
      'a packet time',
      { what: 'ptime', to: 20 },
      refusal('488 Not Acceptable Here', warning('ptime 30 not supported'), {
        body: sdp('10.0.0.5', 2, 'a=ptime:30\n'),
      }),
    ],
    ['a packet time', { what: 'ptime', to: 30 }, refusal('488 Only packetization of 30 ms')],
    ['a codec', { what: 'codecs', to: ['PCMU', 'PCMA', 'G722'] }, refusal('488 G722 is wanted')],
    [
      'a caller',
      { what: 'caller-id', to: '+4930901820' },
      refusal('403 Invalid Caller ID', '', { caller: '4930901820' }),
    ],
    ['a caller', { what: 'caller-id', to: '+4930901820' }, refusal('403 Bad CLI', '', { caller: '004930901820' })],
    [
      'a caller',
      { what: 'caller-id', to: '4930901820' },
      refusal('400 Bad From header', '', { caller: '+4930901820' }),
    ],
    [
      'a number',
      { what: 'number', to: '7001' },
      refusal('302 Moved Temporarily', 'Contact: <sip:7001@203.0.113.9:5060>\n'),
    ],
  ])('is %s: %j', (_what, change, report) => {
    expect(changeOf(report())).toEqual(change)
  })

  it.each<[string, () => CallReport]>([
    ['a header that was not sent', refusal('400 Missing X-Tenant-Id', '', tenants)],
    ['a word that is a header by chance', refusal('400 Subject to limits', '', { added: 'Subject: x\n' })],
    ['a transport that was used', refusal('400 Bad UDP message')],
    ['a transport that is forbidden', refusal('400 You must not use TLS')],
    ['a codec that was offered', refusal('500 PCMU failed')],
    ['a caller that is no number', refusal('400 Bad From header', '', { caller: 'anna' })],
    ['a caller of the country', refusal('400 Bad From header', '', { caller: '030901820' })],
    ['another host', refusal('302 Moved', 'Contact: <sip:7001@198.51.100.7>\n')],
    ['several places', refusal('300 Choose', 'Contact: <sip:1@203.0.113.9>, <sip:2@203.0.113.9>\n')],
  ])('is nothing to change where it is %s', (_what, report) => {
    const found = report().findings.find(({ severity }) => severity === 'fault')!
    expect(found.change?.what === 'digest' ? undefined : found.change).toBeUndefined()
  })
})

describe('a finding that names a setting', () => {
  it.each<[string, Change | undefined, () => CallReport, RegExp?]>([
    ['no-response', { what: 'transport', to: 'tcp' }, () => call().request(0, 'INVITE').at(5000)],
    [
      'connection-failed',
      { what: 'transport', to: 'tcp' },
      () => call().request(0, 'INVITE').observe(9, 'connection-refused', 'udp 203.0.113.9:5060: closed').at(10, true),
    ],
    [
      'refused-number',
      { what: 'number', to: '15550100' },
      () => call().request(0, 'INVITE').response(50, '404 Not Found').at(60),
    ],
    [
      'refused-number',
      { what: 'number', to: '+15550100' },
      () => call().request(0, 'INVITE', { uri: 'sip:15550100@h' }).response(50, '484 Address Incomplete').at(60),
    ],
    [
      'connection-failed',
      { what: 'transport', to: 'udp' },
      () => call().observe(9, 'connection-refused', 'tcp 203.0.113.9:5060: connection refused').at(10, true),
    ],
    [
      'connection-failed',
      { what: 'transport', to: 'udp' },
      () =>
        call().observe(9, 'connection-failed', 'tls 203.0.113.9:5061: no answer in time: wrong address').at(10, true),
    ],
    [
      'connection-failed',
      { what: 'local-address', to: 'any' },
      () => call().observe(9, 'not-sent', 'the address is not one of this machine: choose another').at(10, true),
    ],
    [
      'connection-failed',
      { what: 'transport', to: 'tcp' },
      () => call().observe(9, 'not-sent', 'the datagram is larger than the path allows: use TCP').at(10, true),
    ],
    [
      'refused-number',
      { what: 'number', to: '+4930901820' },
      () => call().request(0, 'INVITE', { uri: 'sip:004930901820@h' }).response(50, '404 Not Found').at(60),
    ],
    [
      'refused-acl',
      { what: 'digest', to: 'on' },
      () => call().request(0, 'INVITE').response(50, '403 Forbidden').at(60),
    ],
    [
      'refused-credentials',
      { what: 'digest', to: 'on' },
      () => call().request(0, 'INVITE').response(50, '401 Unauthorized', challenge).at(60, true),
    ],
    [
      'refused-media',
      { what: 'codecs', to: ['PCMU', 'PCMA'] },
      () => call().request(0, 'INVITE', { body: pcmuOnly }).response(50, '488 Not Acceptable Here').at(60),
    ],
    [
      'refused-media',
      { what: 'encryption', to: 'required' },
      () => call().request(0, 'INVITE', { body: sdp() }).response(50, '488 Not Acceptable Here').at(60),
    ],
    [
      'refused-media',
      { what: 'encryption', to: 'disabled' },
      () =>
        call()
          .answered({ ...ends, offer: secured(ends.offer) })
          .observe(1001, 'media-failed', 'answered in clear')
          .at(3000),
    ],
    [
      'wrong-payload-type',
      { what: 'codecs', to: ['PCMA'] },
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, '', '0'), offer: pcmuOnly })
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, payloadType: 8 })
          .at(4000),
    ],
    [
      'sounds-encrypted',
      { what: 'encryption', to: 'required' },
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, ciphered: true })
          .at(4000),
    ],
    [
      'wrong-payload-type',
      undefined,
      // What was agreed is not named, and nobody can be called with comfort noise alone.
      () =>
        call()
          .answered({ answer: sdp('203.0.113.9', 30_000, '', '0 13'), offer: sdp('10.0.0.5', 20_000, '', '0 13') })
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 20, payloadType: 13 })
          .rtp('received', { fromMs: 1400, packets: 130, payloadType: 124, sequence: 20 })
          .at(4000),
      /has payload type 124; agreed was .*: it cannot be decoded\./,
    ],
  ])('%s carries %j', (rule, change, report, says = /./) => {
    expect(report().findings.find((finding) => finding.rule === rule)?.sentence).toMatch(says)
    expect(report().findings.find((finding) => finding.rule === rule)?.change).toEqual(change)
  })

  it.each<[string, () => CallReport]>([
    ['refused-callee', () => call().request(0, 'INVITE').response(50, '486 Busy Here').at(60)],
    ['refused-number', () => call().request(0, 'INVITE', { uri: 'sip:desk@h' }).response(50, '404 Not Found').at(60)],
    ['connection-failed', () => call().observe(0, 'tls-failed', 'self-signed').at(10, true)],
    ['connection-failed', () => call().observe(0, 'connection-failed', 'tcp h:1: no route to that host').at(10, true)],
    [
      'refused-number',
      () => call().request(0, 'INVITE', { uri: 'sip:030901820@h' }).response(50, '404 Not Found').at(60),
    ],
  ])('%s carries none where none is named', (rule, report) => {
    expect(report().findings.find((finding) => finding.rule === rule)).not.toHaveProperty('change')
  })
})
