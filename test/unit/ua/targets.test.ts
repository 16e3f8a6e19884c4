import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseSip } from '../../../shared/wire/sip/parse.ts'
import { header, type SipMessage } from '../../../shared/wire/sip/message.ts'
import { decodeText } from '../../../shared/base/text.ts'
import { UaBench } from '../../harness/ua-bench.ts'
import { settle } from '../../harness/virtual-clock.ts'

// Which target a call goes to, and what of it follows the target.

let bench: UaBench
beforeEach(() => {
  bench = new UaBench()
})
afterEach(() => bench.close())

const invites = () =>
  bench.net.sent
    .filter(({ text }) => text.startsWith('INVITE '))
    .map(({ to, bytes }) => ({ to: to.host, message: parseSip(bytes) as SipMessage }))
const offeredAt = ({ message }: { message: SipMessage }) => decodeText(message.body).match(/^c=IN IP[46] (\S+)/m)?.[1]

describe('a name with two addresses', () => {
  beforeEach(() => {
    bench.addresses = ['192.0.2.99', '2001:db8::99']
    bench.net.routes.set('2001:db8::99', '2001:db8::1')
  })

  it('is called at the second where the first is closed; media and Contact at the one that reaches it', async () => {
    bench.net.closed.add('192.0.2.99 5060')
    const call = await bench.call({ uri: 'sip:agent@two.example:5060' })
    await bench.clock.advance(600)
    const [first, second] = [invites()[0]!, invites().at(-1)!]
    expect([first.to, offeredAt(first)]).toEqual(['192.0.2.99', '192.0.2.1'])
    expect([second.to, offeredAt(second)]).toEqual(['2001:db8::99', '2001:db8::1'])
    expect(header(second.message, 'contact')).toContain('@[2001:db8::1]:')
    expect(bench.session!.local.host).toBe('2001:db8::1')
    expect(bench.observations[1]).toMatch(/^connection-refused: udp 192\.0\.2\.99:5060: the port is closed \(ICMP/)
    expect(call.state.kind).toBe('calling')
    call.hangUp()
    await bench.clock.advance(2000)
  })

  it('says that it goes on to the second after 503', async () => {
    await bench.call({ uri: 'sip:agent@two.example:5060' })
    const first = invites()[0]!.message
    if (first.kind === 'request') await bench.respond(first, 503)
    await settle()
    expect(invites().at(-1)!.to).toBe('2001:db8::99')
    expect(bench.observations).toContain('failed-over: 192.0.2.99:5060 answered 503: the next target is tried')
  })
})

describe('a UDP port that is closed', () => {
  it('ends the call at the first repetition of its INVITE, not after 32 s', async () => {
    bench.net.closed.add('192.0.2.99 5060')
    const call = await bench.call()
    await bench.clock.advance(600)
    expect(call.state).toMatchObject({ kind: 'ended', cause: { by: 'nobody', reason: 'transport' } })
    expect(bench.observations).toEqual([
      'connection-refused: udp 192.0.2.99:5060: the port is closed (ICMP port unreachable): nothing listens ' +
        'there, or a firewall rejects it',
    ])
  })

  it('is of no interest once something came from it', async () => {
    bench.net.closed.add('192.0.2.99 5060')
    const call = await bench.call()
    const first = invites()[0]!.message
    if (first.kind === 'request') await bench.respond(first, 180)
    await bench.clock.advance(3000)
    expect(call.state.kind).toBe('ringing')
  })
})

describe('what this computer cannot do', () => {
  it('ends the call with its reason and no INVITE', async () => {
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' })
    const media = await bench.media()
    bench.net.routes.set('192.0.2.99', '192.0.2.7')
    const bind = bench.net.bindUdp.bind(bench.net)
    bench.net.bindUdp = (host, port, events) => (port === 0 ? bind(host, port, events) : Promise.reject(denied))
    const call = await bench.call({ media })
    await bench.clock.advance(100)
    expect(call.state).toMatchObject({ kind: 'ended' })
    expect(bench.observations[0]).toMatch(/^machine-fault: cannot open an RTP port at 192\.0\.2\.7/)
    expect(invites()).toEqual([])
  })
})
