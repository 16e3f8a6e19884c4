import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJsonLines } from '../../../electron/engine/base/json-lines.ts'
import { Logs } from '../../../electron/engine/base/log.ts'
import { authorization, parseChallenge } from '../../../electron/engine/sip/digest/digest.ts'
import { parseDigest } from '../../../electron/engine/sip/digest/params.ts'
import { DigestServer } from '../../../electron/engine/sip/digest/server.ts'
import { responseTo } from '../../../electron/engine/sip/transaction/response.ts'
import { looksLikeSip } from '../../../electron/engine/trace/capture/tcp/sip-stream.ts'
import { TcpStream } from '../../../electron/engine/trace/capture/tcp/tcp-stream.ts'
import { redactBytes } from '../../../electron/engine/trace/capture/pcap-write.ts'
import { parseAddress, parseCidr, parseHostPort } from '../../../shared/base/address.ts'
import { decodeText, encodeText, printable, visible } from '../../../shared/base/text.ts'
import { callCommand } from '../../../shared/contract/command-line.ts'
import { placeCallSchema } from '../../../shared/contract/place-call.ts'
import { parseRtcp } from '../../../shared/wire/rtcp/rtcp.ts'
import { explainSdp } from '../../../shared/words/explain.ts'
import { parseSdp, writeSdp } from '../../../shared/wire/sdp/sdp.ts'
import { compareMessages } from '../../../shared/wire/sip/compare.ts'
import { addressFault, dialFault } from '../../../shared/words/dial.ts'
import { StreamFramer } from '../../../shared/wire/sip/frame.ts'
import {
  messageIds,
  parseCSeq,
  parseNameAddr,
  parseParams,
  parseUri,
  parseVia,
  quote,
  tagOf,
  unquote,
  uriOf,
} from '../../../shared/wire/sip/grammar.ts'
import { dtmfOfInfo } from '../../../shared/wire/sip/info.ts'
import { dialAdvice } from '../../../shared/providers/advice.ts'
import { providerAt, providers, rangesOf } from '../../../shared/providers/index.ts'
import { codeInHeader, codeInPhrase, phraseSaid } from '../../../shared/providers/refusals.ts'
import { platformMeaning, variableOf, variablesOf } from '../../../shared/providers/variables.ts'
import { headerMeaning, messageMeaning } from '../../../shared/words/meaning.ts'
import {
  headerList,
  makeHeader,
  makeRequest,
  splitList,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../../../shared/wire/sip/message.ts'
import {
  expiresOf,
  maxForwards,
  minSeOf,
  rackOf,
  retryAfterOf,
  sessionExpiresOf,
} from '../../../shared/wire/sip/numbers.ts'
import { reasonsOf, warningCodes } from '../../../shared/wire/sip/reasons.ts'
import { headLength, parseSip } from '../../../shared/wire/sip/parse.ts'
import { maskNumbers, redact, redactHeader } from '../../../shared/wire/sip/redact.ts'
import { writeSip } from '../../../shared/wire/sip/write.ts'
import { customHeaderFault } from '../../../shared/words/own-headers.ts'
import { predictableRandom } from '../../harness/random.ts'
import { VirtualClock } from '../../harness/virtual-clock.ts'
import { expressionsIn, expressionsOf } from './expressions.ts'
import { filled, tooFast } from './growth.ts'

/** What is repeated to make a hostile text: each is a beginning that some reader may try again at every place. */
const units = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\n ',
  '\r\n\t',
  ',',
  ';',
  '"',
  '\\',
  '\\"',
  ':',
  '=',
  '/',
  '%',
  '%40',
  '%3A',
  '<',
  '>',
  '@',
  '.',
  '*',
  '-',
  '_',
  '0',
  '9',
  'a',
  'A',
  'é',
  '\0',
  '\u202e',
  '+1',
  'a ',
  'a\t',
  'a\n',
  'a\r',
  'a,',
  'a;',
  ';a=',
  ';a="',
  '";',
  ':a',
  'a:',
  'a=',
  '=a',
  ' =',
  ' :',
  '"a" ',
  '<a>',
  'sip:',
  'sip:sip',
  'sips:a:',
  'sip:a:b@',
  'sip:a:b,',
  'http://',
  'a://b:',
  'a@b ',
  'tel:+',
  '::',
  '[::]',
  '1.2.',
  'a=crypto:1 x inline:',
  'a=crypto:1 ',
  'inline:',
  'inline:a;',
  'a=rtpmap:1 ',
  'm=audio 1 RTP/AVP 0\n',
  'a=fmtp:1 a\n',
  'k=clear:',
  'a=ice-pwd:',
  'key-mgmt:',
  'v=0\n',
  'Authorization: Digest ',
  'Authorization: Digest uri="',
  'Authorization: Digest a=',
  'Digest ',
  'response="',
  'nonce=',
  'password=',
  'password=\\"',
  "password='",
  'token%3D',
  '<token>',
  '"token":',
  '"token": "',
  '"name":"token",',
  'token: ',
  'Bearer ',
  'Basic a',
  'eyJ.',
  'X-Api-Key: ',
  'X-Api-Key:\r\n ',
  'x-key: ',
  'key ',
  'key\t',
  'Via: ',
  'v: SIP/2.0/UDP a\n',
  'SIP/2.0 ',
  ' SIP/2.0',
  'SIP/',
  'INVITE ',
  'Signal=',
  'Signal = ',
  '\nSignal',
  'Call-ID: ',
  'l: ',
  'Content-Length: 1\n',
  'm: a\n',
  'm: <sip:a@b>,',
  'f: a\r\n',
  'a\0: b\n',
  ';tag',
  ';tag =',
  '; tag ',
  '; rport',
  'x-a',
  'realm="',
  '\u2028',
  'aA',
  'A-',
  '%25',
]
/** What a text may begin with before it is filled up. */
const beginnings = [
  '',
  'v=0\r\no=- 1 1 IN IP4 a\r\n',
  'INVITE sip:a@b SIP/2.0\r\n',
  'INVITE ',
  'SIP/2.0 200',
  'sip:a@',
  'sip:',
  'SIP/2.0/UDP a',
  '"',
  '<sip:a@b>',
  'Digest a="',
  'Authorization: ',
  'X-Api-Key: ',
  'Signal=',
  'm=audio 1 RTP/AVP ',
  '1 ',
]

const head =
  'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n' +
  'To: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n'
const parse = (text: string) => parseSip(encodeText(text)) as SipMessage
const plain = parse(`${head}\r\n`)
const withHeader = (name: string, value: string) => ({ headers: [makeHeader(name, value)] })
const server = new DigestServer([{ username: 'u', password: 'p' }], 'r', new VirtualClock(), predictableRandom())
const offered = server.check(makeRequest('INVITE', 'sip:a@b', []))
const challenge = parseChallenge(offered.kind === 'challenge' ? offered.headers[0]!.value : '')

/** Every reader of text from outside, and everything that explains, compares or hides it. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'parseSip': (text) => parse(text),
  'parseSip, a header': (text) => parse(`${head}X: ${text}\r\n\r\n`),
  'parseSip, a Via': (text) => parse(head.replace('h;branch', `${text};branch`)),
  'parseSip, a From': (text) => parse(head.replace('<sip:a@h>', text)),
  'parseSip, a body': (text) => parse(`${head}\r\n${text}`),
  'headLength': (text) => headLength(encodeText(text)),
  'StreamFramer, at once': (text) => new StreamFramer().push(encodeText(text)),
  'StreamFramer, a body at once': (text) =>
    new StreamFramer().push(encodeText(`${head}l: ${text.length}\r\n\r\n${text}`)),
  'StreamFramer, byte by byte': (text) => byteByByte(encodeText(text)),
  'StreamFramer, a header byte by byte': (text) => byteByByte(encodeText(head + text)),
  'TcpStream': (text) =>
    new TcpStream().push(
      0,
      { sequence: 1, syn: false, payload: encodeText(text) } as Parameters<TcpStream['push']>[1],
      () => {},
    ),
  'looksLikeSip': (text) => looksLikeSip(encodeText(text)),
  'parseSdp': (text) => parseSdp(text),
  'parseSdp and writeSdp': (text) => written(`v=0\r\no=- 1 1 IN IP4 a\r\nm=audio 1 RTP/AVP 0 ${text}\r\n${text}`),
  'explainSdp': (text) => explainSdp(text),
  'parseUri': (text) => parseUri(text),
  'parseUri, a parameter': (text) => parseUri(`sip:a@b;c=${text}`),
  'parseNameAddr': (text) => parseNameAddr(text),
  'uriOf': (text) => uriOf(`"${text}" <sip:a@b>`),
  'tagOf': (text) => tagOf(`<sip:a@b>${text}`),
  'parseVia': (text) => parseVia(text),
  'parseParams': (text) => parseParams(`;${text}`),
  'parseCSeq': (text) => parseCSeq(text),
  'unquote': (text) => unquote(`"${text}"`),
  'quote': (text) => quote(text),
  'splitList': (text) => splitList(text),
  'headerList': (text) => headerList(withHeader('Via', text), 'via'),
  'messageIds': (text) => messageIds({ ...plain, ...withHeader('Via', text) } as SipMessage),
  'numbers of headers': (text) => [
    expiresOf(withHeader('Expires', text)),
    minSeOf(withHeader('Min-SE', text)),
    retryAfterOf(withHeader('Retry-After', text)),
    sessionExpiresOf(withHeader('Session-Expires', text)),
    rackOf(withHeader('RAck', text)),
    maxForwards(text),
  ],
  'redact': (text) => redact(text),
  'redactHeader': (text) => redactHeader('Authorization', text),
  'redactBytes': (text) => redactBytes(encodeText(text)),
  'maskNumbers': (text) => maskNumbers(text),
  'visible': (text) => visible(text),
  'printable': (text) => printable(text),
  'decodeText': (text) => decodeText(Buffer.from(text, 'latin1')),
  'messageMeaning': (text) => messageMeaning({ ...plain, method: text } as SipMessage),
  'headerMeaning': (text) => [headerMeaning(text), platformMeaning(`x-${text}`), variableOf(`x-${text}`)],
  'whose address': (text) => [rangesOf(text), providerAt(text), rangesOf(`::${text}`)],
  'dialAdvice': (text) => [dialAdvice(`sip:${text}@sip.telnyx.com`), dialAdvice(text, providers()[0]!)],
  'variablesOf': (text) => variablesOf([{ name: `X-${text}`, value: text }]),
  'words of a refusal': (text) => {
    const headers = [makeHeader('X-Twilio-Error', text)]
    const response = { ...plain, headers, kind: 'response', status: 403, reason: text } as unknown as SipResponse
    const refused = { response, peers: providers(), times: new Set<never>() }
    return [codeInHeader(refused), codeInPhrase(refused), phraseSaid(refused)]
  },
  'reasons and warnings': (text) => [reasonsOf(withHeader('Reason', text)), warningCodes(withHeader('Warning', text))],
  'JSON with its lines': (text) => {
    try {
      return readJsonLines(`{"a": "${text}", ${text}`)
    } catch (error) {
      return error
    }
  },
  'compareMessages': (text) =>
    compareMessages(parse(`${head}\r\n${text}`), parse(`${head}\r\n${text.replaceAll('a', 'b')}`)),
  'compareMessages, headers': (text) => compareMessages(parse(head + text), parse(head + text.toUpperCase())),
  'dialFault': (text) => [
    dialFault(text),
    dialFault(`sip:${text}`),
    dialFault(text, 'host'),
    dialFault(`+1${text}`, 'host'),
  ],
  'addressFault': (text) => [addressFault(text), addressFault(`sip:${text}`)],
  'addresses': (text) => [parseHostPort(text), parseAddress(text), parseCidr(text)],
  'parseDigest': (text) => parseDigest(`Digest ${text}`),
  'parseChallenge': (text) => parseChallenge(text),
  'DigestServer.check': (text) =>
    server.check(makeRequest('INVITE', 'sip:a@b', [makeHeader('Authorization', `Digest realm="r", ${text}`)])),
  'DigestServer.check, a user': (text) =>
    challenge &&
    server.check(
      makeRequest('INVITE', 'sip:a@b', [
        makeHeader(
          'Authorization',
          authorization(
            challenge,
            { username: text, password: 'p' },
            { method: 'INVITE', uri: 'sip:a@b', uses: 1, cnonce: text },
          ),
        ),
      ]),
    ),
  'dtmfOfInfo': (text) =>
    dtmfOfInfo('application/dtmf-relay', text.slice(0, 4096)) ?? dtmfOfInfo('application/dtmf', text),
  'parseRtcp': (text) =>
    parseRtcp(
      Uint8Array.from(encodeText(text), (byte, i) =>
        i % 4 === 0 ? 0x80 | (byte & 0x1f) : i % 4 === 1 ? 200 + (byte & 3) : i % 4 === 2 ? 0 : byte & 1,
      ),
    ),
  'log patterns': (text) => new Logs(() => {}, `ringback:*${text.slice(0, 200)}*`).for(`ringback:${text}`),
  'callCommand': (text) => callCommand(placeCallSchema.parse({ uri: text, headers: [{ name: 'X', value: text }] })),
  'customHeaderFault': (text) => customHeaderFault(text, text),
  'responses': (text) => writeSip(responseTo({ ...plain, ...withHeader('To', text) } as SipRequest, 200, 'tag')),
}

/** What takes ten milliseconds for any 64 KB gets few texts, what takes some gets every third. */
const slowest: ReadonlySet<string> = new Set([
  'StreamFramer, byte by byte',
  'StreamFramer, a header byte by byte',
  'parseRtcp',
])
const slow: ReadonlySet<string> = new Set([
  'redactBytes',
  'redactHeader',
  'parseSip, a header',
  'parseSip, a From',
  'DigestServer.check, a user',
  'compareMessages',
  'compareMessages, headers',
  'visible',
  'explainSdp',
  'parseSdp and writeSdp',
])

function byteByByte(bytes: Uint8Array): void {
  const framer = new StreamFramer()
  for (let i = 0; i < bytes.length; i++) framer.push(bytes.subarray(i, i + 1))
}

function written(text: string): string | null {
  const session = parseSdp(text)
  return typeof session === 'string' ? null : writeSdp(session)
}

const hostile = (beginning: string, unit: string) => (size: number) => (beginning + filled(unit, size)).slice(0, size)

/** Each unit alone, and each behind one of the beginnings. */
const texts = units.flatMap((unit, i) =>
  [hostile('', unit), hostile(beginnings[i % beginnings.length]!, unit)].map((text) => ({ text, unit })),
)

function faultsOf(some: typeof texts, read: (text: string) => unknown): string[] {
  const faults: string[] = []
  for (const { text } of some) {
    const growth = tooFast((size) => {
      const whole = text(size)
      return () => read(whole)
    })
    if (growth)
      faults.push(
        `${JSON.stringify(text(40))}: ${growth.factor.toFixed(1)} times from 8 to 64 KB ` +
          `(${growth.largeMs.toFixed(1)} ms)`,
      )
  }
  return faults
}

describe('the time for a text grows with its length, and no faster', () => {
  it.each(Object.entries(readers))('%s', (name, read) => {
    const step = slowest.has(name) ? 13 : slow.has(name) ? 3 : 1
    const some = texts.filter((_, i) => i % step === 0)
    expect(faultsOf(some, read)).toEqual([])
  })
})

it('what grows with the square of the length is seen, and what grows with it is not', () => {
  const growing = (power: number) =>
    tooFast((size) => () => {
      let sum = 0
      for (let i = (size / 24) ** power; i > 0; i--) sum += i % 7
      return sum
    })
  expect(growing(2)?.factor).toBeGreaterThan(30)
  expect(growing(1)).toBeNull()
})

const root = join(import.meta.dirname, '../../..')
const expressions = [
  ...new Map(
    [...expressionsIn(root, 'shared'), ...expressionsIn(root, 'electron')].map((expression) => [
      `/${expression.source}/${expression.flags}`,
      expression,
    ]),
  ).values(),
]

describe('every regular expression of shared/ and electron/', () => {
  it('is found', () => {
    expect(expressions.length).toBeGreaterThan(50)
    expect(
      expressionsOf(
        'x',
        "const a = 1 / 2 / 3 // no /b/\nconst c = `${x.replace(/d'/g, '/e/')} /f/` + '/g/'\nreturn /[/\\]h]\\/i/u",
      ).map(({ source, flags }) => `${source} ${flags}`),
    ).toEqual(["d' g", '[/\\]h]\\/i u'])
  })

  it.each(
    expressions.map(({ place, source, flags }) => [`/${source}/${flags}`, place, new RegExp(source, flags)] as const),
  )('%s (%s) takes linear time', (_name, _place, expression) => {
    const run = expression.global
      ? (text: string) => text.replace(expression, '')
      : (text: string) => expression.exec(text)
    expect(
      faultsOf(
        texts.filter((_, i) => i % 2 === 0),
        run,
      ),
    ).toEqual([])
  })
})
