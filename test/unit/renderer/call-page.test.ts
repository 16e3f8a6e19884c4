import { describe, expect, it, vi } from 'vitest'
import { evidenceOf, tellingPart } from '../../../renderer/features/call/evidence.ts'
import { isAbout, namedIn, piecesOf } from '../../../renderer/features/call/named-parts.ts'
import { stepsFor } from '../../../renderer/features/call/next-steps.ts'
import { placeLabels } from '../../../renderer/features/call/time-labels.ts'
import { duration, span } from '../../../shared/shown/format.ts'
import { timesOf } from '../../../shared/shown/time-marks.ts'
import { withoutLabel } from '../../../renderer/features/call/verdict-words.ts'
import { placedSchema } from '../../../shared/contract/place-call.ts'
import type { CallReport } from '../../../shared/contract/report.ts'
import { at, call, finding, inside, stream } from '../../harness/shown-calls.ts'

// The bridge reads the link of its page when it is loaded.
vi.hoisted(() => vi.stubGlobal('location', { hash: '' }))

describe('the time of a call', () => {
  it('has holds, changes, digits and the marker as marks, each request once', () => {
    const { marks, holds, length, end } = timesOf(
      call({
        messages: [
          inside('INVITE', 2, 4, 'sendonly'),
          { ...inside('INVITE', 2, 4.5, 'sendonly'), retransmissionOf: 0 },
          inside('INVITE', 3, 6, 'sendrecv'),
          inside('UPDATE', 4, 7, null),
          inside('REFER', 5, 8, null),
        ],
        observations: [
          { at: at(3), kind: 'marker-heard', text: 'marker' },
          { at: at(3.5), kind: 'digit-sent', text: 'digit 5 sent', value: '5' },
          { at: at(9), kind: 'muted', text: 'sending is muted' },
          { at: at(9.5), kind: 'note', text: 'anything else' },
        ],
      }),
      null,
    )
    expect(marks.map(({ at: when, text }) => [when, text])).toEqual([
      [0, 'INVITE'],
      [0.5, 'ringing'],
      [2, 'answered'],
      [3, 'marker back'],
      [3.5, 'digit 5'],
      [4, 'hold'],
      [6, 'resume'],
      [7, 'UPDATE'],
      [8, 'transfer'],
      [9, 'muted'],
      [10, 'end'],
    ])
    expect(holds).toEqual([{ from: 4, to: 6 }])
    expect([length, end]).toEqual([10, 'ended'])
  })

  it('says never of audio only where the verdict is certain, and unknown else', () => {
    const lacks = (verdict: CallReport['verdict'], streams: CallReport['streams'] = []) =>
      timesOf(call({ verdict, streams }), null).lanes.map(({ lack }) => lack)
    const unknown = { kind: 'unknown', missing: null, sentence: '' } as const
    expect(lacks(unknown)).toEqual(['unknown', 'unknown'])
    expect(lacks({ kind: 'no-audio', missing: 'both', sentence: '' })).toEqual(['never', 'never'])
    expect(lacks({ kind: 'one-way-audio', missing: 'from-peer', sentence: '' }, [stream({})])).toEqual([null, 'never'])
    expect(lacks(unknown, [stream({ toPeer: null })])).toEqual(['unknown', 'unknown'])
    const media = [{ direction: 'recvonly' }] as CallReport['media']
    expect(timesOf(call({ verdict: unknown, media }), null).lanes.map(({ lack }) => lack)).toEqual([
      'not-due',
      'unknown',
    ])
  })

  it('ends a call without an end where it was seen last, and goes on with one that goes on', () => {
    const open = call({ timeline: { ...call().timeline, endedAt: null }, streams: [stream({})] })
    expect(timesOf(open, null)).toMatchObject({ end: 'seen', length: 9 })
    expect(timesOf(open, null, true)).toMatchObject({ end: 'interrupted', length: 9 })
    expect(timesOf(open, Date.parse(at(20)) * 1000)).toMatchObject({ end: 'now', length: 20 })
  })

  it('has room for labels in two rows, none over another: those that matter more first', () => {
    const label = (text: string, share: number, weight: number) => ({ text, share, weight })
    const placed = placeLabels(
      [label('INVITE', 0, 1), label('ringing', 0, 4), label('answered', 0, 8), label('late', 0.9, 1)],
      400,
    )
    expect(placed.map(({ row }) => row)).toEqual([-1, 1, 0, 0])
    expect(placeLabels([label('a label', 1, 1)], 0)).toEqual([{ leftPx: 0, row: -1 }])
  })

  it('of a call of three days, and of none at all, is drawn in proportion', () => {
    const days = call({
      timeline: { ...call().timeline, endedAt: at(3 * 86_400) },
      streams: [stream({ endedAt: at(259_190) })],
    })
    const long = timesOf(days, null)
    expect(long.length).toBe(259_200)
    expect(long.marks.at(-1)).toMatchObject({ at: 259_200, text: 'end' })
    expect([duration(259_200), span(259_200)]).toEqual(['72:00:00', '72 h 00 min'])
    const none = timesOf(
      call({ timeline: { ...call().timeline, ringingAt: null, answeredAt: null, endedAt: at(0) } }),
      null,
    )
    expect(none.length).toBeGreaterThan(0)
    for (const { at: second } of none.marks) expect(second / none.length).toBeLessThanOrEqual(1)
  })

  it('of a call in which the clock was set back has no mark before its beginning that moves the others', () => {
    const { length, marks, lanes } = timesOf(
      call({
        messages: [inside('INVITE', 2, 4, null), inside('INFO', 3, -3600, null)],
        streams: [stream({ startedAt: at(-3600), endedAt: at(-3590) })],
        timeline: { ...call().timeline, endedAt: at(-3580) },
      }),
      null,
    )
    expect(length).toBeGreaterThan(0)
    expect(marks.every(({ at: second }) => Number.isFinite(second))).toBe(true)
    expect(marks.map(({ at: second }) => second)).toEqual(
      marks.map(({ at: second }) => second).toSorted((a, b) => a - b),
    )
    expect(lanes.every(({ runs }) => runs.every(({ from, to }) => Number.isFinite(from) && to >= from))).toBe(true)
  })
})

describe('what is shown of a call', () => {
  it('is the response that refused it, else the evidence of its first fault, else its first message', () => {
    const messages = [
      inside('INVITE', 1, 0, null),
      { ...inside('INVITE', 1, 1, null), startLine: 'SIP/2.0 403 Forbidden' },
    ]
    const refused = call({
      messages,
      timeline: { ...call().timeline, answeredAt: null },
      status: { code: 403, reason: 'Forbidden' },
    })
    expect(tellingPart(refused)).toEqual({ kind: 'message', n: 1 })
    // The response stands before the evidence for it, which may begin with the INVITE.
    const findings = [finding({ evidence: [{ message: 0 }, { message: 1 }] })]
    expect(tellingPart({ ...refused, findings })).toEqual({ kind: 'message', n: 1 })
    expect(tellingPart(call({ messages, findings: [finding({ evidence: [{ stream: 0 }] })] }))).toEqual({
      kind: 'stream',
      n: 0,
    })
    expect(tellingPart(call({ messages }))).toEqual({ kind: 'message', n: 0 })
    expect(tellingPart(call())).toBeNull()
  })

  it('walks through ranges of evidence once each', () => {
    const evidence = [
      { message: 4 },
      { message: 1 },
      { message: 2 },
      { message: 2 },
      { stream: 1 },
      { observation: 'x' },
    ]
    expect(evidenceOf({ findings: [finding({ evidence })] })).toEqual([
      { place: { kind: 'message', n: 1 }, finding: 0 },
      { place: { kind: 'message', n: 4 }, finding: 0 },
      { place: { kind: 'stream', n: 1 }, finding: 0 },
    ])
  })

  it('says the verdict once', () => {
    expect(withoutLabel('Two-way audio: 300 packets.', 'two-way audio')).toBe('300 packets.')
    expect(withoutLabel('Not answered: refused with 403.', 'refused 403')).toBe('Not answered: refused with 403.')
  })

  it('marks in a message what a sentence of it names, and the header that it is about', () => {
    const named = namedIn(['Contact names the private address 10.0.0.5; X-CALL-ID is 7781.'])
    expect(piecesOf('<sip:a@10.0.0.5:5060>', named)).toEqual(['<sip:a@', '10.0.0.5', ':5060>'])
    expect(piecesOf('nothing of it', named)).toEqual(['nothing of it'])
    expect([
      isAbout('Contact names', 'Contact'),
      isAbout('Contacts are', 'Contact'),
      isAbout('X-Contact', 'Contact'),
      isAbout('sent from the caller to it', 'From'),
      isAbout('It is so. From here on', 'From'),
      isAbout('that From names it', 'From'),
    ]).toEqual([true, false, false, false, false, true])
  })
})

describe('the next step of a finding', () => {
  const placed = placedSchema.parse({ uri: 'sip:a@192.0.2.1', encryption: 'disabled' })
  it.each([
    [{ code: 'choose-encryption', encryption: 'required' }, 'Call again with media encryption required'],
    [{ code: 'choose-transport', transport: 'tcp' }, 'Call again with TCP'],
    [{ code: 'set-credentials' }, 'Open the trunks'],
    [{ code: 'widen-rtp-ports' }, 'Open the settings'],
  ])('%j is a button', (remedy, name) => {
    expect(stepsFor(placed, finding({ remedy })).map((step) => step.name)).toEqual([name])
  })

  it('is no button where the call has it already, or where nothing can be done here', () => {
    expect(
      stepsFor({ ...placed, transport: 'tcp' }, finding({ remedy: { code: 'choose-transport', transport: 'tcp' } })),
    ).toMatchObject([{ name: 'Open the trunks' }])
    expect(stepsFor(placed, finding({}))).toEqual([])
    expect(stepsFor(null, finding({ remedy: { code: 'list-calls' } }))).toEqual([])
  })
})
