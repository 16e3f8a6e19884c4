import type { Dice } from './dice.ts'
import { borderNumber, bytesOf, hostileText, longRun } from './mutate.ts'

// Whole messages from typed slots. A string here has one character a byte; `odd` is the share of slots that hold
// something else than they should.

export interface SipSlots {
  /** Where the message says it comes from, and where media is to go. */
  readonly host: string
  readonly port: number
  /** Of the request URI. */
  readonly to: string
  readonly transport: 'UDP' | 'TCP' | 'TLS'
  readonly odd: number
  readonly mediaPort: number
}

export const usualSlots: SipSlots = {
  host: '127.0.0.1',
  port: 5060,
  to: '127.0.0.1:5060',
  transport: 'UDP',
  odd: 0.08,
  mediaPort: 40_000,
}

const methods = [
  'INVITE',
  'INVITE',
  'INVITE',
  'OPTIONS',
  'BYE',
  'CANCEL',
  'ACK',
  'INFO',
  'PRACK',
  'UPDATE',
  'REGISTER',
  'REFER',
  'NOTIFY',
  'SUBSCRIBE',
  'MESSAGE',
  'PUBLISH',
  'invite',
  'X',
]
const statuses = [
  '100',
  '180',
  '183',
  '199',
  '200',
  '202',
  '300',
  '302',
  '400',
  '401',
  '403',
  '404',
  '407',
  '420',
  '481',
  '482',
  '486',
  '487',
  '488',
  '491',
  '500',
  '503',
  '600',
  '603',
  '699',
]
const compact: Readonly<Record<string, string>> = {
  'Via': 'v',
  'From': 'f',
  'To': 't',
  'Call-ID': 'i',
  'Contact': 'm',
  'Content-Length': 'l',
  'Content-Type': 'c',
  'Supported': 'k',
  'Subject': 's',
  'Content-Encoding': 'e',
  'Session-Expires': 'x',
  'Refer-To': 'r',
  'Identity': 'y',
}

/** A value, or now and then something else in its place. */
const slot = (dice: Dice, odd: number, value: () => string): string => (dice.chance(odd) ? hostileText(dice) : value())
const number = (dice: Dice, odd: number, value: number | string): string =>
  dice.chance(odd) ? borderNumber(dice) : String(value)

export function uri(dice: Dice, { host, port, odd }: SipSlots): string {
  const user = slot(dice, odd, () =>
    dice.pick(['alice', '+15550100', '1001', 'a%20b', 'user;par=u', '', '__proto__', '42']),
  )
  const password = dice.chance(0.1) ? `:${slot(dice, odd, () => 'pw')}` : ''
  const where = slot(dice, odd, () =>
    dice.pick([
      host,
      host,
      `${host}:${number(dice, odd, port)}`,
      `[::1]:${number(dice, odd, port)}`,
      'nowhere.invalid',
    ]),
  )
  const params = dice.chance(0.3)
    ? dice.pick([
        ';transport=udp',
        ';transport=tcp',
        ';lr',
        ';maddr=127.0.0.1',
        ';user=phone',
        ';x=;y',
        ';transport=',
        ';ttl=999',
      ])
    : ''
  return (
    `${dice.chance(odd) ? dice.pick(['sips', 'tel', 'http', 'SIP', '']) : 'sip'}:` +
    `${user === '' ? '' : `${user}${password}@`}${where}${params}`
  )
}

function address(dice: Dice, slots: SipSlots, tag: string | null): string {
  const name = dice.pick(['', '', '"Alice" ', 'Alice ', '"a \\"b\\" <c>" ', bytesOf('"\u202eecila" '), '"" ', '" '])
  const params = tag === null ? '' : `;tag=${slot(dice, slots.odd, () => tag)}`
  return dice.chance(0.1) ? `${uri(dice, slots)}${params}` : `${name}<${uri(dice, slots)}>${params}`
}

function authorization(dice: Dice, odd: number): string {
  const params = dice.shuffled([
    'username="alice"',
    'realm="ringback"',
    `nonce="${slot(dice, odd, () => dice.word(16))}"`,
    'uri="sip:a@127.0.0.1"',
    `response="${slot(dice, odd, () => dice.word(32))}"`,
    `algorithm=${slot(dice, odd * 3, () => dice.pick(['MD5', 'SHA-256', 'MD5-sess', 'SHA-512-256']))}`,
    `qop=${slot(dice, odd, () => 'auth')}`,
    `nc=${number(dice, odd, '00000001')}`,
    `cnonce="${slot(dice, odd, () => dice.word(8))}"`,
    'opaque="x"',
    'stale=TRUE',
  ])
  return (
    `${dice.chance(odd) ? dice.pick(['digest', 'Basic', 'Bearer', 'Digest,', '']) : 'Digest'} ` +
    `${params.slice(0, dice.between(3, params.length)).join(dice.pick([', ', ',', ' ,\r\n ']))}`
  )
}

/** Headers beyond the mandatory ones, each with a value of its type. */
function further(dice: Dice, slots: SipSlots): [string, string][] {
  const { odd } = slots
  const all: [string, () => string][] = [
    [
      'Contact',
      () =>
        dice.chance(odd) ? '*' : `<${uri(dice, slots)}>${dice.chance(0.2) ? `;expires=${number(dice, odd, 60)}` : ''}`,
    ],
    [
      'Record-Route',
      () =>
        Array.from({ length: dice.between(1, dice.chance(odd) ? 200 : 3) }, () => `<${uri(dice, slots)};lr>`).join(
          ', ',
        ),
    ],
    ['Route', () => `<${uri(dice, slots)};lr>`],
    ['Supported', () => dice.pick(['100rel', 'timer', '100rel, timer', 'replaces', ''])],
    ['Require', () => dice.pick(['100rel', 'timer', 'nothing', '100rel,100rel'])],
    ['Session-Expires', () => `${number(dice, odd, 90)};refresher=${slot(dice, odd, () => dice.pick(['uac', 'uas']))}`],
    ['Min-SE', () => number(dice, odd, 90)],
    ['Expires', () => number(dice, odd, 120)],
    ['Authorization', () => authorization(dice, odd)],
    ['Proxy-Authorization', () => authorization(dice, odd)],
    ['WWW-Authenticate', () => authorization(dice, odd)],
    ['RSeq', () => number(dice, odd, 1)],
    ['RAck', () => `${number(dice, odd, 1)} ${number(dice, odd, 1)} INVITE`],
    ['Warning', () => `${number(dice, odd, 399)} host "${hostileText(dice)}"`],
    ['Reason', () => `SIP ;cause=${number(dice, odd, 200)} ;text="${hostileText(dice)}"`],
    ['Accept', () => dice.pick(['application/sdp', '*/*', 'text/plain', ''])],
    ['Allow', () => 'INVITE, ACK, CANCEL, BYE'],
    ['Content-Disposition', () => dice.pick(['session', 'session;handling=optional', 'render'])],
    ['Content-Encoding', () => dice.pick(['identity', 'gzip'])],
    ['Refer-To', () => `<${uri(dice, slots)}>`],
    ['Event', () => 'refer'],
    ['Date', () => 'Sat, 13 Nov 2010 23:29:00 GMT'],
    ['P-Asserted-Identity', () => address(dice, slots, null)],
    ['Retry-After', () => number(dice, odd, 5)],
    ['User-Agent', () => hostileText(dice)],
    [`X-${dice.word(6)}`, () => (dice.chance(0.1) ? longRun(dice, 8000) : hostileText(dice))],
    [dice.pick(['__proto__', 'constructor', 'X-CALL-ID', 'x-caller-id', '1', 'X-']), () => hostileText(dice)],
  ]
  return dice
    .shuffled(all)
    .slice(0, dice.below(9))
    .map(([name, value]) => [name, slot(dice, odd, value)])
}

/**
 * A request or a response; `odd` of the slots is 0 for one that should be understood; `plain`: only what every message
 * has.
 */
export function sipMessage(
  dice: Dice,
  slots: SipSlots = usualSlots,
  fixed: {
    readonly method?: string
    readonly callId?: string
    readonly fromTag?: string
    readonly toTag?: string
    readonly cseq?: number
    readonly body?: string
    readonly plain?: boolean
  } = {},
): Buffer {
  const { host, port, to, transport, odd } = slots
  const method = fixed.method ?? dice.pick(methods)
  const request = fixed.method !== undefined || dice.chance(0.75)
  const target = () => (fixed.plain || dice.chance(0.7) ? `sip:agent@${to}` : uri(dice, slots))
  const start = request
    ? `${method} ${slot(dice, odd, target)} ${slot(dice, odd / 2, () => 'SIP/2.0')}`
    : `${slot(dice, odd / 2, () => 'SIP/2.0')} ${dice.chance(odd) ? borderNumber(dice) : dice.pick(statuses)} ` +
      `${slot(dice, odd, () => 'Reason')}`
  const body =
    fixed.body ??
    (dice.chance(0.6)
      ? sdp(dice, slots)
      : dice.chance(0.3)
        ? dice.pick(['', '\r\n\r\n', '{"a":1}', 'Signal=5\r\nDuration=160\r\n', longRun(dice, 4000)])
        : '')
  const type = fixed.plain
    ? 'application/sdp'
    : dice.chance(odd)
      ? hostileText(dice)
      : dice.pick([
          'application/sdp',
          'application/sdp',
          'application/sdp',
          'application/dtmf-relay',
          'application/json',
          'text/plain',
          'multipart/mixed;boundary=x',
        ])
  const mandatory: [string, string][] = [
    [
      'Via',
      `SIP/2.0/${slot(dice, odd, () => transport)} ` +
        `${slot(dice, odd, () => host)}:${number(dice, odd, port)};` +
        `branch=${slot(dice, odd, () => `z9hG4bK${dice.word(10)}`)}${dice.chance(0.8) ? ';rport' : ''}`,
    ],
    ['Max-Forwards', number(dice, odd, 70)],
    ['From', slot(dice, odd, () => address(dice, slots, fixed.fromTag ?? dice.word(6)))],
    [
      'To',
      slot(dice, odd, () =>
        address(dice, slots, fixed.toTag ?? (!fixed.plain && dice.chance(0.15) ? dice.word(6) : null)),
      ),
    ],
    ['Call-ID', slot(dice, odd, () => fixed.callId ?? dice.word(12))],
    ['CSeq', `${number(dice, odd, fixed.cseq ?? dice.between(1, 9))} ${slot(dice, odd, () => method)}`],
    ['Contact', `<${slot(dice, odd, () => `sip:x@${host}:${port}`)}>`],
  ]
  const headers = [...mandatory, ...(fixed.plain ? [] : further(dice, slots))]
  if (body !== '') headers.push(['Content-Type', type])
  headers.push(['Content-Length', number(dice, odd, body.length)])
  return written(dice, odd, start, headers, body)
}

/** Header lines in any order, in compact form, folded, twice, or without what should be there. */
function written(dice: Dice, odd: number, start: string, headers: readonly [string, string][], body: string): Buffer {
  const ordered = dice.chance(0.3) ? dice.shuffled(headers) : headers
  const lines = ordered.flatMap(([name, value]) => {
    if (dice.chance(odd / 3)) return []
    const short = compact[name]
    const shown = short !== undefined && dice.chance(0.2) ? short : dice.chance(0.1) ? name.toUpperCase() : name
    const folded = dice.chance(0.05) ? value.replace(/[ ,;]/, (c) => `${c}\r\n${dice.pick([' ', '\t', '   '])}`) : value
    const line =
      `${shown}${dice.chance(0.05) ? dice.pick([' ', '\t']) : ''}:` +
      `${dice.chance(0.9) ? ' ' : dice.pick(['', '  ', '\t'])}${folded}`
    return dice.chance(odd / 3) ? [line, line] : [line]
  })
  const end = dice.chance(0.03) ? '\n' : '\r\n'
  return Buffer.from([start, ...lines, '', body].join(end), 'latin1')
}

/** A session description; the values that a library may take for numbers are often digits only. */
export function sdp(dice: Dice, { host, mediaPort, odd }: SipSlots = usualSlots): string {
  const digits = () => String(dice.pick([1, 0, 4, 101, 65536]))
  const n = (value: number | string) => number(dice, odd, value)
  const word = (value: string) => (dice.chance(odd) ? digits() : slot(dice, odd, () => value))
  const types = dice.pick(['0', '0 8', '8 0 101', '0 101', '96 0', '', '0 8 9 18 101 127 300', '1'])
  const key = dice.bytes(30).toString('base64')
  const attributes = [
    `rtpmap:0 ${word('PCMU')}/${n(8000)}`,
    `rtpmap:${n(101)} ${word('telephone-event')}/${n(8000)}`,
    `rtpmap:101 ${digits()}`,
    `fmtp:101 ${word('0-16')}`,
    `ptime:${n(20)}`,
    `maxptime:${n(60)}`,
    word('sendrecv'),
    'sendonly',
    'inactive',
    'rtcp-mux',
    `rtcp:${n(mediaPort + 1)} IN IP4 ${word(host)}`,
    `crypto:${n(1)} ${word('AES_CM_128_HMAC_SHA1_80')} inline:${slot(dice, odd, () => key)}|2^20|${n(1)}:${n(4)}`,
    `crypto:2 AES_CM_128_HMAC_SHA1_32 INLINE:${key}`,
    `candidate:1 1 UDP ${n(2130706431)} ${word(host)} ${n(mediaPort)} typ host`,
    `ice-ufrag:${word('ab12')}`,
    `ice-pwd:${word('cd34')}`,
    `fingerprint:sha-256 ${word('AA:BB')}`,
    `setup:${word('actpass')}`,
    `mid:${word('0')}`,
    `ssrc:${n(1)} cname:${word('x')}`,
    `group:BUNDLE ${word('0')}`,
    `rid:${word('1')} send`,
    `imageattr:${n(96)} send [x=${n(1)},y=${n(1)}]`,
    `simulcast:send ${word('1')}`,
    `extmap:${n(1)} ${word('urn:x')}`,
    'rtpmap:',
    'fmtp',
    `${word('__proto__')}:${word('1')}`,
  ]
  const lines = [
    'v=0',
    `o=${word('-')} ${n(1)} ${n(1)} IN IP4 ${word(host)}`,
    `s=${word('-')}`,
    `c=IN IP4 ${word(host)}`,
    `t=${n(0)} ${n(0)}`,
    `b=AS:${n(64)}`,
    ...Array.from({ length: dice.chance(odd) ? 60 : 1 }, () => [
      `m=${word('audio')} ${n(mediaPort)} ` +
        `${word(dice.pick(['RTP/AVP', 'RTP/AVP', 'RTP/AVP', 'RTP/SAVP', 'UDP/TLS/RTP/SAVPF', 'udptl']))} ${types}`,
      ...dice
        .shuffled(attributes)
        .slice(0, dice.below(9))
        .map((text) => `a=${text}`),
    ]).flat(),
  ]
  const kept = lines.filter((line, i) => i === 0 || !dice.chance(odd / 2) || line === '')
  return `${(dice.chance(odd) ? dice.shuffled(kept) : kept).join('\r\n')}\r\n`
}

/** What a browser, or something that is none, asks of a web server. */
export function httpRequest(
  dice: Dice,
  { port, cookie, odd }: { readonly port: number; readonly cookie: string | null; readonly odd: number },
): Buffer {
  const path = slot(dice, odd * 3, () =>
    dice.pick([
      '/',
      '/index.html',
      '/engine',
      '/assets/index.js',
      '/?token=abc',
      '//',
      '//[',
      '/../..',
      '/%00',
      '/%',
      'http://[',
      '*',
      '/?token=%',
      '/\u0000',
      `/${'a'.repeat(dice.between(1, 9000))}`,
    ]),
  )
  const headers: [string, string][] = [
    [
      'Host',
      slot(dice, odd, () => dice.pick([`127.0.0.1:${port}`, `127.0.0.1:${port}`, `localhost:${port}`, 'evil.invalid'])),
    ],
    ...(dice.chance(0.4)
      ? [
          ['Origin', slot(dice, odd, () => dice.pick([`http://127.0.0.1:${port}`, 'null', 'http://evil.invalid']))] as [
            string,
            string,
          ],
        ]
      : []),
    ...(cookie !== null && dice.chance(0.6)
      ? [['Cookie', slot(dice, odd, () => cookie)] as [string, string]]
      : [['Cookie', hostileText(dice)] as [string, string]]),
    ...(dice.chance(0.4)
      ? ([
          ['Connection', 'Upgrade'],
          ['Upgrade', slot(dice, odd, () => 'websocket')],
          ['Sec-WebSocket-Version', number(dice, odd, 13)],
          ['Sec-WebSocket-Key', slot(dice, odd, () => dice.bytes(16).toString('base64'))],
          ['Sec-WebSocket-Extensions', slot(dice, odd, () => 'permessage-deflate')],
        ] as [string, string][])
      : []),
    ...(dice.chance(0.2)
      ? ([
          ['Content-Length', borderNumber(dice)],
          ['Transfer-Encoding', slot(dice, odd, () => 'chunked')],
        ] as [string, string][])
      : []),
    [dice.pick(['Accept', 'Range', 'Referer', 'X-Forwarded-Host', '__proto__', 'Expect']), hostileText(dice)],
  ]
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  return Buffer.from(
    `${slot(dice, odd, () => dice.pick(['GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT']))} ` +
      `${path} ${slot(dice, odd, () => 'HTTP/1.1')}\r\n${lines.join('\r\n')}\r\n\r\n`,
    'latin1',
  )
}

/** A message of a window to its engine; commands that would place calls or touch files are left out. */
export function windowMessage(dice: Dice): Buffer {
  const value = (): unknown =>
    dice.pick<() => unknown>([
      () => hostileText(dice),
      () => dice.word(10),
      () => dice.below(1000),
      () => Number(borderNumber(dice)),
      () => null,
      () => true,
      () => [],
      () => ({}),
      () => [hostileText(dice)],
      () => ({ ['__proto__']: 1, constructor: hostileText(dice) }),
    ])()
  const names = [
    'call.hangUp',
    'call.hold',
    'call.mute',
    'call.dtmf',
    'call.answer',
    'call.reject',
    'call.record',
    'call.export',
    'call.report',
    'registration.stop',
    'agent.stop',
    'trunk.list',
    'trunk.remove',
    'history.list',
    'history.show',
    '__proto__',
    'constructor',
    'toString',
    '',
  ]
  const args = Object.fromEntries(
    dice
      .shuffled([
        'id',
        'on',
        'digits',
        'mode',
        'code',
        'format',
        'limit',
        'offset',
        'query',
        'until',
        'name',
        '__proto__',
      ])
      .slice(0, dice.below(5))
      .map((name) => [name, value()]),
  )
  const message = dice.pick<() => unknown>([
    () => ({ type: 'command', id: dice.below(1000), name: dice.pick(names), args }),
    () => ({
      type: 'command',
      id: dice.below(1000),
      name: 'history.list',
      args: { limit: dice.below(200), query: hostileText(dice) },
    }),
    () => ({ type: 'command', id: value(), name: value(), args: value() }),
    () => ({ type: 'watch', ids: [hostileText(dice), dice.word(10)] }),
    () => ({ type: 'watch', ids: value() }),
    () => ({ type: 'taken', seq: value() }),
    value,
  ])()
  return Buffer.from(JSON.stringify(message) ?? 'null')
}
