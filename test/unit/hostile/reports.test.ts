import { expect, it } from 'vitest'
import { meterOf } from '../../../electron/engine/media/codec/index.ts'
import { reportOf } from '../../../electron/engine/report/report.ts'
import { CallProjection } from '../../../electron/engine/trace/facts/call-projection.ts'
import { CallTrace } from '../../../electron/engine/trace/journal/call-trace.ts'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { crlf, sdp } from '../../harness/messages.ts'
import { tooFast } from './growth.ts'

const us = { host: '192.0.2.1', port: 5060 }
const startUs = 1_700_000_000_000_000

interface Said {
  readonly text: string
  readonly sent: boolean
  readonly from?: string
}

interface Naming {
  readonly n: number
  readonly tag?: string
  readonly body?: string
  readonly cseq?: number
}

const tail = (body = '') => `${body && 'Content-Type: application/sdp\n'}\n${body}`
const ask = (method: string, { n, tag = ';tag=b', body, cseq = n }: Naming): Said => ({
  sent: false,
  text:
    `${method} sip:agent@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK${n}\n` +
    'Max-Forwards: 70\nFrom: <sip:peer@192.0.2.99>;tag=peer\n' +
    `To: <sip:agent@192.0.2.1>${tag}\nCall-ID: call-1\nCSeq: ${cseq} ${method}\n` +
    `Contact: <sip:peer@192.0.2.99>\n${tail(body)}`,
})
const say = (status: string, method: string, { n, tag = ';tag=b', body, cseq = n }: Naming): Said => ({
  sent: true,
  text:
    `SIP/2.0 ${status}\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK${n}\n` +
    `From: <sip:peer@192.0.2.99>;tag=peer\nTo: <sip:agent@192.0.2.1>${tag}\nCall-ID: call-1\n` +
    `CSeq: ${cseq} ${method}\nContact: <sip:agent@192.0.2.1>\n${tail(body)}`,
})

const body = sdp()
const both = (method: string, n: number, status = '200 OK', described = ''): Said[] => [
  ask(method, { n, body: described }),
  say(status, method, { n, body: described }),
]

/** What a peer may repeat as often as it likes: the messages of turn n. */
const repeated: Readonly<Record<string, (n: number) => Said[]>> = {
  'INVITEs with other branches': (n) => [
    ask('INVITE', { n, tag: '', body, cseq: 1 }),
    say('482 Loop Detected', 'INVITE', { n, tag: `;tag=${n}`, cseq: 1 }),
  ],
  'INVITEs with other numbers': (n) => [
    ask('INVITE', { n, tag: '', body }),
    say('401 Unauthorized', 'INVITE', { n, tag: '' }),
  ],
  're-INVITEs that are accepted': (n) => [...both('INVITE', n, '200 OK', body), ask('ACK', { n })],
  're-INVITEs that are refused': (n) => [...both('INVITE', n, '488 Not Acceptable Here'), ask('ACK', { n })],
  're-INVITEs without an offer': (n) => [
    ask('INVITE', { n }),
    say('200 OK', 'INVITE', { n, body }),
    ask('ACK', { n, body }),
  ],
  'UPDATEs that are accepted': (n) => both('UPDATE', n, '200 OK', body),
  'UPDATEs without an answer': (n) => [ask('UPDATE', { n, body }), say('200 OK', 'UPDATE', { n })],
  'ringing in another dialog each time': (n) => [say('183 Progress', 'INVITE', { n: 1, tag: `;tag=${n}`, body })],
  'answers in another dialog each time': (n) => [
    say('200 OK', 'INVITE', { n: 1, tag: `;tag=${n}`, body }),
    ask('ACK', { n: 1, tag: `;tag=${n}` }),
    ask('BYE', { n, tag: `;tag=${n}` }),
  ],
  'BYEs that are refused': (n) => both('BYE', n, '481 Call/Transaction Does Not Exist'),
  'CANCELs': (n) => both('CANCEL', n),
  'INFOs': (n) => both('INFO', n),
  'REFERs': (n) => both('REFER', n, '405 Method Not Allowed'),
  'PRACKs': (n) => both('PRACK', n),
  'requests without a response': (n) => [ask('OPTIONS', { n })],
  'responses to nothing': (n) => [say('200 OK', 'OPTIONS', { n })],
  'messages of other hosts': (n) => [{ ...ask('INFO', { n }), from: `198.51.${(n >> 8) & 255}.${n & 255}` }],
}

function callOf(said: readonly Said[]): CallProjection {
  const trace = new CallTrace('1', 'call-1', 'inbound')
  const call = new CallProjection(trace, meterOf)
  said.forEach(({ text, sent, from = '192.0.2.99' }, i) => {
    const bytes = crlf(text)
    const peer = { host: from, port: 5060 }
    const direction = sent ? 'sent' : 'received'
    const [source, destination] = sent ? [us, peer] : [peer, us]
    const at = startUs + i * 1000
    trace.sip({ at, transport: 'udp', source, destination, direction, bytes, message: parseSip(bytes) })
  })
  return call
}

it.each(Object.keys(repeated))(
  'the time for the report of a call grows with its messages, and no faster: %s',
  (name) => {
    const growth = tooFast((size) => {
      const opening = [ask('INVITE', { n: 1, tag: '', body }), say('200 OK', 'INVITE', { n: 1, body })]
      const turns = Array.from({ length: size / 64 }, (_, i) => repeated[name]!(i + 2))
      const call = callOf([...opening, ask('ACK', { n: 1 }), ...turns.flat()])
      return () => reportOf(call, startUs + 3_600_000_000, startUs + 3_600_000_000)
    })
    expect(growth).toBe(null)
  },
)
