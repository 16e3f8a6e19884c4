import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import { rules } from '../../../electron/engine/diagnosis/rules/index.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

const call = (vantage?: ConstructorParameters<typeof TraceBuilder>[0]) => new TraceBuilder(vantage)
const both = (ms = 3000) =>
  call()
    .answered()
    .rtp('sent', { fromMs: 1000, packets: ms / 20 })
    .rtp('received', { fromMs: 1000, packets: ms / 20 })
const found = (report: CallReport) => report.findings.map(({ rule }) => rule)
const challenge = { extra: 'WWW-Authenticate: Digest realm="trunk", nonce="n"\n' }

/** Each rule with calls in which it speaks and calls in which it must be silent. */
const cases: Readonly<
  Record<string, { readonly speaks: readonly (() => CallReport)[]; readonly silent: readonly (() => CallReport)[] }>
> = {
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
    ],
    silent: [() => call().request(0, 'INVITE').response(50, '500 Oops').at(60)],
  },
  'refused-callee': {
    speaks: [486, 480, 600, 603, 607, 608].map(
      (code) => () => call().request(0, 'INVITE').response(50, `${code} No`).at(60),
    ),
    silent: [() => call().request(0, 'INVITE').response(50, '404 Not Found').at(60)],
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
    silent: [() => both().at(4000)],
  },
  'wrong-payload-type': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, payloadType: 97 })
          .at(4000),
    ],
    silent: [() => both().at(4000)],
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
    speaks: [() => both().report(3000, 'nothing').report(3900, 'nothing').at(4000)],
    silent: [
      () => both().report(3000, 'us').report(3900, 'us').at(4000),
      () => both().report(1100, 'nothing').at(4000),
      () => both().report(3000, 'nothing').report(3900, 'nothing').observe(3950, 'marker-heard', 'came back').at(4000),
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
  'packet-loss': {
    speaks: [
      () =>
        call()
          .answered()
          .rtp('sent', { fromMs: 1000, packets: 150 })
          .rtp('received', { fromMs: 1000, packets: 150, skip: (n) => n % 10 === 5 })
          .at(4000),
    ],
    silent: [() => both().at(4000)],
  },
  'malformed': {
    speaks: [() => both().response(2000, '200 OK', { method: 'INFO', extra: 'CSeq: x\n' }).at(4000)],
    silent: [() => both().at(4000)],
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
    expect(report.findings.map(({ rule }) => rule)).toEqual(['refused-media'])
    expect(report.findings[0]!.next).toMatch(/in common/)
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

  it('offers the other form of the number', () =>
    expect(call().request(0, 'INVITE').response(50, '404 Not Found').at(60).findings[0]!.next).toContain(
      'Call again with 15550100',
    ))
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
