import { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withHeaders, headersOf, type HeaderOptions } from '../../../electron/cli/headers.ts'
import { jsonPieces } from '../../../electron/cli/json.ts'
import { limitLines, parseLimit } from '../../../electron/cli/options.ts'
import { Paint, harmless, ladderLines, summaryLines } from '../../../electron/cli/terminal.ts'
import { budgetNames } from '../../../shared/model/budgets.ts'
import { callCommand } from '../../../shared/contract/command-line.ts'
import { commands, settingsSchema } from '../../../shared/contract/commands.ts'
import { placeCallSchema } from '../../../shared/contract/place-call.ts'
import { pastCall } from '../../harness/past-calls.ts'

const text = (document: unknown, indent: number) => [...jsonPieces(document, indent)].join('')
const acted = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

describe('what stands below a ladder', () => {
  it('has no room for what there is not', () => {
    const report = { ...pastCall('x'), media: [], streams: [], observations: [], findings: [] }
    const lines = summaryLines(report, new Paint({ color: false }))
    expect(lines[0]).toBe('')
    expect(lines.filter((line, i) => line === '' && lines[i + 1] === '')).toEqual([])
  })
})

describe('M3: what a terminal is given', () => {
  const evil = 'a\u001b[2J\u001b]0;title\u0007\u009b31m\rb\u202ec\u2066d\u200be\u007f'

  it('has nothing in it that a terminal would act on, wherever the wire put it', () => {
    const report = pastCall('x', { raw: evil })
    const [message] = report.messages
    const said = {
      ...report,
      verdict: { ...report.verdict, sentence: evil },
      findings: [
        {
          rule: 'r',
          severity: 'fault' as const,
          at: '',
          sentence: evil,
          evidence: [{ observation: evil }],
          next: evil,
        },
      ],
      observations: [{ at: '', kind: 'x', text: evil }],
      media: [
        {
          codec: evil,
          payloadType: 0,
          clockRate: 8000,
          ptimeMs: 20,
          encryption: 'none' as const,
          direction: 'sendrecv' as const,
          local: evil,
          remote: evil,
        },
      ],
      streams: [
        {
          source: evil,
          destination: evil,
          toPeer: null,
          ssrc: '0x00000000',
          payloadType: 0,
          codec: evil,
          clockRate: 0,
          startedAt: '',
          endedAt: '',
          packets: 0,
          expected: 0,
          lost: 0,
          lostPercent: 0,
          outOfOrder: 0,
          duplicates: 0,
          minDeltaMs: 0,
          meanDeltaMs: 0,
          maxDeltaMs: 0,
          minJitterMs: 0,
          meanJitterMs: 0,
          maxJitterMs: 0,
          bitrateKbps: null,
          level: null,
          mos: null,
          rtcp: null,
        },
      ],
    }
    const lines = [
      ...summaryLines(said, new Paint({ color: false })),
      ...ladderLines(
        [{ ...message!, startLine: `SIP/2.0 ${evil}`, cseq: evil, problems: [evil] }],
        '',
        '',
        new Paint({ color: false }),
      ),
    ]
    expect(lines.join('\n')).not.toMatch(acted)
    expect(lines.join('\n')).toContain('a␛[2J␛]0;title␇‹U+009B›31m␍b‹U+202E›c‹U+2066›d‹U+200B›e␡')
  })

  it('is our own colours and nothing else that begins with an escape', () => {
    expect(harmless('\r\u001b[K\u001b[31mred\u001b[0m\n')).toBe('\r\u001b[K\u001b[31mred\u001b[0m\n')
    expect(harmless('\u001b[2J\u001b]8;;x\u0007\u001bP\u001b[31;5m')).not.toMatch(/\u001b/)
  })
})

describe('JSON in pieces', () => {
  it('is the text of JSON.stringify, of any document', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 7 }), fc.constantFrom(0, 2), (document, indent) => {
        expect(JSON.parse(text(document, indent))).toEqual(JSON.parse(JSON.stringify(document)))
        if (!acted.test(JSON.stringify(document)))
          expect(text(document, indent)).toBe(JSON.stringify(document, null, indent))
      }),
    )
    const report = { ...pastCall('x', { raw: 'a' }), optional: undefined, empty: [], none: {}, list: [undefined, null] }
    for (const indent of [0, 2]) expect(text(report, indent)).toBe(JSON.stringify(report, null, indent))
  })

  it('M3: escapes what a terminal would act on, and means the same', () => {
    const value = { 'a\u009b': 'b\u202e\u2028\u007f\u001b' }
    expect(text(value, 0)).toBe('{"a\\u009b":"b\\u202e\\u2028\\u007f\\u001b"}')
    expect(JSON.parse(text(value, 2))).toEqual(value)
  })

  it('H9: a document larger than a text can be comes out whole', () => {
    const messages = Array.from({ length: 700 }, () => ({ raw: 'x'.repeat(1024 * 1024) }))
    let [length, largest] = [0, 0]
    for (const piece of jsonPieces({ calls: [{ messages }] }, 2)) {
      length += piece.length
      largest = Math.max(largest, piece.length)
    }
    expect(length).toBeGreaterThan(700 * 1024 * 1024)
    expect(largest).toBeLessThan(2 * 1024 * 1024)
  })
})

describe('headers of a command line', () => {
  const parse = (...args: string[]) => {
    const command = withHeaders(new Command().exitOverride().configureOutput({ writeErr: () => {} }), 'a header')
    command.parse(args, { from: 'user' })
    return headersOf(command.opts<HeaderOptions>())
  }

  it('come in the order in which they were typed, from the environment or not', () => {
    process.env['TEST_HEADER_VALUE'] = 'from-there'
    expect(parse('-H', 'A: 1', '--header-env', 'B=TEST_HEADER_VALUE', '-H', 'C: 3')).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: 'from-there', secret: true },
      { name: 'C', value: '3' },
    ])
    delete process.env['TEST_HEADER_VALUE']
    expect(parse()).toBeUndefined()
  })

  it.each([
    ['B=NOT_THERE', /variable NOT_THERE is not set/],
    ['B', /write 'Name=ENV'/],
    ['=X', /write 'Name=ENV'/],
    ['B=', /write 'Name=ENV'/],
  ])('%s is refused', (given, why) => expect(() => parse('--header-env', given)).toThrow(why))

  it('H7: a call as a command names the variable, never the value', () => {
    const command = callCommand(
      placeCallSchema.parse({
        uri: 'sip:x@h',
        headers: [
          { name: 'X-A', value: '1' },
          { name: 'X-Api-Key', value: 'xxxx', secret: true },
        ],
      }),
    )
    expect(command).toBe(`ringback call sip:x@h --header 'X-A: 1' --header-env X-Api-Key=X_API_KEY`)
  })
})

describe('limits', () => {
  it('are given by name, one after the other', () => {
    expect(parseLimit('handshakes=3', parseLimit('callsAtOnce=5'))).toEqual({ callsAtOnce: 5, handshakes: 3 })
  })

  it.each([
    'calls=1',
    'callsAtOnce',
    'callsAtOnce=',
    'callsAtOnce=0',
    'callsAtOnce=1e3',
    'callsAtOnce=99999999999',
    'constructor=1',
    '__proto__=1',
  ])('%s is refused with what can be', (given) =>
    expect(() => parseLimit(given)).toThrow(/choose one of callsAtOnce|can be 1 to 20000/),
  )

  it('all stand in the help', () => {
    for (const name of budgetNames) expect(limitLines()).toMatch(new RegExp(`^ {2}${name} +\\d+ {2}\\w`, 'm'))
  })

  it('are part of how an agent is started and of the settings; unknown and impossible ones are refused', () => {
    const listeners = [{ transport: 'udp', address: '127.0.0.1', port: 0 }]
    expect(commands['agent.start'].args.parse({ listeners, limits: { callsAtOnce: 5 } }).limits).toEqual({
      callsAtOnce: 5,
    })
    expect(settingsSchema.parse({}).limits).toEqual({})
    for (const limits of [{ callsAtOnce: 0 }, { callsAtOnce: 1e9 }, { other: 1 }, { callsAtOnce: 1.5 }])
      expect(settingsSchema.safeParse({ limits }).success).toBe(false)
  })
})
