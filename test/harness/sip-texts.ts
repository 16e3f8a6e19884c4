// A call as texts have it: what people paste, and what servers log.
import { tree, wireshark } from './wireshark-texts.ts'

const ids = ['From: <sip:alice@example.com>;tag=a1', 'Call-ID: c1@192.0.2.1']
const media = (host: string, port: number) =>
  ['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP 0`].map(
    (line) => `${line}\r\n`,
  )
const withBody = (head: readonly string[], body: readonly string[]) =>
  [...head, 'Content-Type: application/sdp', `Content-Length: ${body.join('').length}`, '', body.join('')].join('\r\n')
export const invite = withBody(
  [
    'INVITE sip:bob@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
    ...ids,
    'To: <sip:bob@example.com>',
    'CSeq: 1 INVITE',
    'Contact: <sip:alice@192.0.2.1:5060>',
    'Max-Forwards: 70',
  ],
  media('192.0.2.1', 4000),
)
const answer = (status: string, more: readonly string[] = []) => [
  `SIP/2.0 ${status}`,
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1',
  ...ids,
  'To: <sip:bob@example.com>;tag=b1',
  'CSeq: 1 INVITE',
  ...more,
]
export const trying = [...answer('100 Trying'), 'Content-Length: 0', '', ''].join('\r\n')
export const ok = withBody(answer('200 OK', ['Contact: <sip:bob@192.0.2.2:5060>']), media('192.0.2.2', 4002))

/** Each with the way it went, as one who stands at 192.0.2.2 sees it. */
export const passed = [
  { text: invite, received: true, s: 1 },
  { text: trying, received: false, s: 2 },
  { text: ok, received: false, s: 3 },
]
/** Without carriage returns. */
export const plain = (text: string) => text.replaceAll('\r\n', '\n')
export const [near, far] = ['192.0.2.2:5060', '192.0.2.1:5060']
const between = (received: boolean) => (received ? [far, near] : [near, far])

interface Expected {
  readonly ends: 'both' | 'far' | 'none'
  /** Of the first message; null where its text does not say it. */
  readonly at: string | null
  readonly unknown?: readonly string[]
}

const packets = passed.map(({ text, received, s }) => ({ text, ends: between(received), s }))

const utc = '2026-03-01T12:00:01.500000Z'
export const formats: readonly (readonly [name: string, text: string, expected: Expected])[] = [
  ['messages alone', passed.map(({ text }) => text).join(''), { ends: 'none', at: null }],
  [
    'messages with empty lines between them',
    passed.map(({ text }) => `${text}\r\n\r\n`).join(''),
    { ends: 'none', at: null },
  ],
  [
    'messages without carriage returns',
    passed.map(({ text }) => `${plain(text)}\n`).join(''),
    { ends: 'none', at: null },
  ],
  [
    'messages with an empty line behind each of theirs',
    passed.map(({ text }) => plain(text).replaceAll('\n', '\n\n')).join('\n'),
    { ends: 'none', at: null },
  ],
  [
    'messages whose lines end with carriage returns alone',
    passed.map(({ text }) => plain(text).replaceAll('\n', '\r')).join('\r'),
    { ends: 'none', at: null },
  ],
  [
    'messages whose lines end with two carriage returns',
    passed.map(({ text }) => text.replaceAll('\n', '\r\n')).join(''),
    { ends: 'none', at: null },
  ],
  [
    'messages of a page in HTML',
    passed.map(({ text }) => `${plain(text).replaceAll('<', '&lt;').replaceAll('>', '&gt;')}\n`).join(''),
    { ends: 'none', at: null },
  ],
  [
    'messages without an empty line in them or between them',
    passed.map(({ text }) => plain(text).replaceAll(/\n\n+/g, '\n')).join(''),
    { ends: 'none', at: null },
  ],
  [
    'messages that are quoted',
    passed.map(({ text }) => plain(text).replaceAll(/^/gm, '> ')).join('\n'),
    { ends: 'none', at: null },
  ],
  [
    'sngrep',
    passed
      .map(({ text, received, s }) => `2026/03/01 12:00:0${s}.500000 ${between(received).join(' -> ')}\n${text}\n\n`)
      .join(''),
    { ends: 'both', at: utc, unknown: ['zone'] },
  ],
  [
    'ngrep',
    passed
      .map(
        ({ text, received, s }) =>
          `#\nU 2026/03/01 12:00:0${s}.500000 ${between(received).join(' -> ')}\n${text.replaceAll('\r\n', '.\n')}\n`,
      )
      .join(''),
    { ends: 'both', at: utc, unknown: ['zone'] },
  ],
  [
    'ngrep without times',
    passed
      .map(({ text, received }) => `#\nU ${between(received).join(' -> ')} #12\n${text.replaceAll('\r\n', '.\n')}\n`)
      .join(''),
    { ends: 'both', at: null },
  ],
  [
    'ngrep, a message a line',
    passed
      .map(
        ({ text, received, s }) =>
          `U 2026/03/01 12:00:0${s}.500000 ${between(received).join(' -> ')} ${text.replaceAll('\r\n', '..')}\n`,
      )
      .join(''),
    { ends: 'both', at: utc, unknown: ['zone'] },
  ],
  [
    'ngrep as it prints them by itself',
    passed
      .map(
        ({ text, received, s }) =>
          `#\nU 2026/03/01 12:00:0${s}.500000 ${between(received).join(' -> ')}\n` +
          `${text
            .replaceAll('\r\n', '..')
            .match(/.{1,70}/g)!
            .map((row) => `  ${row}\n`)
            .join('')}`,
      )
      .join(''),
    { ends: 'both', at: utc, unknown: ['zone'] },
  ],
  [
    'Wireshark, with the details of packets',
    wireshark(packets, (s) => `${1_772_366_400 + s}.500000000`),
    { ends: 'both', at: utc },
  ],
  ['Wireshark, with details that are folded in', wireshark(packets, () => ''), { ends: 'both', at: null }],
  [
    'Wireshark, the details of messages alone',
    passed.map(({ text }) => tree(text)).join(''),
    { ends: 'none', at: null },
  ],
  [
    'tcpdump -A',
    passed
      .map(
        ({ text, received, s }) =>
          `2026-03-01 12:00:0${s}.500000 IP ${between(received).join(' > ').replaceAll(':', '.')}: SIP: ` +
          `${text.split('\r\n')[0]}\nE..x..@.@.......${text}\n`,
      )
      .join(''),
    { ends: 'both', at: utc, unknown: ['zone'] },
  ],
  [
    'Asterisk with sip set debug',
    passed
      .map(({ text, received }) =>
        received
          ? `\n<--- SIP read from UDP:${far} --->\n${plain(text)}\n<------------->\n--- (9 headers 6 lines) ---\n` +
            `Sending to 198.51.100.7:5060 (no NAT)\nUsing INVITE request as basis request - c1@192.0.2.1\n`
          : `\n<--- Transmitting (no NAT) to ${far} --->\n${plain(text)}\n<------------>\n`,
      )
      .join(''),
    { ends: 'far', at: null },
  ],
  [
    'Asterisk with pjsip set logger on, in its log file',
    passed
      .map(({ text, received, s }) => {
        const what = text.startsWith('SIP/') ? 'response' : 'request'
        const log = `[2026-03-01 12:00:0${s}.500] VERBOSE[1234] res_pjsip_logger.c:`
        return (
          `[2026-03-01 11:00:00.000] VERBOSE[99] pbx.c: Executing [100@default:1] Answer("PJSIP/a", "")\n` +
          (received
            ? `${log} <--- Received SIP ${what} (${text.length} bytes) from UDP:${far} --->\n${text}\n\n`
            : `${log} <--- Transmitting SIP ${what} (${text.length} bytes) to UDP:${far} --->\n${text}\n\n`)
        )
      })
      .join(''),
    { ends: 'far', at: utc, unknown: ['zone', 'destination'] },
  ],
  [
    'Kamailio by xlog and syslog, in one line',
    passed
      .map(
        ({ text, received, s }) =>
          `2026-03-01T13:00:0${s}.500000+01:00 host kamailio[77]: INFO: <script>: ` +
          `${received ? `received from ${far}` : `sent to ${far}`} ${text.replaceAll('\r\n', '#015#012')}\n` +
          '2026-03-01T13:00:09.500000+01:00 host kamailio[77]: INFO: <script>: reply SIP/2.0 200 OK was relayed\n',
      )
      .join(''),
    { ends: 'far', at: utc, unknown: ['destination'] },
  ],
  [
    'Kamailio by xlog, each line with its prefix',
    passed
      .map(({ text, received, s }) => {
        const log = ` ${s}(${1233 + s}) INFO: <script>: `
        return (
          `${log}2026-03-01T12:00:0${s}.500Z ${between(received).join(' -> ')}\n` +
          `${plain(text).replaceAll(/^/gm, log)}\n`
        )
      })
      .join(''),
    { ends: 'both', at: utc },
  ],
  [
    "Kamailio's sipdump",
    passed
      .map(({ text, received, s }) => {
        const [from, to] = between(received).map((end) => end.split(':')) as [string[], string[]]
        return (
          `====================\ntag: ${received ? 'rcv' : 'snd'}\npid: 1\nprocess: 4\n` +
          `time: ${1_772_366_400 + s}.500000\n` +
          `date: Sun Mar  1 12:00:0${s} 2026\nproto: udp ipv4\nsrcip: ${from[0]}\nsrcport: ${from[1]}\n` +
          `dstip: ${to[0]}\ndstport: ${to[1]}\n~~~~~~~~~~~~~~~~~~~~\n${text}||||||||||||||||||||\n`
        )
      })
      .join(''),
    { ends: 'both', at: utc },
  ],
  [
    'OpenSIPS in the log of a day, without a year',
    passed
      .map(
        ({ text, s }) =>
          `Mar  1 12:00:0${s} host /usr/sbin/opensips[${s}]: received from ${far} on ${near}\n${plain(text)}\n`,
      )
      .slice(0, 1)
      .join(''),
    { ends: 'far', at: '1970-03-01T12:00:01.000000Z', unknown: ['year', 'destination'] },
  ],
  [
    'FreeSWITCH with sofia siptrace',
    passed
      .map(
        ({ text, received, s }) =>
          `${received ? 'recv' : 'send'} ${text.length} bytes ${received ? 'from' : 'to'} udp/[192.0.2.1]:5060 at ` +
          `12:00:0${s}.500000:\n   ${'-'.repeat(72)}\n` +
          `${plain(text).replaceAll(/^(?=.)/gm, '   ')}   ${'-'.repeat(72)}\n`,
      )
      .join(''),
    { ends: 'far', at: '1970-01-01T12:00:01.500000Z', unknown: ['day', 'destination'] },
  ],
  [
    'SIPp',
    passed
      .map(
        ({ text, received, s }) =>
          `------------------------------- 2026-03-01\t12:00:0${s}.500000\t${1_772_366_400 + s}.500000\n` +
          `UDP message ${received ? 'received' : 'sent'} [${text.length}] bytes :\n\n${text}\n`,
      )
      .join(''),
    { ends: 'none', at: null },
  ],
  [
    'PJSIP',
    passed
      .map(
        ({ text, received, s }) =>
          `12:00:0${s}.500  pjsua_core.c  .${received ? 'RX' : 'TX'} ${text.length} bytes ` +
          `Request msg INVITE/cseq=1 (rdata0x7f) ` +
          `${received ? 'from' : 'to'} UDP ${far}:\n${plain(text)}\n--end msg--\n`,
      )
      .join(''),
    { ends: 'far', at: '1970-01-01T12:00:01.500000Z', unknown: ['day', 'destination'] },
  ],
  [
    'JSON, an object a line',
    passed
      .map(
        ({ text, received, s }) =>
          `${JSON.stringify({
            time: `2026-03-01T12:00:0${s}.500Z`,
            src_ip: between(received)[0]!.slice(0, -5),
            src_port: 5060,
            dst_ip: between(received)[1]!.slice(0, -5),
            dst_port: 5060,
            msg: text,
            level: 'info',
          })}\n`,
      )
      .join(''),
    { ends: 'both', at: utc },
  ],
]
