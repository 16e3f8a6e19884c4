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

describe('a finding that names a setting', () => {
  it.each<[string, Change, () => CallReport]>([
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
  ])('%s carries %j', (rule, change, report) => {
    expect(report().findings.find((finding) => finding.rule === rule)?.change).toEqual(change)
  })

  it.each<[string, () => CallReport]>([
    ['refused-callee', () => call().request(0, 'INVITE').response(50, '486 Busy Here').at(60)],
    ['refused-number', () => call().request(0, 'INVITE', { uri: 'sip:desk@h' }).response(50, '404 Not Found').at(60)],
    ['connection-failed', () => call().observe(0, 'tls-failed', 'self-signed').at(10, true)],
  ])('%s carries none where none is named', (rule, report) => {
    expect(report().findings.find((finding) => finding.rule === rule)).not.toHaveProperty('change')
  })
})
