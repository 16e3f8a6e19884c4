import { afterEach, describe, expect, it } from 'vitest'
import type { CallReport } from '../../../shared/contract/report.ts'
import { complete } from '../../../shared/providers/complete.ts'
import { builtIn, setOwnProviders } from '../../../shared/providers/index.ts'
import { sdp } from '../../harness/messages.ts'
import { TraceBuilder } from '../../harness/traces.ts'

afterEach(() => setOwnProviders([]))

interface Shape {
  readonly uri?: string
  readonly extra?: string
  readonly ringMs?: number
  readonly vantage?: 'outbound' | 'observed'
}
/** A call that is refused at 5 s where it rang, else at once. */
const refused = (status: string, { uri, extra = '', ringMs, vantage = 'outbound' }: Shape = {}): CallReport => {
  const call = new TraceBuilder(vantage).request(0, 'INVITE', { body: sdp(), ...(uri !== undefined && { uri }) })
  if (ringMs !== undefined) call.response(100, '180 Ringing')
  return call.response(100 + (ringMs ?? 0), status, { extra }).at(10_000)
}
const at = (host: string): Shape => ({ uri: `sip:+15550100@${host}` })
const telnyx = at('sip.telnyx.com')

describe('a refusal is read in this order', () => {
  it.each<[string, string, Shape, CallReport['refusedBy'], RegExp]>([
    [
      'X-Twilio-Error before all',
      '603 Decline',
      { extra: 'X-Twilio-Error: 32203 Blocked\nReason: Q.850;cause=17\n' },
      'provider',
      /blocked as fraud/,
    ],
    [
      'a D-code before Q.850',
      '403 Caller D35',
      { ...telnyx, extra: 'Reason: Q.850;cause=34\n' },
      'number',
      /caller number is invalid/,
    ],
    [
      'Q.850 before SIP',
      '480 Gone',
      { extra: 'Reason: SIP;cause=486, Q.850;cause=34;text="none"\n', ringMs: 900 },
      'capacity',
      /no circuit is free \(Q\.850 cause 34\)/,
    ],
    [
      'SIP before Warning',
      '500 Oops',
      { extra: 'Reason: SIP;cause=486\nWarning: 304 h "x"\n' },
      'callee',
      /the called party is busy \(Reason: SIP, cause 486\)/,
    ],
    [
      'Warning before a phrase',
      '404 No trunk found',
      { ...at('x.sip.livekit.cloud'), extra: 'Warning: 305 h "x"\n' },
      'media',
      /\(Warning 305\)/,
    ],
    ['a phrase before the status', '503 Try again later', at('x.sip.livekit.cloud'), 'provider', /could not look up/],
    ['words about the transport', '403 UDP is not supported', {}, 'transport', /it does not take calls over UDP/],
    [
      'a transport that its provider does not offer',
      '403 UDP is not supported',
      at('sip.rtc.elevenlabs.io'),
      'transport',
      /UDP transport is not currently available.* \(.*as ElevenLabs writes it: .*, read 2026\)/,
    ],
    ['words about the transport of media', '488 Profile UDP/TLS/RTP/SAVPF not supported', {}, 'media', /media/],
    ['the status last', '486 Busy Here', {}, 'callee', /the called party is busy/],
  ])('%s', (_what, status, shape, refusedBy, sentence) => {
    for (const vantage of ['outbound', 'observed'] as const) {
      const report = refused(status, { ...shape, vantage })
      expect(report.refusedBy).toBe(refusedBy)
      expect(report.findings).toHaveLength(1)
      expect(report.findings[0]!.sentence).toMatch(sentence)
    }
  })

  it.each([
    'Q.850;cause=16',
    'Q.850;cause=31',
    'Q.850;cause=127',
    'Q.850;cause=999',
    'Q.850',
    'Q.850;cause=x',
    'preemption;cause=1',
    'SIP;cause=200',
    ';',
  ])('and Reason: %s, which says nothing, leaves it to the status, and is shown as it is', (reason) => {
    const report = refused('486 Busy Here', { extra: `Reason: ${reason}\n` })
    expect(report.refusedBy).toBe('callee')
    expect(report.findings[0]!.sentence).toContain(`(${reason})`)
  })
})

describe('the words of a provider', () => {
  const codes = builtIn.flatMap((provider) =>
    provider.refusals.filter(({ code }) => code !== undefined).map((refusal) => ({ provider, refusal })),
  )

  it.each(codes)('$refusal.code is said with cause, remedy, source and date', ({ provider, refusal }) => {
    const { code, header, status = 403 } = refusal
    const { source, asOf } = refusal.from ?? provider
    const shape = header ? { extra: `${header}: ${code} Text of theirs\n` } : at(provider.domains[0]!)
    const report = refused(header ? `${status} Forbidden` : `${status} Not today ${code}`, shape)
    expect(report.refusedBy).toBe(refusal.refusedBy)
    const [finding, ...others] = report.findings
    expect(others).toEqual([])
    expect(finding!.sentence).toContain(refusal.cause)
    expect(finding!.sentence).toContain(`${source}, read ${asOf}`)
    expect(finding!.next).toContain(refusal.next)
    expect(finding!.source).toMatchObject({ provider: provider.name, source, asOf })
    if (refusal.change) expect(finding!.change).toEqual(refusal.change)
  })

  it('that stand in a header of its name are believed wherever the call went', () => {
    expect(refused('503 No', { extra: 'X-Twilio-Error: 32001 Rate\n' }).findings[0]!.source!.provider).toMatch(/Twilio/)
  })

  it('with a code that is not known are shown as they are, and the status tells the rest', () => {
    const header = refused('486 Busy Here', { extra: 'X-Twilio-Error: 99999 New Thing\n' })
    expect(header.refusedBy).toBe('callee')
    expect(header.findings[0]!.sentence).toMatch(
      /is busy\. It says X-Twilio-Error 99999 New Thing: a code of .* not known/,
    )
    expect(refused('403 Forbidden D99', telnyx).findings[0]!.sentence).toMatch(
      /It says D99: a code of Telnyx that is not/,
    )
    expect(refused('403 Forbidden D99').findings[0]!.sentence).not.toMatch(/Telnyx/)
    const hostile = refused('486 Busy', { extra: `X-Twilio-Error: \u001b]0;x ${'A1 '.repeat(3000)}\n` })
    expect(hostile.findings[0]!.sentence.length).toBeLessThan(1000)
  })

  it.each<[string, string, Shape]>([
    ['a code in the midst of a sentence', '403 Line D3 forbidden', {}],
    ['a code with another status', '486 Busy D35', {}],
    ['a part of a word', '403 Forbidden CD35', {}],
    ['a phrase that others write too', '503 Try again later', {}],
    ['a phrase where the software is another', '404 Does not match any SIP Trunks', at('sip.telnyx.com')],
    ['an empty reason elsewhere', '400 ', {}],
  ])('that are %s accuse nobody', (_what, status, shape) => {
    const [finding] = refused(status, shape).findings
    expect(finding!.source).toBeUndefined()
    expect(finding!.sentence).not.toMatch(/LiveKit|Telnyx/)
  })

  it('that others may write are said with a reservation', () => {
    const [finding] = refused('404 No trunk found').findings
    expect(finding!.next).toMatch(/If the other side is LiveKit, it says that no trunk was found .* read 2026\)/)
    expect(finding!.source).toBeUndefined()
  })

  it.each<[string, Shape]>([
    ['the host that was called', at('x.sip.livekit.cloud')],
    ['its Server header', { extra: 'Server: LiveKit\n' }],
    ['its User-Agent header', { extra: 'User-Agent: livekit/1.2 sip\n' }],
  ])('are certain where %s says that it is this one', (_by, shape) => {
    const [finding] = refused('503 Try again later', shape).findings
    expect(finding!.source?.provider).toBe('LiveKit')
  })

  it('are certain where the answer comes from its addresses', () => {
    setOwnProviders([
      complete({
        name: 'Mine',
        kind: 'trunk',
        source: 'my contract',
        asOf: '2026-11-26',
        addresses: [{ cidr: '203.0.113.0/28', use: 'signalling' }],
        refusals: [{ status: 486, phrase: 'gone fishing', refusedBy: 'callee', cause: 'she fishes', next: 'Wait.' }],
      }),
    ])
    const [finding] = refused('486 Gone Fishing').findings
    expect(finding).toMatchObject({ next: 'Wait.', source: { provider: 'Mine', asOf: '2026-11-26' } })
  })

  it('that forbid another try leave no change to try', () => {
    const { findings } = refused('403 No', { extra: 'X-Twilio-Error: 32203 Blocked\n' })
    expect(findings[0]!.next).toMatch(/^Do not call again/)
    expect(findings[0]).not.toHaveProperty('change')
  })
})

describe('a number that is not known', () => {
  it('is advised by the form that the provider wants', () => {
    const [finding] = refused('404 Not Found', at('sip.rtc.elevenlabs.io')).findings
    expect(finding!.next).toMatch(/^Call again with 15550100: .* ElevenLabs: A number is called as it was imported/)
    expect(refused('404 Not Found').findings[0]!.next).not.toMatch(/ElevenLabs/)
  })
})

describe('when a refusal came tells who refused', () => {
  it('480 is of the called party after a ringing, and of the capacity before', () => {
    expect(refused('480 Temporarily Unavailable', { ringMs: 4000 })).toMatchObject({ refusedBy: 'callee' })
    const early = refused('480 Temporarily Unavailable')
    expect(early.refusedBy).toBe('capacity')
    expect(early.findings.map(({ rule }) => rule)).toEqual(['refused-capacity'])
    expect(early.findings[0]!.sentence).toContain('100 ms after the INVITE and before anything rang')
    expect(refused('480 No', { ringMs: 4000 }).findings[0]!.sentence).toContain('after it had rung for 4.0 s')
  })

  it('403 is of the address list before a challenge, and of the credentials after', () => {
    expect(refused('403 Forbidden').refusedBy).toBe('acl')
    const call = new TraceBuilder()
      .request(0, 'INVITE', at('x.sip.livekit.cloud'))
      .response(10, '407 Unauthorized', { extra: 'Proxy-Authenticate: Digest realm="l", nonce="n"\n' })
      .request(20, 'INVITE', { cseq: 2, extra: 'Proxy-Authorization: Digest x=y\n', ...at('x.sip.livekit.cloud') })
      .response(50, '401 Bad credentials', { cseq: 2 })
      .at(5000)
    expect(call.refusedBy).toBe('credentials')
    expect(call.findings[0]!.sentence).toMatch(/could not read the credentials/)
  })
})
