import { readFileSync, readdirSync } from 'node:fs'
import { openBoundary } from '../harness/boundary.ts'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messageIds, parseNameAddr, parseUri } from '../../shared/wire/sip/grammar.ts'
import { header, headerFields, headerList } from '../../shared/wire/sip/message.ts'
import { parseSip } from '../../shared/wire/sip/parse.ts'
import { SipEndpoint } from '../../electron/engine/sip/endpoint.ts'
import { UserAgent, type InboundCall } from '../../electron/engine/ua/index.ts'
import { noLogs } from '../../electron/engine/base/log.ts'
import { torture } from '../harness/fixtures.ts'
import { MemoryNet } from '../harness/memory-net.ts'
import { predictableRandom } from '../harness/random.ts'
import { VirtualClock, settle } from '../harness/virtual-clock.ts'

const folder = torture()
const message = (name: string) => {
  const parsed = parseSip(readFileSync(join(folder!, `${name}.dat`)))
  if (parsed.kind === 'unreadable') throw new Error(parsed.text)
  return parsed
}
const fatal = (name: string) => message(name).problems.filter((problem) => problem.fatal)

const valid = [
  'wsinv',
  'intmeth',
  'esc01',
  'escnull',
  'esc02',
  'lwsdisp',
  'longreq',
  'dblreq',
  'semiuri',
  'transports',
  'mpart01',
  'unreason',
  'noreason',
]
/** What the user agent answers to each request (RFC 4475); null: it discards the message. */
const answers: Readonly<Record<string, number | null>> = {
  // 3.1.1: valid. An unknown method is 501 or 405; a valid INVITE reaches the called party.
  // (wsinv has a To tag: it belongs to a dialog that we do not have.)
  wsinv: 481,
  intmeth: 501,
  esc01: 180,
  escnull: 405,
  esc02: 501,
  lwsdisp: 200,
  longreq: 180,
  dblreq: 405,
  semiuri: 200,
  transports: 200,
  mpart01: 405,
  unreason: null,
  noreason: null,
  // 3.1.2: invalid.
  badinv01: 400,
  clerr: 400,
  ncl: 400,
  scalar02: 400,
  scalarlg: null,
  quotbal: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  trws: 400,
  escruri: 400,
  // A Date that is not GMT, white space in <> and an unquoted display name are odd and harmless: processed (3.1.2.12 to
  // 3.1.2.15 allow it).
  baddate: 180,
  regbadct: 400,
  badaspec: 200,
  baddn: 200,
  badvers: 505,
  mismatch01: 400,
  mismatch02: 400,
  bigcode: null,
  // 3.2 and 3.3.
  badbranch: 200,
  insuf: 400,
  unkscm: 416,
  novelsc: 416,
  unksm2: 405,
  bext01: 420,
  invut: 415,
  regaut01: 405,
  multi01: 400,
  mcl01: 400,
  bcast: null,
  zeromf: 200,
  cparam01: 405,
  cparam02: 405,
  regescrt: 405,
  sdp01: 406,
  inv2543: 180,
}

describe.skipIf(!folder)('RFC 4475', () => {
  it('has an expectation for each of the 49 messages', () => {
    const files = readdirSync(folder!)
      .filter((name) => name.endsWith('.dat'))
      .map((name) => name.slice(0, -4))
    expect(files.sort()).toEqual(Object.keys(answers).sort())
    expect(files).toHaveLength(49)
  })

  it.each(valid)('finds nothing wrong with the valid message %s', (name) => {
    expect(fatal(name)).toEqual([])
  })

  it.each(Object.entries(answers))('answers %s with %s', async (name, expected) => {
    const clock = new VirtualClock()
    const random = predictableRandom()
    const net = new MemoryNet()
    const us = { host: '192.0.2.1', port: 5060 }
    const peer = { host: '192.0.2.99', port: 5060 }
    const endpoint = new SipEndpoint(
      {
        net,
        clock,
        random,
        dns: { naptr: async () => [], srv: async () => [], addresses: async () => [] },
        log: noLogs.for('test'),
        wire: () => {},
        handshakeFailed: () => {},
        observe: () => {},
        ...openBoundary(),
      },
      { localAddress: null, tlsCa: null, tlsInsecure: false, tlsIdentity: null, connectTimeoutMs: 1000 },
    )
    const ua = new UserAgent({ endpoint, ...openBoundary(), clock, random, name: 'test', observe: () => {} })
    ua.serve({ incoming: (call: InboundCall) => call.ring(), turnedAway: () => {} })
    await endpoint.listen('udp', us.host, us.port)
    net.inject(peer, us, readFileSync(join(folder!, `${name}.dat`)))
    await settle()
    const replies = net.sent.filter((datagram) => datagram.from.host === us.host)
    expect(replies.map((datagram) => Number(/^SIP\/2\.0 (\d+)/.exec(datagram.text)?.[1]))).toEqual(
      expected === null ? [] : [expected],
    )
    endpoint.close()
    expect(clock.pending).toBe(0)
  })

  it('reads what is hidden in strange white space (3.1.1.1)', () => {
    const wsinv = message('wsinv')
    expect(messageIds(wsinv).cseq).toEqual({ number: 9, method: 'INVITE' })
    expect(headerList(wsinv, 'via')).toHaveLength(3)
    expect(parseNameAddr(header(wsinv, 'to')!)).toMatchObject({ uri: 'sip:vivekg@chair-dnrc.example.com' })
    expect(header(wsinv, 'max-forwards')).toBe('0068')
  })

  it('keeps escapes and an embedded null as they are (3.1.1.3, 3.1.1.4)', () => {
    const esc = message('esc01')
    expect(esc.kind === 'request' && parseUri(esc.uri)?.user).toBe('sips%3Auser%40example.com')
    expect(parseNameAddr(header(message('escnull'), 'to')!)?.uri).toBe('sip:null-%00-null@example.com')
  })

  it('takes the first of two requests in one datagram (3.1.1.8)', () => {
    expect(message('dblreq')).toMatchObject({ kind: 'request', method: 'REGISTER' })
    expect(message('dblreq').body).toHaveLength(0)
  })

  it('sees a user part with semicolons (3.1.1.9)', () => {
    const semi = message('semiuri')
    expect(semi.kind === 'request' && parseUri(semi.uri)?.user).toBe('user;par=u%40example.net')
  })

  it('names what is wrong', () => {
    expect(
      fatal('mcl01')
        .map(({ text }) => text)
        .join(),
    ).toContain('Content-Length')
    expect(
      fatal('regbadct')
        .map(({ text }) => text)
        .join(),
    ).toContain('angle brackets')
    expect(fatal('badvers')).toMatchObject([{ status: 505 }])
    expect(fatal('multi01').length).toBeGreaterThan(2)
    expect(headerFields(message('multi01'), 'cseq').length).toBeGreaterThan(1)
  })
})
