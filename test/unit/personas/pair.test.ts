import { describe, expect, it } from 'vitest'
import { parseXml, XmlFault } from '../../../shared/base/xml.ts'
import { documentSchema, projectOf } from '../../../shared/providers/personas/livekit/config.ts'
import { pairWithTrunk } from '../../../shared/providers/personas/livekit/twiml-pair.ts'
import { difference, isPlaceholder } from '../../../shared/providers/personas/pair.ts'
import { halfKindOf, pairOf as comparedHalves, type HalfKind } from '../../../shared/providers/personas/pairs.ts'

const twiml = (uri: string, attributes = 'username="u" password="secret"') =>
  parseXml(`<?xml version="1.0"?>\n<Response><Dial timeout="5">\n<Sip ${attributes}>${uri}</Sip></Dial></Response>`)
const pairOf = (uri: string, attributes?: string, fields: object = {}) => {
  const trunk = { name: 'T', auth_username: 'u', auth_password: 'secret', ...fields }
  return pairWithTrunk(twiml(uri, attributes), projectOf([documentSchema.parse({ trunk })]).trunks[0]!)!
}
const faults = (...args: Parameters<typeof pairOf>) =>
  pairOf(...args).steps.flatMap(({ subject, arrived, wanted, holds }) =>
    holds === true ? [] : [`${subject}: ${arrived} ${holds === null ? '?' : '≠'} ${wanted}`],
  )
const good = 'sip:+15105550100@x.sip.livekit.cloud'

describe('a TwiML document and an inbound trunk', () => {
  it('agree where all is the same', () => {
    expect(faults(good)).toEqual([])
    expect(faults(`\n  ${good};transport=tcp?x-order=7&amp;x-b=1\n`, undefined, { numbers: ['15105550100'] })).toEqual(
      [],
    )
  })

  it.each<[string, Parameters<typeof pairOf>, RegExp]>([
    ['one character of the user', [good, 'username="v" password="secret"'], /^user: v ≠ u \(they differ in one char/],
    [
      'a blank after the user',
      [good, 'username="u " password="secret"'],
      /^user: u {2}≠ u \(the first has white space/,
    ],
    ['no user', [good, 'password="secret"'], /^user: none ≠ u$/],
    [
      'one character of the password',
      [good, 'username="u" password="secreT"'],
      /^password: given ≠ they differ in cap/,
    ],
    ['a password that is longer', [good, 'username="u" password="secret1"'], /^password: given ≠ one has 7 characters/],
    ['no password in the trunk', [good, undefined, { auth_password: '' }], /^password: given ≠ one of them is empty/],
    ['another number', [good, undefined, { numbers: ['+15105550101'] }], /^number: .*one character, the 12th/],
    ['a blank in the URI', ['sip:+1510 5550100@x.sip.livekit.cloud'], /^URI: .* ≠ no white space$/],
    ['a placeholder', ['sip:1@x', 'username="your &lt;name&gt;" password="secret"'], /^user: your <name> ≠ u$/],
    ['another host', ['sip:1@sip.example.org'], /^host: sip\.example\.org \? your-project\.sip\.livekit\.cloud$/],
    ['no number', ['sip:x.sip.livekit.cloud'], /^number: none ≠ a number$/],
    ['no URI', ['1510'], /^URI: 1510 ≠ sip:number@host$/],
    ['a transport that there is not', [`${good};transport=tsl`], /^transport: tsl ≠ udp, tcp or tls$/],
    [
      'a transport that is not encrypted, where media is to be',
      [good, undefined, { media_encryption: 2 }],
      /^transport: udp, the default ≠ tls: the trunk requires encrypted media$/,
    ],
    [
      'the port of TCP',
      [`${good.replace('cloud', 'cloud:5060')};transport=tls`],
      /^transport: tls at port 5060 ≠ port 5061$/,
    ],
    ['a URI that is too long', [good.replace('x', 'x'.repeat(255))], /^URI: \d+ characters ≠ at most 254$/],
    ['headers that are too long', [`${good}?x-a=${'1'.repeat(1024)}`], /^headers: 1028 characters ≠ at most 1023$/],
    [
      'a header that is mapped',
      [good, undefined, { headers_to_attributes: { 'X-A': 'a' } }],
      /^header X-A: not sent \?/,
    ],
  ])('differ in %s', (_what, args, says) => {
    expect(faults(...args)[0]).toMatch(says)
    for (const { holds, next } of pairOf(...args).steps) expect(next === null).toBe(holds === true)
    expect(JSON.stringify(pairOf(...args).steps)).not.toMatch(/secre/)
  })

  it('are no pair where the document dials no SIP', () => {
    const trunk = projectOf([documentSchema.parse({ trunk: {} })]).trunks[0]!
    for (const text of ['<Response><Say>x</Say></Response>', '<Dial><Sip>sip:1@h</Sip></Dial>'])
      expect(pairWithTrunk(parseXml(text), trunk)).toBeNull()
  })
})

describe('how two texts differ', () => {
  it.each([
    ['a', 'a', null],
    ['', 'a', 'one of them is empty'],
    ['a ', 'a', 'the first has white space at its end'],
    ['a', '\ta', 'the second has white space at its beginning'],
    [' a', 'a ', 'both have white space around them, and not the same'],
    ['a b', 'ab', 'they differ in white space'],
    ['Ab', 'aB', 'they differ in capital and small letters'],
    ['abc', 'axc', 'they differ in one character, the 2nd'],
    ['abcd', 'axyd', 'they differ in 2 characters'],
    ['ab', 'xyz', 'one has 2 characters, the other 3'],
  ])('%j and %j: %s', (a, b, says) => {
    expect(difference(a, b)).toBe(says)
  })

  it('is quickly said of long ones', () => {
    expect(difference('a'.repeat(200_000), `${'a'.repeat(199_999)}b`)).toMatch(/one character, the 200000th/)
    expect(isPlaceholder('<'.repeat(100_000))).toBe(false)
  })
})

describe('XML', () => {
  it.each([
    ['<a b="1" c=\'&lt;&#65;&#x42;\'>x<!-- no --><![CDATA[<y>]]><d/></a>', ['<AB', ['x', '<y>', 'd']]],
    ['\ufeff<?xml version="1.0"?>\n<a c="&amp;"></a>\n', ['&', []]],
  ])('%j is read', (text, [c, children]) => {
    const { attributes, children: read } = parseXml(text)
    expect(attributes.get('c')).toBe(c)
    expect(read.map((child) => (typeof child === 'string' ? child : child.name))).toEqual(children)
  })

  it.each([
    ['', 1, /no element/],
    ['<a>\n</b>', 2, /<\/b> stands where <\/a> is due/],
    ['<a>\n<b>', 2, /<b> is not closed/],
    ['<a/>\n<b/>', 2, /another element/],
    ['<a/>\nx', 2, /"x" stands outside/],
    ['<a b=1/>', 1, /value of b is not in quotes/],
    ['<a b="<your name>"/>', 1, /placeholder/],
    ['<a b="1" b="2"/>', 1, /b stands twice/],
    ['<a>&nbsp;</a>', 1, /&nbsp; is no reference/],
    ['<a>a & b</a>', 1, /& is no reference/],
    ['<a>&#x110000;</a>', 1, /no reference/],
    ['<!DOCTYPE a><a/>', 1, /document type/],
    ['<a><!-- </a>', 1, /<!-- has no end/],
    ['<a>'.repeat(100_000), 1, /more than 64 deep/],
    [`<a ${'b '.repeat(100_000)}`, 1, /= is due/],
    ['</a>', 1, /closes nothing/],
  ])('%j is none', (text, line, says) => {
    const fault = (() => {
      try {
        return parseXml(text)
      } catch (error) {
        return error as XmlFault
      }
    })()
    expect(fault).toBeInstanceOf(XmlFault)
    expect(fault).toMatchObject({ line, message: expect.stringMatching(says) })
  })
})

describe('the halves of a pair', () => {
  const twiml = '<Response><Dial><Sip>sip:1@x.sip.livekit.cloud</Sip></Dial></Response>'
  it.each([
    [` \n${twiml}`, 'twiml'],
    ['{"trunk": {}}', 'inboundTrunk'],
    ['{"phone_number" : "+1"}', 'importedNumber'],
    ['{"terminationUri": "x"}', 'terminationTrunk'],
    ['{"a": 1}', null],
    ['', null],
  ])('%j is %s', (text, kind) => {
    expect(halfKindOf(text)).toBe(kind)
  })

  it('are compared whichever is named first, and others are no pair', () => {
    const pair = comparedHalves(
      new Map<HalfKind, unknown>([
        ['inboundTrunk', { trunk: {} }],
        ['twiml', twiml],
      ]),
    )
    expect(pair).toMatchObject({ halves: ['the TwiML document', 'trunk "without a name"'] })
    for (const [given, says] of [
      [
        [
          ['twiml', twiml],
          ['importedNumber', { phone_number: '+1' }],
        ],
        /are no pair: there are a TwiML document and an/,
      ],
      [
        [
          ['twiml', '<a'],
          ['inboundTrunk', { trunk: {} }],
        ],
        /line 1 of the TwiML document is no XML/,
      ],
      [
        [
          ['twiml', '<Response/>'],
          ['inboundTrunk', { trunk: {} }],
        ],
        /no <Dial><Sip>/,
      ],
      [
        [
          ['twiml', twiml],
          ['inboundTrunk', { trunks: [{}, {}] }],
        ],
        /one inbound trunk, and there are 2/,
      ],
    ] as const)
      expect(comparedHalves(new Map<HalfKind, unknown>(given))).toMatch(says)
  })
})
